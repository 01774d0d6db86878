#pragma once
// What rows of several groups have in common.
#include "cli/command_table.hpp"

#include <array>

namespace buri::cli {

inline constexpr std::string_view peer_help = "its name in a network, a nickname, an address, or NAME.NETWORK";
inline constexpr std::string_view moment_help =
    "a day (2027-01-31, from 0:00 UTC), a time (RFC 3339), or a duration from now (24h, 7d)";

inline constexpr auto network_argument =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, true, "the network's name"}});
inline constexpr auto optional_network =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, false, "only this network"}});
inline constexpr auto peer_argument = std::to_array<argument_info>({{"PEER", value_kind::peer, true, peer_help}});
inline constexpr auto network_and_peer =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, true, "the network's name"},
                                  {"PEER", value_kind::peer, true, "its name in the network, or an address"}});

inline constexpr option_info password_stdin{"--password-stdin", "", "",
                                            "read the password from standard input, one line"};
inline constexpr option_info password_file{"--password-file", "", "FILE",
                                           "read the password from a file, its first line", value_kind::file};
inline constexpr option_info key_type_option{
    "--key-type",       "",    "TYPE",       "of a key that has to be made: ed25519 (default) or rsa",
    value_kind::choice, false, "ed25519 rsa"};
inline constexpr option_info until_option{"--until", "", "WHEN", moment_help, value_kind::moment};

inline constexpr auto log_options = std::to_array<option_info>({
    {"--follow", "-f", "", "go on with what happens, until Ctrl-C or --timeout"},
    {"--lines", "-n", "N", "only the newest N of what is there, 1000 at most", value_kind::number},
    {"--timeout", "-t", "SECONDS", "with --follow: end after this time", value_kind::seconds},
});

inline constexpr auto changed_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"changed", "false if it was so already"},
});

}  // namespace buri::cli
