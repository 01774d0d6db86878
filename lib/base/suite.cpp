#include "buri/base/suite.hpp"

#include <algorithm>
#include <array>

namespace buri {
namespace {

constexpr auto table = std::to_array<suite_info>({
    {suite_id::classic, "classic", 128, 256, 20},
    {suite_id::aes, "aes", 32, 32, 32},
    {suite_id::chacha, "chacha", 32, 32, 32},
});

template <typename Value, typename Member>
std::optional<suite_id> find(const Value& value, Member member) {
    const auto* const row = std::ranges::find(table, value, member);
    if (row == table.end()) return std::nullopt;
    return row->id;
}

}  // namespace

std::span<const suite_info> all_suites() {
    return table;
}

const suite_info& describe(suite_id id) {
    return *std::ranges::find(table, id, &suite_info::id);
}

std::optional<suite_id> suite_from_wire(std::uint8_t number) {
    return find(static_cast<suite_id>(number), &suite_info::id);
}

std::optional<suite_id> suite_from_name(std::string_view name) {
    return find(name, &suite_info::name);
}

}  // namespace buri
