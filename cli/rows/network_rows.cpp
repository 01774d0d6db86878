#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto new_network = std::to_array<argument_info>(
    {{"NETWORK", value_kind::text, true,
      "4 to 64 characters of a-z A-Z 0-9 - _ ., unique on the server, compared without case"}});
constexpr auto network_or_invite = std::to_array<argument_info>(
    {{"NETWORK|INVITE", value_kind::text, true, "the network's name, or vpn://... as 'vpn invite' printed it"}});
constexpr auto create_options = std::to_array<option_info>(
    {{"--open", "", "", "no password: who knows the name can join"}, password_stdin, password_file});
constexpr auto join_options = std::to_array<option_info>(
    {password_stdin,
     password_file,
     {"--wait", "-w", "SECONDS",
      "where new members wait for approval, wait too; give up after SECONDS (without it, never)", value_kind::seconds,
      true}});
constexpr auto join_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"changed", "false if this node was a member, or waiting, already"},
    {"waiting", "true: somebody has to approve it first"},
});

constexpr auto rows = std::to_array<command_info>({
    {"create", "networks", "make a network and become its owner", new_network, create_options,
     "Asks for a password twice on a terminal. The owner is its first member.", "vpn create team", "An object.",
     changed_fields, run_create},
    {"join", "networks", "become a member of a network", network_or_invite, join_options,
     "An open network needs no password; otherwise it is asked for on a terminal. An invite takes the place of the "
     "password; where no daemon is running, it also starts one as 'vpn up --detach' does, with the invite's server and "
     "its key pinned. Where new members wait for approval the answer says so, and --wait waits for it: exit code 6 if "
     "it "
     "did not come in time. Being a member already is a success.",
     "pass show team | vpn join team --password-stdin\nvpn join 'vpn://vpn.example.org/team?k=SHA256:...&t=...'",
     "An object.", join_fields, run_join},
    {"leave",
     "networks",
     "give up membership in a network",
     network_argument,
     {},
     "Also takes back the wish to join. The owner cannot leave: see 'vpn transfer' and 'vpn delete'. Not being a "
     "member "
     "is a success.",
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
     optional_network,
     {},
     "Marks as in Hamachi: * online and direct, ! online with a problem, without encryption or still connecting, ? "
     "waiting for approval, blank offline. The newest announcement stands below the name.",
     "vpn list",
     "An array of networks.",
     network_fields,
     run_list},

});

}  // namespace

std::span<const command_info> network_rows() {
    return rows;
}

}  // namespace buri::cli
