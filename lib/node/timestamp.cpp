#include "buri/node/timestamp.hpp"

#include <array>
#include <ctime>

namespace buri::node {

std::string to_rfc3339(wall_time when) {
    const std::time_t seconds = when.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), length};
}

}  // namespace buri::node
