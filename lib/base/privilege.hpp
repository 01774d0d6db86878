#pragma once
// What the owner of a network can let an administrator do, each on its own.
#include "buri/base/flag_set.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace buri {

enum class privilege : std::uint8_t {
    password,  ///< set the password, or take it away
    access,    ///< lock and unlock, approval mode, invites
    approve,   ///< approve and reject
    evict,
    ban,      ///< ban and unban, see the list of bans
    message,  ///< welcome and announcements
};

using privilege_set = flag_set<privilege>;

struct privilege_info {
    privilege value;
    std::string_view name;
};

/// In the order of the enum.
std::span<const privilege_info> all_privileges();
std::string_view to_string(privilege value);
std::optional<privilege> parse_privilege(std::string_view name);
/// "password,access"; empty for none.
std::string to_string(privilege_set values);

}  // namespace buri
