// How users name a peer: by its name in a network, nickname, address, or nick.network.
#include "buri/core/node/known_networks.hpp"

#include <algorithm>

namespace buri::core {

namespace {

using ids = std::set<node_id>;

bool is_same_label(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// "anna" and "lab" of "anna.lab"; names of networks may have dots, nicknames have none.
std::optional<std::pair<std::string_view, network_name>> split(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    auto network = network_name::parse(text.substr(dot + 1));
    if (!network) return std::nullopt;
    return std::pair(text.substr(0, dot), std::move(*network));
}

result<node_id> not_found(std::string_view text) {
    return fail(errc::peer_not_found,
                "there is no peer '" + std::string(text) + "' in your networks. See 'vpn peers'.");
}

}  // namespace

std::optional<node_id> known_networks::by_address(std::string_view text) const {
    const auto address = ip_address::parse(text);
    if (!address) return std::nullopt;
    node_id id;
    if (address->is_v4()) {
        id.value = address->v4_value();
    } else {
        const auto raw = address->v6_bytes();
        for (std::size_t i = 12; i < 16; ++i)
            id.value = id.value << 8U | raw[i];
        if (ula_.length == 0 || ula_of(ula_, id) != *address) return std::nullopt;
    }
    return id ? std::optional(id) : std::nullopt;
}

ids known_networks::members_called(std::string_view name, const network_name* within) const {
    ids found;
    for (const auto& network : networks_) {
        if (within != nullptr && network.settings.network != *within) continue;
        for (const auto& member : network.members) {
            if (is_same_label(member.name, name)) found.insert(member.id);
        }
    }
    return found;
}

ids known_networks::peers_called(std::string_view nickname, const network_name* within) const {
    ids found;
    for (const auto& [id, info] : peers_) {
        if (!is_same_label(info.nickname, nickname)) continue;
        const auto common = networks_with(id);
        if (within == nullptr || std::ranges::find(common, *within) != common.end()) found.insert(id);
    }
    return found;
}

std::string known_networks::describe(const ids& peers) const {
    std::string list;
    for (const auto id : peers) {
        list += (list.empty() ? "" : ", ") + to_string(id);
        for (const auto& network : networks_) {
            const auto member = std::ranges::find(network.members, id, &wire::member_info::id);
            if (member != network.members.end())
                list += " (" + member->name + "." + network.settings.network.text() + ")";
        }
    }
    return list;
}

result<node_id> known_networks::find_peer(std::string_view text) const {
    if (ip_address::parse(text)) {
        const auto id = by_address(text);
        if (!id || !peers_.contains(*id)) return not_found(text);
        return *id;
    }
    const auto search = [&](std::string_view name, const network_name* within) {
        auto found = members_called(name, within);
        found.erase(self_);
        return found.empty() ? peers_called(name, within) : found;
    };
    auto found = search(text, nullptr);
    const auto parts = split(text);
    if (found.empty() && parts) found = search(parts->first, &parts->second);
    if (found.empty()) return not_found(text);
    if (found.size() == 1) return *found.begin();
    return fail(errc::peer_ambiguous, "several peers are called '" + std::string(text) + "': " + describe(found) +
                                          ". Use the address, or name.network.");
}

result<node_id> known_networks::find_member(const network_name& network, std::string_view text) const {
    const auto* const known = find_network(network);
    if (known == nullptr) {
        return fail(errc::not_a_member,
                    "this node is not in a network '" + network.text() + "'. 'vpn list' shows those it is in.");
    }
    if (const auto id = by_address(text)) return *id;
    const auto search = [&](std::string_view name) {
        auto found = members_called(name, &network);
        for (const auto& who : known->applicants) {
            if (is_same_label(who.name, name)) found.insert(who.id);
        }
        if (!found.empty()) return found;
        found = peers_called(name, &network);
        if (!known->waiting && is_same_label(nickname_, name)) found.insert(self_);
        return found;
    };
    auto found = search(text);
    const auto parts = split(text);
    if (found.empty() && parts && parts->second == network) found = search(parts->first);
    if (found.size() == 1) return *found.begin();
    const auto name = "'" + std::string(text) + "'";
    if (found.empty()) {
        return fail(errc::peer_not_found, "nobody in '" + network.text() + "' is called " + name +
                                              ", nor waits there for approval under this name. See 'vpn list " +
                                              network.text() + "', or use the address.");
    }
    return fail(errc::peer_ambiguous, "several in '" + network.text() + "' are called " + name + ": " +
                                          describe(found) + ". Use the address.");
}

}  // namespace buri::core
