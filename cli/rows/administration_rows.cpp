#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto set_options = std::to_array<option_info>({
    {"--password", "", "", "a new password, asked for twice on a terminal"},
    password_stdin,
    password_file,
    {"--open", "", "", "no password: who knows the name can join"},
    {"--lock", "", "", "nobody new joins"},
    {"--unlock", "", "", "joining is possible again"},
    {"--approve", "", "HOW", "new members: auto (they are in at once) or manual (they wait for 'vpn approve')",
     value_kind::choice, false, "auto manual"},
    {"--encryption", "", "WHETHER",
     "on, or off: packets are signed and not encrypted, where every other condition allows it", value_kind::choice,
     false, "on off"},
});
constexpr auto ban_options = std::to_array<option_info>({
    {"--reason", "", "TEXT", "what the peer is told, 256 bytes at most"},
    until_option,
});
constexpr auto banned_arguments = std::to_array<argument_info>(
    {{"NETWORK", value_kind::network, true, "the network's name"},
     {"PEER", value_kind::text, true, "a nickname, an address, or SHA256:... as 'vpn bans' shows them"}});
constexpr auto can_help = "password, access, approve, evict, ban, message: one or more, apart by commas";
constexpr auto grant_options = std::to_array<option_info>({{"--can", "", "WHAT", can_help, value_kind::privileges}});
constexpr auto revoke_options = std::to_array<option_info>(
    {{"--can", "", "WHAT", "only these privileges, apart by commas; without it all of them", value_kind::privileges}});
constexpr auto transfer_arguments =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, true, "the network's name"},
                                  {"PEER", value_kind::peer, false, "the member that is to own it"}});
constexpr auto transfer_options = std::to_array<option_info>({
    {"--withdraw", "", "", "take the offer back"},
    {"--accept", "", "", "become the owner of a network that was offered to this node"},
    {"--decline", "", "", "leave it with its owner"},
});
constexpr auto text_arguments = std::to_array<argument_info>(
    {{"NETWORK", value_kind::network, true, "the network's name"},
     {"TEXT", value_kind::text, false, "1024 bytes at most, one word for the shell; - reads standard input"}});
constexpr auto welcome_options = std::to_array<option_info>({{"--clear", "", "", "new members get none"}});
constexpr auto invite_options = std::to_array<option_info>({
    {"--uses", "", "N", "how often it can be used: by default 1; 0 is as often as wanted", value_kind::count},
    {"--expires", "", "WHEN", moment_help, value_kind::moment},
    {"--approve", "", "", "who joins with it does not wait for approval"},
});
constexpr auto uninvite_arguments =
    std::to_array<argument_info>({{"NETWORK", value_kind::network, true, "the network's name"},
                                  {"ID", value_kind::number, true, "as 'vpn invites' shows it"}});

constexpr auto act_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"peer", "the address in the VPN"},
    {"changed", "false if it was so already"},
});
constexpr auto new_invite_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"id", "for 'vpn uninvite'"},
    {"url", "vpn://HOST[:PORT]/NETWORK?k=SHA256:...&t=..."},
    {"uses", "how often it can be used; 0: as often as wanted"},
    {"expires", "null, or from when on it is not valid, RFC 3339"},
    {"approved", "true: who joins with it does not wait"},
});
constexpr auto grant_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"peer", "the address in the VPN"},
    {"can", "an array of the privileges that it has now"},
    {"changed", "false if it was so already"},
});
constexpr auto transfer_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"heir", "null, or the address to whom it is offered now; not with --accept and --decline"},
    {"changed", "false if it was so already"},
});
constexpr auto welcome_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"text", "what it is now; empty: none"},
    {"changed", "false if it was so already, or only shown"},
});

constexpr auto rows = std::to_array<command_info>({
    {"set", "administration", "change how a network takes members", network_argument, set_options,
     "Sets all that is named at once, or nothing of it, and leaves the rest as it is. The password needs the privilege "
     "password, lock and approval the privilege access, encryption the owner.",
     "vpn set team --lock --approve manual", "An object.", changed_fields, run_set},
    {"requests",
     "administration",
     "show who waits for approval",
     optional_network,
     {},
     "For the owner and for administrators with the privilege approve.",
     "vpn requests team",
     "An array of requests.",
     request_fields,
     run_requests},
    {"approve",
     "administration",
     "let somebody in who waits",
     network_and_peer,
     {},
     "Needs the privilege approve. Being a member already is a success.",
     "vpn approve team phone",
     "An object.",
     act_fields,
     run_approve},
    {"reject",
     "administration",
     "turn somebody away who waits",
     network_and_peer,
     {},
     "Needs the privilege approve. The peer may ask again; 'vpn ban' keeps it out.",
     "vpn reject team phone",
     "An object.",
     act_fields,
     run_reject},
    {"evict",
     "administration",
     "remove a member, who may join again",
     network_and_peer,
     {},
     "Needs the privilege evict. Its tunnels to members close at once unless another network joins them.",
     "vpn evict team phone",
     "An object.",
     act_fields,
     run_evict},
    {"ban", "administration", "keep a node and its key out of a network", network_and_peer, ban_options,
     "Needs the privilege ban. A member is removed, one who waits is turned away, and any other account of the server "
     "can "
     "be named by its address. Banning again replaces reason and end.",
     "vpn ban team 100.90.77.1 --reason \"lost laptop\" --until 30d", "An object.", act_fields, run_ban},
    {"unban",
     "administration",
     "take a ban back",
     banned_arguments,
     {},
     "Needs the privilege ban.",
     "vpn unban team phone",
     "An object.",
     act_fields,
     run_unban},
    {"bans",
     "administration",
     "show who is banned, by whom and until when",
     network_argument,
     {},
     "Needs the privilege ban.",
     "vpn bans team",
     "An array of bans.",
     ban_fields,
     run_bans},
    {"admin grant", "administration", "let a member administer a network", network_and_peer, grant_options,
     "The owner's command. Adds privileges: password (set it), access (lock, approval mode, invites), approve (and "
     "reject), evict, ban (and unban), message (welcome and announcements).",
     "vpn admin grant team nas --can approve,evict", "An object.", grant_fields, run_admin_grant},
    {"admin revoke", "administration", "take privileges back", network_and_peer, revoke_options, "The owner's command.",
     "vpn admin revoke team nas --can evict", "An object.", grant_fields, run_admin_revoke},
    {"admin list",
     "administration",
     "show the administrators of a network",
     network_argument,
     {},
     "With what each of them can do.",
     "vpn admin list team",
     "An array of administrators.",
     administrator_fields,
     run_admin_list},
    {"transfer", "administration", "hand a network over to another member", transfer_arguments, transfer_options,
     "The owner names a member, who accepts or declines; until then the owner can withdraw. The former owner stays a "
     "member.",
     "vpn transfer team nas\nvpn transfer team --accept", "An object.", transfer_fields, run_transfer},
    {"welcome", "administration", "show or set what new members are told", text_arguments, welcome_options,
     "Without TEXT it is shown. Every new member gets it once. Setting it needs the privilege message.",
     "vpn welcome team \"Backups run at 3:00.\"", "An object.", welcome_fields, run_welcome},
    {"announce",
     "administration",
     "tell every member something, or show what was told",
     text_arguments,
     {},
     "Members who are offline get it when they come. Without TEXT the history is shown, the newest 100. Announcing "
     "needs "
     "the privilege message.",
     "vpn announce team \"nas is down until 18:00\"",
     "An object {network, changed}; without TEXT, an array of announcements.",
     announcement_fields,
     run_announce},
    {"invite", "administration", "make an invite to a network", network_argument, invite_options,
     "Prints a URL that takes the place of server, key and password in 'vpn join', and on a terminal the same as a QR "
     "code. Whoever has it can use it: pass it on in confidence. Needs the privilege access, with --approve also "
     "approve.",
     "vpn invite team --uses 5 --expires 24h", "An object.", new_invite_fields, run_invite},
    {"invites",
     "administration",
     "show the invites of a network",
     network_argument,
     {},
     "Their URLs are known to nobody but who made them. Needs the privilege access.",
     "vpn invites team",
     "An array of invites.",
     invite_fields,
     run_invites},
    {"uninvite",
     "administration",
     "take an invite back",
     uninvite_arguments,
     {},
     "Who has joined with it stays. Needs the privilege access.",
     "vpn uninvite team 7",
     "An object.",
     changed_fields,
     run_uninvite},
    {"log", "administration", "show what was done to a network, by whom", network_argument, log_options,
     "The owner's command: every administrative act and every change of members, with the old and the new value; acts "
     "that were refused to a member too.",
     "vpn log team --follow --json", "An array of log entries; with --follow, an entry a line.", log_fields, run_log},
});

}  // namespace

std::span<const command_info> administration_rows() {
    return rows;
}

}  // namespace buri::cli
