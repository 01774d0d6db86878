#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto ping_options = std::to_array<option_info>({
    {"--count", "-c", "N", "echoes to send; by default up to 10, until the way is direct", value_kind::number},
    {"--until-direct", "", "", "with --count: end as soon as the way is direct"},
    {"--any", "", "", "an answer by relay is as good as a direct one: exit code 0"},
    {"--interval", "-i", "SECONDS", "between two echoes; by default 1", value_kind::seconds},
    {"--timeout", "-t", "SECONDS", "wait for each answer; by default 3", value_kind::seconds},
});
constexpr auto nick_arguments = std::to_array<argument_info>(
    {{"NAME", value_kind::text, false, "1 to 63 letters, digits and hyphens; without it the present one is shown"}});
constexpr auto ping_fields = std::to_array<field_info>({
    {"number", "of an echo's line, from 1"},
    {"rtt_ms", "of an answer: the round trip in milliseconds"},
    {"via", "of an answer: direct, tcp, relay, or null; of the last line: of the last answer"},
    {"endpoint", "of an answer: where packets go, IP:PORT"},
    {"relay", "of an answer: null, or the relay's name"},
    {"error", "of an echo without an answer: timed_out"},
    {"peer", "of the last line: as it was named"},
    {"sent", "of the last line: echoes sent"},
    {"answered", "of the last line: echoes answered"},
    {"direct", "of the last line: true if the last answer came by a direct way or a TCP connection between the two"},
    {"echoes", "of the last line: an array of the lines before"},
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
    {"ping", "peers", "measure the way to a peer, and see it become direct", peer_argument, ping_options,
     "Each answer tells which way it took. Without --count it ends with the first direct answer, or after 10. Echoes "
     "go inside the "
     "tunnel and are answered by the peer's daemon, so a firewall on the peer does not matter. Exit code 0 if the last "
     "answer "
     "came directly, 9 if it came by a relay (0 with --any), 6 if none came.",
     "vpn ping nas", "An object a line: one for each echo, and one for all.", ping_fields, run_ping},
    {"why",
     "peers",
     "explain how a peer is reached, and what would make it better",
     peer_argument,
     {},
     "Joins what both ends know: what each NAT does, what was tried to find a direct way and what came of it, which "
     "ways are known. "
     "The peer tells its part through the tunnel; without one only this end's is shown.",
     "vpn why nas",
     "An object.",
     why_fields,
     run_why},
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
