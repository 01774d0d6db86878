#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr option_info server_option{
    "--server", "", "HOST[:PORT][#SHA256:...]",
    "the mediation server and the fingerprint of its key, as 'vpn server init' printed them; "
    "needed once, then kept"};
constexpr option_info interface_option{"--interface", "", "NAME", "the network interface; by default vpn0"};
constexpr option_info port_option{"--port", "", "N", "the UDP port; by default one chosen once at random and kept",
                                  value_kind::port};
constexpr option_info nick_option{"--nick", "", "NAME", "the nickname; by default this machine's name"};

constexpr auto up_options = std::to_array<option_info>({
    server_option,
    interface_option,
    port_option,
    nick_option,
    key_type_option,
    {"--detach", "-d", "", "leave the daemon in the background and return once it is ready"},
    {"--wait", "-w", "SECONDS",
     "ready means connected to the server, not only that the interface has its address; give up after SECONDS (30)",
     value_kind::seconds, true},
});
constexpr auto daemon_options =
    std::to_array<option_info>({server_option, interface_option, port_option, nick_option, key_type_option});
constexpr auto wait_options = std::to_array<option_info>({
    {"--for", "", "WHAT",
     "address (it can be bound), online (default), peer=NAME (packets get to it, by relay or directly) or direct=NAME "
     "(they go "
     "directly, or over a TCP connection between the two)",
     value_kind::choice, false, "address online peer= direct="},
    {"--timeout", "-t", "SECONDS", "give up after this time; by default 60", value_kind::seconds},
});
constexpr auto events_options = std::to_array<option_info>({
    {"--count", "-n", "N", "end after N events", value_kind::number},
    {"--timeout", "-t", "SECONDS", "end after this time; with --count, exit code 6 if fewer came", value_kind::seconds},
});
constexpr auto up_fields = std::to_array<field_info>({{"...", "the fields of 'vpn status', once the daemon is ready"}});
constexpr auto down_fields = std::to_array<field_info>({{"changed", "false if no daemon was running"}});
constexpr auto wait_fields = std::to_array<field_info>({{"for", "what was waited for"}, {"waited", "true"}});

constexpr auto rows = std::to_array<command_info>({
    {"up",
     "run",
     "connect this machine: become the daemon",
     {},
     up_options,
     "Makes an identity key on first use, gets a permanent address from the server, and brings the interface up. With "
     "no daemon "
     "running it becomes the daemon, in the foreground, until Ctrl-C or 'vpn down'; with --detach it stays in the "
     "background and "
     "logs to vpn.log in the state directory. If a daemon runs already, it says so and succeeds. A server whose "
     "fingerprint was "
     "not given is shown to you and asked about on a terminal, and refused in a script; the accepted key is pinned, "
     "and "
     "'vpn up' without --server uses what was kept.",
     "vpn up --server vpn.example.org#SHA256:8JfRzXcVb2nM5kLpQwErTyUiOpAsDfGhJkLzXcVbNm0 --detach --wait",
     "The status.",
     up_fields,
     run_up},
    {"down",
     "run",
     "stop the daemon",
     {},
     {},
     "Tells the server goodbye, ends the tunnels and takes the interface away. Returns once the daemon is gone. With "
     "no daemon "
     "running it says so and succeeds.",
     "vpn down",
     "An object.",
     down_fields,
     run_down},
    {"daemon",
     "run",
     "run the daemon in the foreground, as a service manager does",
     {},
     daemon_options,
     "As 'vpn up' in the foreground, but never asks anything, logs to standard error line by line, and tells the "
     "service manager "
     "(sd_notify) when the address can be bound.",
     "vpn daemon --state /var/lib/vpn",
     "",
     {},
     run_daemon},
    {"status",
     "run",
     "show what this node is and how it is connected",
     {},
     {},
     "Shows the state (connecting, online, offline, alarm), addresses, key, server, interface, NAT, and counts of "
     "networks and "
     "peers; with --verbose also what the kernel and the processor do for its packets, and how many packets a call "
     "carries. "
     "The exit code tells only whether a daemon answered.",
     "vpn status --json | jq -r .address",
     "An object.",
     status_fields,
     run_status},
    {"wait",
     "run",
     "wait until something is so",
     {},
     wait_options,
     "Returns at once if it is so already. Exit code 6 if it was not so in time.",
     "vpn wait --for direct=nas --timeout 30 && rsync -a photos nas.lan:",
     "An object.",
     wait_fields,
     run_wait},
    {"events",
     "run",
     "follow what happens",
     {},
     events_options,
     "Prints an event a line until Ctrl-C, --count or --timeout; with --json each line is a JSON object. Exit code 1 "
     "if the "
     "daemon ends first.",
     "vpn events --json | jq -r 'select(.event == \"peer\")'",
     "An event a line.",
     event_fields,
     run_events},

});

}  // namespace

std::span<const command_info> run_rows() {
    return rows;
}

}  // namespace buri::cli
