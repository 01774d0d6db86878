#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

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
constexpr auto account_argument = std::to_array<argument_info>(
    {{"NODE", value_kind::text, true, "an address, or a nickname that only one account has"}});
constexpr auto server_network_argument =
    std::to_array<argument_info>({{"NETWORK", value_kind::text, true, "the network's name"}});
constexpr auto optional_network_text =
    std::to_array<argument_info>({{"NETWORK", value_kind::text, false, "only this network"}});
constexpr auto plan_arguments = std::to_array<argument_info>(
    {{"NODE", value_kind::text, true, "an address, or a nickname that only one account has"},
     {"PLAN", value_kind::text, true, "as 'vpn server plan list' shows it, or default: none of its own"}});
constexpr auto file_argument = std::to_array<argument_info>({{"FILE", value_kind::file, true, "the backup"}});
constexpr auto remove_options =
    std::to_array<option_info>({{"--with-networks", "", "", "delete the networks that it owns too"}});
constexpr auto plan_options = std::to_array<option_info>({until_option});
constexpr auto make_options = std::to_array<option_info>({
    {"--plan", "", "PLAN", "the plan that it gives"},
    {"--for", "", "NODE", "the only account that can install it, by address or nickname, or any"},
    {"--months", "", "N", "how long it lasts from installing: 1, 6 or 12", value_kind::choice, false, "1 6 12"},
    {"--count", "", "N", "how many keys to make, 1000 at most; by default 1", value_kind::number},
});
constexpr auto changed_field = std::to_array<field_info>({{"changed", "false if it was so already"}});
constexpr auto set_plan_fields = std::to_array<field_info>({
    {"address", "of the account"},
    {"plan", "its plan now"},
    {"until", "null, or its end, RFC 3339"},
    {"changed", "false if it was so already"},
});
constexpr auto made_fields = std::to_array<field_info>({{"licences", "an array of keys"}});
constexpr auto relay_argument =
    std::to_array<argument_info>({{"NAME", value_kind::text, true, "1 to 32 of a-z A-Z 0-9 - _ ."}});
constexpr auto relay_options =
    std::to_array<option_info>({{"--region", "", "REGION", "where it is, for people; as a name", value_kind::text}});
constexpr auto relay_added_fields = std::to_array<field_info>({
    {"id", "its number"},
    {"name", "its name"},
    {"token", "buri-relay-..., what it joins with"},
});
constexpr auto backup_fields = std::to_array<field_info>({{"file", "the backup"}, {"bytes", "its size"}});
constexpr auto restore_fields = std::to_array<field_info>({
    {"state", "the state directory"},
    {"accounts", "how many there are"},
    {"networks", "how many there are"},
});
constexpr auto reload_fields = std::to_array<field_info>({
    {"changed", "an array of the settings that changed"},
    {"restart_needed", "an array of those that change at the next start"},
});

constexpr auto rows = std::to_array<command_info>({
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
     "Serves TCP 12975, TLS on TCP 443 and UDP 17771 and 17772 in the foreground until SIGTERM, and tells the service "
     "manager "
     "(sd_notify) when it "
     "is ready. --config is its server.toml. The commands below talk to it through server.sock in its state directory "
     "(--state, --socket).",
     "vpn server run --state /var/lib/vpn-server",
     "",
     {},
     run_server_run},
    {"server status",
     "server",
     "show what the server is and how much it has to do",
     {},
     {},
     "The exit code tells only whether a server answered.",
     "vpn server status --json | jq .online",
     "An object.",
     server_fields,
     run_server_status},
    {"server accounts",
     "server",
     "show every account",
     {},
     {},
     "With its plan and how many networks it is in.",
     "vpn server accounts",
     "An array of accounts.",
     account_fields,
     run_server_accounts},
    {"server account",
     "server",
     "show everything about an account",
     account_argument,
     {},
     "Also its networks and the version of its software.",
     "vpn server account 100.90.77.1",
     "An object.",
     account_fields,
     run_server_account},
    {"server remove-account", "server", "delete an account", account_argument, remove_options,
     "Without --with-networks an account that owns networks stays. The node may register again, with a new address.",
     "vpn server remove-account 100.90.77.1", "An object.", changed_field, run_server_remove_account},
    {"server networks",
     "server",
     "show every network",
     {},
     {},
     "With its owner, settings and how many are in it.",
     "vpn server networks",
     "An array of server networks.",
     server_network_fields,
     run_server_networks},
    {"server network",
     "server",
     "show everything about a network",
     server_network_argument,
     {},
     "Also its members and what they can do.",
     "vpn server network team",
     "An object.",
     server_network_fields,
     run_server_network},
    {"server remove-network",
     "server",
     "delete a network",
     server_network_argument,
     {},
     "Every member loses it at once.",
     "vpn server remove-network team",
     "An object.",
     changed_field,
     run_server_remove_network},
    {"server plan list",
     "server",
     "show the plans and what they include",
     {},
     {},
     "Operators change them and add others in server.toml.",
     "vpn server plan list",
     "An array of plans.",
     plan_fields,
     run_server_plan_list},
    {"server plan set", "server", "give an account a plan", plan_arguments, plan_options,
     "With --until the account falls back to the default plan at that time; nothing of it is deleted then.",
     "vpn server plan set anna premium --until 2027-01-31", "An object.", set_plan_fields, run_server_plan_set},
    {"server licence make",
     "server",
     "make licence keys",
     {},
     make_options,
     "Prints a key a line. Whoever installs one with 'vpn licence install' has the plan for so many months.",
     "vpn server licence make --plan premium --for any --months 12 --count 10",
     "An object.",
     made_fields,
     run_server_licence_make},
    {"server licence list",
     "server",
     "show the licences and who used them",
     {},
     {},
     "The keys themselves are not kept.",
     "vpn server licence list",
     "An array of licences.",
     licence_fields,
     run_server_licence_list},
    {"server relay add", "server", "let a relay on another machine join", relay_argument, relay_options,
     "Prints its token, once: only a digest is kept. 'vpn relay run --server ... --token ...' on that machine joins "
     "with it, and nodes use the relay where it is nearer than others.",
     "vpn server relay add fra1 --region eu-central", "An object.", relay_added_fields, run_server_relay_add},
    {"server relay list",
     "server",
     "show the relays and what they carry",
     {},
     {},
     "The server's own too; * marks those that nodes can use now.",
     "vpn server relay list",
     "An array of relays of the fleet.",
     fleet_fields,
     run_server_relay_list},
    {"server relay remove",
     "server",
     "put a relay out of the fleet",
     relay_argument,
     {},
     "It is disconnected, its token is worth nothing, and its tunnels move to other relays.",
     "vpn server relay remove fra1",
     "An object.",
     changed_field,
     run_server_relay_remove},
    {"server log", "server", "show every administrative act on the server", optional_network_text, log_options,
     "The operator's own acts too.", "vpn server log --follow",
     "An array of log entries; with --follow, an entry a line.", log_fields, run_server_log},
    {"server backup",
     "server",
     "write a backup of the running server",
     file_argument,
     {},
     "The server writes the file, mode 0600: host keys, database and server.toml of one moment. Keep it as safe as the "
     "server itself.",
     "vpn server backup /var/backups/vpn-server.backup",
     "An object.",
     backup_fields,
     run_server_backup},
    {"server restore",
     "server",
     "make a server's state directory from a backup",
     file_argument,
     {},
     "Works where no server is: the state directory (--state) must have none. All of it comes back, or nothing.",
     "vpn server restore /var/backups/vpn-server.backup",
     "An object.",
     restore_fields,
     run_server_restore},
    {"server reload",
     "server",
     "read server.toml again",
     {},
     {},
     "A mistake in it changes nothing. What cannot change in a running server is named.",
     "vpn server reload",
     "An object.",
     reload_fields,
     run_server_reload},
});

}  // namespace

std::span<const command_info> server_rows() {
    return rows;
}

}  // namespace buri::cli
