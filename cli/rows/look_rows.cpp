#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto version_fields = std::to_array<field_info>({
    {"version", "of this program"},
    {"protocol", "of the control channel, 1"},
    {"suites", "the crypto suites that it speaks, by name"},
    {"sealing", "what library does aes and what chacha, with what it uses of this processor"},
});
constexpr auto netcheck_options = std::to_array<option_info>({
    {"--watch", "-w", "", "go on, and print it again when it changes, until Ctrl-C or --timeout"},
    {"--timeout", "-t", "SECONDS", "with --watch: end after this time", value_kind::seconds},
});
constexpr auto rpc_arguments = std::to_array<argument_info>({
    {"METHOD", value_kind::text, true, "see LOCAL INTERFACE"},
    {"PARAMS", value_kind::text, false, "one JSON object; - reads it from standard input"},
});
constexpr auto rpc_fields = std::to_array<field_info>({{"...", "the result, as the daemon gave it"}});
constexpr auto shell_argument =
    std::to_array<argument_info>({{"SHELL", value_kind::choice, true, "bash, zsh or fish", "bash zsh fish"}});
constexpr auto topic_arguments =
    std::to_array<argument_info>({{"COMMAND", value_kind::text, false, "a command, or a group of them"},
                                  {"WORD", value_kind::text, false, "its second word"},
                                  {"LAST", value_kind::text, false, "its third word"}});
constexpr auto names_arguments =
    std::to_array<argument_info>({{"KIND", value_kind::choice, true, "networks or peers", "networks peers"}});

constexpr auto rows = std::to_array<command_info>({
    {"netcheck",
     "look",
     "show what this machine's way to the internet is like",
     {},
     netcheck_options,
     "Whether UDP works, what the NAT does with mappings and filtering (RFC 4787), ports that the router forwards, "
     "IPv6, NAT of the "
     "provider, whether something answers in the server's place, relays with their round trips, how the server is "
     "reached, and "
     "what guessing of ports may still cost. Without a connection to the server it shows what was known last, and says "
     "so.",
     "vpn netcheck --json | jq -r .nat.text",
     "An object; with --watch one a line.",
     netcheck_fields,
     run_netcheck},
    {"doctor",
     "look",
     "look for what is wrong with this machine",
     {},
     {},
     "Each check has a verdict (ok, warning, problem) and says what to do. Exit code 1 if there is a problem.",
     "vpn doctor",
     "An object.",
     doctor_fields,
     run_doctor},
    {"version",
     "look",
     "show the version",
     {},
     {},
     "Needs no daemon.",
     "vpn version",
     "An object.",
     version_fields,
     run_version},
    {"rpc",
     "look",
     "call a method of the local interface",
     rpc_arguments,
     {},
     "Sends one JSON-RPC request to the daemon and prints its result. The method 'events' prints events until it is "
     "ended.",
     "vpn rpc peer '{\"peer\": \"nas\"}'",
     "The result.",
     rpc_fields,
     run_rpc},
    {"completion",
     "look",
     "print the completion script of a shell",
     shell_argument,
     {},
     "Packages install it; to try it, source it.",
     "source <(vpn completion bash)",
     "",
     {},
     run_completion},

    {"help", "look", "explain a command", topic_arguments, {}, "", "vpn help join", "", {}, run_help, true},
    {"names",
     "look",
     "names for completion, one a line",
     names_arguments,
     {},
     "",
     "vpn names peers",
     "",
     {},
     run_names,
     true},
    {"manual", "look", "print vpn(1) as roff", {}, {}, "", "vpn manual", "", {}, run_manual, true},
});

}  // namespace

std::span<const command_info> look_rows() {
    return rows;
}

}  // namespace buri::cli
