#include "buri/base/errors.hpp"

#include <algorithm>
#include <array>

namespace buri {
namespace {

constexpr auto table = std::to_array<error_info>({
    {errc::internal, "internal", 1, "something went wrong inside; the log says more"},
    {errc::malformed, "malformed", 1, "a message was not understood"},
    {errc::usage, "usage", 2, "the command was used wrongly"},
    {errc::unknown_request, "unknown_request", 1, "the other side does not know this request"},
    {errc::timed_out, "timed_out", 6, "no answer came in time"},
    {errc::cancelled, "cancelled", 1, "it was stopped before it was done"},
    {errc::daemon_not_running, "daemon_not_running", 3, "no daemon is running here; start one with 'vpn up'"},
    {errc::daemon_running, "daemon_running", 1, "a daemon is already running on this state directory"},
    {errc::permission, "permission", 4, "that needs more rights than this process has"},
    {errc::no_tun, "no_tun", 4, "the TUN device cannot be opened"},
    {errc::port_in_use, "port_in_use", 1, "another program already uses this port"},
    {errc::config, "config", 2, "the configuration file has a mistake"},
    {errc::state_unreadable, "state_unreadable", 1, "the state directory cannot be read or written"},
    {errc::state_newer, "state_newer", 1, "the database was written by a newer version; upgrade this program"},
    {errc::disk_full, "disk_full", 1, "the disk is full; nothing was changed"},
    {errc::not_initialised, "not_initialised", 1, "there is no server here yet; make one with 'vpn server init'"},
    {errc::already_initialised, "already_initialised", 1, "there is a server here already; it was left as it is"},
    {errc::server_unreachable, "server_unreachable", 6, "the mediation server does not answer"},
    {errc::server_unresolved, "server_unresolved", 5, "the name of the mediation server cannot be resolved"},
    {errc::server_closed, "server_closed", 1, "the mediation server closed the connection"},
    {errc::server_key_unknown, "server_key_unknown", 8, "the key of the mediation server is not known here"},
    {errc::server_key_mismatch, "server_key_mismatch", 8, "the mediation server does not have the key that was named"},
    {errc::server_key_changed, "server_key_changed", 8, "the key of the mediation server is not the one pinned here"},
    {errc::suite_refused, "suite_refused", 4, "the two sides allow no crypto suite in common"},
    {errc::auth_failed, "auth_failed", 8, "the signature does not match the key of the account"},
    {errc::account_unknown, "account_unknown", 5, "the server does not know this account"},
    {errc::out_of_order, "out_of_order", 1, "a message came where it is not allowed"},
    {errc::too_many_requests, "too_many_requests", 4, "too many requests in a short time; try again later"},
    {errc::pool_exhausted, "pool_exhausted", 1, "the server has no free address left in its pool"},
    {errc::registration_closed, "registration_closed", 4, "the server takes no new accounts"},
    {errc::not_online, "not_online", 1, "this node is not connected to its server now"},
    {errc::key_file, "key_file", 8, "a key file cannot be used"},
    {errc::key_unsuitable, "key_unsuitable", 8, "the identity key is of the wrong kind for the crypto suite"},
    {errc::name_invalid, "name_invalid", 2, "a network's name is 4 to 64 characters of a-z A-Z 0-9 - _ ."},
    {errc::name_taken, "name_taken", 1, "a network of this name exists already"},
    {errc::password_wrong, "password_wrong", 4, "the password is wrong"},
    {errc::password_missing, "password_missing", 2, "a password is needed"},
    {errc::network_not_found, "network_not_found", 5, "there is no network of this name on the server"},
    {errc::peer_not_found, "peer_not_found", 5, "no peer of this name is in your networks"},
    {errc::peer_ambiguous, "peer_ambiguous", 2, "several peers have this name; use the address"},
    {errc::not_a_member, "not_a_member", 5, "this node is not a member of the network"},
    {errc::not_owner, "not_owner", 4, "only the owner of the network may do that"},
    {errc::network_full, "network_full", 7, "the network has as many members as it may have"},
    {errc::too_many_networks, "too_many_networks", 7, "this node is in as many networks as it may be in"},
    {errc::nickname_invalid, "nickname_invalid", 2,
     "a nickname is 1 to 63 letters, digits and hyphens, with no hyphen at either end"},
    {errc::peer_offline, "peer_offline", 1, "the peer is not online"},
    {errc::owner_cannot_leave, "owner_cannot_leave", 4, "the owner cannot leave the network, only delete it"},
    {errc::network_locked, "network_locked", 7, "the network is locked: nobody new can join"},
    {errc::banned, "banned", 7, "this node is banned from the network"},
    {errc::plan_forbids, "plan_forbids", 7, "the plan of the account does not include that"},
    {errc::not_privileged, "not_privileged", 4, "only the owner, or an administrator with the privilege, may do that"},
    {errc::owner_protected, "owner_protected", 4, "nobody can act against the owner of a network"},
    {errc::awaiting_approval, "awaiting_approval", 7, "the node waits for approval"},
    {errc::not_awaiting, "not_awaiting", 5, "this node does not wait for approval in the network"},
    {errc::invite_invalid, "invite_invalid", 7, "the invite is not valid, or not any more"},
    {errc::invite_not_found, "invite_not_found", 5, "the network has no such invite"},
    {errc::ban_not_found, "ban_not_found", 5, "nobody of this name is banned from the network"},
    {errc::transfer_not_offered, "transfer_not_offered", 5, "the network was not offered to this node"},
    {errc::text_invalid, "text_invalid", 2, "the text is empty, too long, or holds control characters"},
    {errc::owns_networks, "owns_networks", 4, "the account still owns networks"},
    {errc::plan_unknown, "plan_unknown", 5, "the server has no plan of this name"},
    {errc::licence_invalid, "licence_invalid", 8, "the licence key was not made by this server, or not for this node"},
    {errc::licence_used, "licence_used", 7, "the licence key was used already"},
    {errc::key_in_use, "key_in_use", 8, "another account has this key"},
    {errc::intercepted, "intercepted", 8, "a box on the way answers in the mediation server's place"},
    {errc::relay_not_found, "relay_not_found", 5, "the server has no relay of this name"},
    {errc::relay_token_invalid, "relay_token_invalid", 8, "the token is not of this server or relay, or has expired"},
    {errc::relay_full, "relay_full", 7, "the relay takes no more bindings"},
});

}  // namespace

std::span<const error_info> all_errors() {
    return table;
}

const error_info& describe(errc code) {
    const auto* const row = std::ranges::find(table, code, &error_info::code);
    return row != table.end() ? *row : table.front();
}

std::optional<errc> error_from_wire(std::uint16_t number) {
    const auto* const row = std::ranges::find(table, static_cast<errc>(number), &error_info::code);
    if (row == table.end()) return std::nullopt;
    return row->code;
}

error make_error(errc code) {
    return {code, std::string(describe(code).sentence)};
}

error make_error(errc code, std::string text) {
    return {code, std::move(text)};
}

}  // namespace buri
