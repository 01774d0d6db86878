#include "cli/command_rows.hpp"

#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"

#include <array>

namespace buri::cli {
namespace {

// ---- shared pieces -------------------------------------------------------------------------------------------------

constexpr auto network_argument =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, true, "the network's name"}});
constexpr auto new_network = std::to_array<argument_info>(
    {{"NETWORK", value_kind::text, true,
      "4 to 64 characters of a-z A-Z 0-9 - _ ., unique on the server, compared without case"}});
constexpr auto peer_argument =
    std::to_array<argument_info>({{"PEER", value_kind::peer, true, "a nickname, an address, or NICKNAME.NETWORK"}});

constexpr auto changed_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"changed", "false if it was so already"},
});

// ---- run -----------------------------------------------------------------------------------------------------------

constexpr option_info server_option{
    "--server", "", "HOST[:PORT][#SHA256:...]",
    "the mediation server and the fingerprint of its key, as 'vpn server init' printed them; "
    "needed once, then kept"};
constexpr option_info interface_option{"--interface", "", "NAME", "the network interface; by default vpn0"};
constexpr option_info port_option{"--port", "", "N", "the UDP port; by default one chosen once at random and kept",
                                  value_kind::port};
constexpr option_info nick_option{"--nick", "", "NAME", "the nickname; by default this machine's name"};
constexpr option_info key_type_option{
    "--key-type",       "",    "TYPE",       "of a key that has to be made: ed25519 (default) or rsa",
    value_kind::choice, false, "ed25519 rsa"};

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
     "address (it can be bound), online (default), peer=NAME (that peer is online) or direct=NAME (packets to it go "
     "directly)",
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

// ---- networks ------------------------------------------------------------------------------------------------------

constexpr option_info password_stdin{"--password-stdin", "", "", "read the password from standard input, one line"};
constexpr option_info password_file{"--password-file", "", "FILE", "read the password from a file, its first line",
                                    value_kind::file};
constexpr auto create_options = std::to_array<option_info>(
    {{"--open", "", "", "no password: who knows the name can join"}, password_stdin, password_file});
constexpr auto join_options = std::to_array<option_info>({password_stdin, password_file});
constexpr auto list_arguments =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, false, "only this network"}});
constexpr auto list_fields = std::to_array<field_info>({{"[...]", "an array of networks, see JSON"}});

// ---- peers ---------------------------------------------------------------------------------------------------------

constexpr auto ping_options = std::to_array<option_info>({
    {"--count", "-c", "N", "echoes to send; by default 4", value_kind::number},
    {"--interval", "-i", "SECONDS", "between two echoes; by default 1", value_kind::seconds},
    {"--timeout", "-t", "SECONDS", "wait for each answer; by default 3", value_kind::seconds},
});
constexpr auto nick_arguments = std::to_array<argument_info>(
    {{"NAME", value_kind::text, false, "1 to 63 letters, digits and hyphens; without it the present one is shown"}});
constexpr auto peers_fields = std::to_array<field_info>({{"[...]", "an array of peers, see JSON"}});
constexpr auto show_fields = std::to_array<field_info>({{"...", "the fields of a peer, see JSON"}});
constexpr auto ping_fields = std::to_array<field_info>({
    {"peer", "as it was named"},
    {"sent", "echoes sent"},
    {"answered", "echoes answered"},
    {"echoes", "an array of {rtt_ms, via, endpoint}, or {error} for one that was not answered"},
});
constexpr auto nick_fields =
    std::to_array<field_info>({{"nickname", "the nickname"}, {"changed", "false if it was so already, or only shown"}});

// ---- look and server -----------------------------------------------------------------------------------------------

constexpr auto version_fields = std::to_array<field_info>({
    {"version", "of this program"},
    {"protocol", "of the control channel, 1"},
    {"suites", "the crypto suites that it speaks, by name"},
});
constexpr auto rpc_arguments = std::to_array<argument_info>({
    {"METHOD", value_kind::text, true, "see LOCAL INTERFACE"},
    {"PARAMS", value_kind::text, false, "one JSON object; - reads it from standard input"},
});
constexpr auto rpc_fields = std::to_array<field_info>({{"...", "the result, as the daemon gave it"}});
constexpr auto shell_argument =
    std::to_array<argument_info>({{"SHELL", value_kind::choice, true, "bash, zsh or fish", "bash zsh fish"}});
constexpr auto topic_arguments = std::to_array<argument_info>(
    {{"COMMAND", value_kind::text, false, "a command"}, {"WORD", value_kind::text, false, "its second word"}});
constexpr auto names_arguments =
    std::to_array<argument_info>({{"KIND", value_kind::choice, true, "networks or peers", "networks peers"}});

constexpr auto init_options = std::to_array<option_info>({
    {"--host", "", "HOST[:PORT]", "the name or address under which nodes reach it; by default this machine's name"},
});
constexpr auto init_fields = std::to_array<field_info>({
    {"changed", "false if there was a server here already"},
    {"state", "the state directory"},
    {"server", "HOST[:PORT]#SHA256:..., what nodes need"},
    {"fingerprint_ed25519", "of the host key"},
    {"fingerprint_rsa", "of the host key for suite 1"},
    {"pool", "the range of the nodes' addresses"},
    {"ula", "the IPv6 prefix"},
});

// ---- the table -----------------------------------------------------------------------------------------------------

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
     "peers. The exit code tells only whether a daemon answered.",
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
     "Prints an event a line until Ctrl-C, --count or --timeout; with --json each line is a JSON object.",
     "vpn events --json | jq -r 'select(.event == \"peer\")'",
     "An event a line.",
     event_fields,
     run_events},

    {"create", "networks", "make a network and become its owner", new_network, create_options,
     "Asks for a password twice on a terminal. The owner is its first member.", "vpn create team", "An object.",
     changed_fields, run_create},
    {"join", "networks", "become a member of a network", new_network, join_options,
     "An open network needs no password; otherwise it is asked for on a terminal. Being a member already is a success.",
     "pass show team | vpn join team --password-stdin", "An object.", changed_fields, run_join},
    {"leave",
     "networks",
     "give up membership in a network",
     network_argument,
     {},
     "The owner cannot leave; a network goes with 'vpn delete'. Not being a member is a success.",
     "vpn leave team",
     "An object.",
     changed_fields,
     run_leave},
    {"delete",
     "networks",
     "delete a network that you own",
     network_argument,
     {},
     "Every member loses it at once.",
     "vpn delete team",
     "An object.",
     changed_fields,
     run_delete},
    {"list",
     "networks",
     "show networks and their members",
     list_arguments,
     {},
     "Marks as in Hamachi: * online and direct, ! online with a problem or still connecting, blank offline.",
     "vpn list",
     "An array.",
     list_fields,
     run_list},

    {"peers",
     "peers",
     "show everybody in your networks",
     {},
     {},
     "A line for each peer, with the marks of 'vpn list'.",
     "vpn peers",
     "An array.",
     peers_fields,
     run_peers},
    {"show",
     "peers",
     "show everything about a peer",
     peer_argument,
     {},
     "Addresses, state, endpoint, round trip, crypto suite and epoch, key fingerprint, traffic, networks in common.",
     "vpn show nas",
     "An object.",
     show_fields,
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

    {"server init",
     "server",
     "make a mediation server: keys, database, configuration",
     {},
     init_options,
     "Writes host keys, the database and server.toml into the state directory (--state, by default "
     "/var/lib/vpn-server) and "
     "prints the line that a node needs. A server that is there already is left as it is and its line printed again.",
     "vpn server init --host vpn.example.org",
     "An object.",
     init_fields,
     run_server_init},
    {"server run",
     "server",
     "run the mediation server",
     {},
     {},
     "Serves TCP 12975 and UDP 17771 and 17772 in the foreground until SIGTERM, and tells the service manager "
     "(sd_notify) when it "
     "is ready. --config is its server.toml.",
     "vpn server run --state /var/lib/vpn-server",
     "",
     {},
     run_server_run},

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

std::span<const command_info> command_rows() {
    return rows;
}

}  // namespace buri::cli
