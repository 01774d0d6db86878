#include "buri/core/directory/member_names.hpp"

namespace buri::core {

std::string free_name(const directory& records, std::uint64_t network, std::string_view nickname, node_id node) {
    constexpr std::size_t max_length = 63;
    std::string name(nickname);
    for (unsigned number = 2; records.is_name_taken(network, name, node); ++number) {
        const auto suffix = "-" + std::to_string(number);
        name = std::string(nickname.substr(0, max_length - suffix.size())) + suffix;
    }
    return name;
}

}  // namespace buri::core
