#include "cli/complaint.hpp"

#include "cli/printable.hpp"

namespace buri::cli {
namespace {

/// What to do about an error whose text does not say it.
std::string_view next_step(errc code) {
    switch (code) {
        case errc::internal:
            return "This is a fault of the program; the daemon's log may tell more";
        case errc::timed_out:
        case errc::cancelled:
            return "See 'vpn status', then try again";
        case errc::daemon_not_running:
            return "Start one with 'vpn up'";
        case errc::daemon_running:
            return "See 'vpn status', or stop it with 'vpn down'";
        case errc::permission:
            return "Be root, or in the group 'vpn'";
        case errc::no_tun:
            return "Run it as root, and load the module with 'modprobe tun'";
        case errc::port_in_use:
            return "Choose another with --port, or in the configuration";
        case errc::server_unreachable:
            return "Check its name, its port (TCP 12975) and this machine's network";
        case errc::server_unresolved:
            return "Check the spelling and this machine's DNS";
        case errc::server_closed:
        case errc::not_online:
            return "The node reconnects by itself; see 'vpn status'";
        case errc::server_key_unknown:
            return "Add the fingerprint to --server, as 'vpn server init' printed it";
        case errc::server_key_mismatch:
            return "Compare it with what 'vpn server init' prints on the server";
        case errc::server_key_changed:
            return "Ask the server's operator. Do not go on before you know why";
        case errc::name_taken:
            return "Choose another name, or join it with 'vpn join'";
        case errc::password_wrong:
            return "Ask the network's owner";
        case errc::password_missing:
            return "Give it with --password-stdin or --password-file";
        case errc::network_not_found:
        case errc::not_a_member:
            return "'vpn list' shows your networks";
        case errc::peer_not_found:
        case errc::peer_ambiguous:
        case errc::peer_offline:
            return "'vpn peers' shows who is there";
        case errc::not_owner:
            return "'vpn list' shows who that is";
        case errc::network_full:
            return "Ask its owner to make room";
        case errc::too_many_networks:
            return "Leave one with 'vpn leave'";
        case errc::unknown_request:
            return "The daemon may be older than this program; restart it";
        case errc::owner_cannot_leave:
            return "Hand it over with 'vpn transfer', or delete it with 'vpn delete'";
        case errc::network_locked:
            return "Ask its owner to unlock it";
        case errc::banned:
            return "Ask its owner to take the ban back";
        case errc::plan_forbids:
            return "Ask the operator of the server for another plan, or install a licence with 'vpn licence install'";
        case errc::not_privileged:
            return "'vpn admin list' shows who may; its owner gives privileges with 'vpn admin grant'";
        case errc::owner_protected:
            return "'vpn transfer' hands a network over";
        case errc::awaiting_approval:
            return "'vpn list' shows when it is approved";
        case errc::not_awaiting:
            return "'vpn requests' shows who waits";
        case errc::invite_invalid:
            return "Ask for a new one";
        case errc::invite_not_found:
            return "'vpn invites' shows them";
        case errc::ban_not_found:
            return "'vpn bans' shows who is";
        case errc::transfer_not_offered:
            return "Ask its owner to offer it with 'vpn transfer'";
        case errc::text_invalid:
            return "Use 1 to 1024 bytes of UTF-8";
        case errc::owns_networks:
            return "Hand them over with 'vpn transfer', or add --with-networks";
        case errc::plan_unknown:
            return "'vpn server plan list' shows them";
        case errc::licence_invalid:
        case errc::licence_used:
            return "Ask whoever gave it to you for another one";
        case errc::key_in_use:
            return "Make another with 'vpn keys rotate'";
        case errc::relay_not_found:
            return "'vpn server relay list' shows them";
        case errc::relay_token_invalid:
            return "Make another with 'vpn server relay add'";
        case errc::relay_full:
            return "Other relays may have room";
        default:
            return {};
    }
}

bool has_two_sentences(std::string_view text) {
    for (const std::string_view end : {". ", "? ", "! ", "; "}) {
        if (text.find(end) != std::string_view::npos) return true;
    }
    return false;
}

std::string with_next_step(const error& why) {
    std::string text = why.text.empty() ? std::string(describe(why.code).sentence) : why.text;
    const auto step = next_step(why.code);
    if (!step.empty() && !has_two_sentences(text)) {
        if (!text.ends_with('.')) text += '.';
        text += ' ';
        text += step;
    }
    if (!text.ends_with('.') && !text.ends_with('?') && !text.ends_with('!')) text += '.';
    return printable(text);
}

}  // namespace

error while_doing(std::string_view what, error why) {
    if (why.text.starts_with("cannot ") || why.code == errc::daemon_not_running || why.code == errc::usage) return why;
    why.text = std::string(what) + ": " + (why.text.empty() ? std::string(describe(why.code).sentence) : why.text);
    return why;
}

std::string complaint(const error& why) {
    return "vpn: " + with_next_step(why);
}

wire::json error_document(const error& why) {
    const auto& row = describe(why.code);
    wire::json out;
    out["error"]["name"] = row.name;
    out["error"]["code"] = static_cast<unsigned>(row.code);
    out["error"]["exit"] = row.exit_code;
    out["error"]["text"] = with_next_step(why);
    return out;
}

}  // namespace buri::cli
