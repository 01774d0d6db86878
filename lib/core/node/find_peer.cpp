// How users name a peer: nickname, address, or nick.network.
#include "buri/core/node/known_networks.hpp"

#include <algorithm>

namespace buri::core {

namespace {

bool is_same_label(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

result<node_id> not_found(std::string_view text) {
    return fail(errc::peer_not_found,
                "there is no peer '" + std::string(text) + "' in your networks. See 'vpn peers'.");
}

}  // namespace

std::vector<node_id> known_networks::peers_called(std::string_view nickname, const network_name* within) const {
    std::vector<node_id> found;
    for (const auto& [id, info] : peers_) {
        if (!is_same_label(info.nickname, nickname)) continue;
        const auto common = networks_with(id);
        if (within == nullptr || std::ranges::find(common, *within) != common.end()) found.push_back(id);
    }
    return found;
}

result<node_id> known_networks::find_peer(std::string_view text) const {
    if (const auto address = ip_address::parse(text)) {
        const auto is_it = [&](const auto& peer) {
            return address_of(peer.first) == *address || (ula_.length != 0 && ula_of(ula_, peer.first) == *address);
        };
        const auto found = std::ranges::find_if(peers_, is_it);
        if (found == peers_.end()) return not_found(text);
        return found->first;
    }
    auto found = peers_called(text, nullptr);
    const auto dot = text.find('.');
    if (found.empty() && dot != std::string_view::npos) {
        const auto network = network_name::parse(text.substr(dot + 1));
        if (network) found = peers_called(text.substr(0, dot), &*network);
    }
    if (found.empty()) return not_found(text);
    if (found.size() == 1) return found.front();

    std::string list;
    for (const auto id : found) {
        list += list.empty() ? "" : ", ";
        list += to_string(id);
        for (const auto& network : networks_with(id))
            list += " (" + name_of(id) + "." + network.text() + ")";
    }
    return fail(errc::peer_ambiguous, "several peers are called '" + std::string(text) + "': " + list +
                                          ". Use the address, or nickname.network.");
}

}  // namespace buri::core
