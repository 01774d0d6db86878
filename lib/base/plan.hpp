#pragma once
// What an account may use. `free` and `premium` exist everywhere; operators change them and define others in server.toml.
#include "buri/base/flag_set.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace buri {

/// What a plan includes beyond making, joining and leaving networks with a password.
enum class permission : std::uint8_t {
    open_networks,     ///< own networks without a password
    lock,              ///< lock own networks
    approval,          ///< new members of own networks wait for approval
    bans,              ///< a list of bans in own networks
    administrators,    ///< name administrators in own networks, and be one
    messages,          ///< welcome and announcements in own networks
    no_encryption,     ///< own networks without encryption, and tunnels without it
    network_chat,      ///< write to a whole network
    offline_messages,  ///< messages to peers that are offline
};

using permission_set = flag_set<permission>;

struct permission_info {
    permission value;
    std::string_view name;    ///< in server.toml and on the wire
    std::string_view phrase;  ///< what the plan does not include, for a sentence: "networks without a password"
};

/// In the order of the enum.
std::span<const permission_info> all_permissions();
const permission_info& describe(permission value);
std::optional<permission> parse_permission(std::string_view name);

struct plan {
    std::string name;
    std::uint32_t max_members = 0;   ///< of a network that an account with this plan owns; 0: unlimited
    std::uint32_t max_networks = 0;  ///< that the account is in, own ones included; 0: unlimited
    std::uint32_t relay_kbit = 0;    ///< kbit/s through relays; 0: unlimited
    std::uint64_t proxy_bytes = 0;   ///< through a peer's web proxy in one connection; 0: unlimited
    permission_set permissions;

    bool operator==(const plan&) const = default;
};

/// 1 to 32 characters of a-z 0-9 and -.
bool is_plan_name(std::string_view name);

/// 16 members, 64 networks, low-speed relay, 2.5 MB through a proxy, no permission.
plan free_plan();
/// 256 members, 256 networks, everything else without limit.
plan premium_plan();

}  // namespace buri
