#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto ping_options = std::to_array<option_info>({
    {"--count", "-c", "N", "echoes to send; by default 4", value_kind::number},
    {"--interval", "-i", "SECONDS", "between two echoes; by default 1", value_kind::seconds},
    {"--timeout", "-t", "SECONDS", "wait for each answer; by default 3", value_kind::seconds},
});
constexpr auto nick_arguments = std::to_array<argument_info>(
    {{"NAME", value_kind::text, false, "1 to 63 letters, digits and hyphens; without it the present one is shown"}});
constexpr auto ping_fields = std::to_array<field_info>({
    {"peer", "as it was named"},
    {"sent", "echoes sent"},
    {"answered", "echoes answered"},
    {"echoes", "an array of {rtt_ms, via, endpoint}, or {error} for one that was not answered"},
});
constexpr auto nick_fields =
    std::to_array<field_info>({{"nickname", "the nickname"}, {"changed", "false if it was so already, or only shown"}});

constexpr auto rows = std::to_array<command_info>({
    {"peers",
     "peers",
     "show everybody in your networks",
     {},
     {},
     "A line for each peer, with the marks of 'vpn list'.",
     "vpn peers",
     "An array of peers.",
     peer_fields,
     run_peers},
    {"show",
     "peers",
     "show everything about a peer",
     peer_argument,
     {},
     "Addresses, state, endpoint, round trip, crypto suite and epoch, key fingerprint, traffic, networks in common.",
     "vpn show nas",
     "An object.",
     peer_fields,
     run_show},
    {"ping", "peers", "measure the way to a peer, inside the tunnel", peer_argument, ping_options,
     "Echoes are answered by the peer's daemon, so a firewall on the peer does not matter. Exit code 6 if none was "
     "answered.",
     "vpn ping nas -c 3", "An object.", ping_fields, run_ping},
    {"nick",
     "peers",
     "show or change this node's nickname",
     nick_arguments,
     {},
     "Others see the new one at once.",
     "vpn nick anna",
     "An object.",
     nick_fields,
     run_nick},

});

}  // namespace

std::span<const command_info> peer_rows() {
    return rows;
}

}  // namespace buri::cli
