#pragma once
// What a node believes from what it was told, and what it would believe if it knew the records.
#include "buri/core/directory/rules.hpp"
#include "buri/crypto/identity_key.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace buri::test {

struct believed_network {
    wire::network_settings settings;
    bool waiting = false;
    std::map<node_id, wire::member_info> members;
    std::map<node_id, wire::applicant> applicants;

    bool operator==(const believed_network&) const = default;
};

struct believing_node {
    struct tunnel {
        node_id peer;
        spi out;
        std::uint64_t order = 0;
        bool plain = false;
    };
    std::map<std::string, believed_network> networks;  ///< by the network's compared name
    std::map<node_id, wire::peer_info> peers;
    std::map<spi, tunnel> tunnels;  ///< by inbound SPI; survive the loss of the connection
    wire::plan_info plan;
    std::uint64_t session = 0;
    std::uint64_t sequence = 0;  ///< of the last event
    std::uint64_t opened = 0;

    /// The newest first.
    [[nodiscard]] std::vector<wire::kept_tunnel> claims() const {
        std::map<std::uint64_t, wire::kept_tunnel, std::greater<>> by_age;
        for (const auto& [in, held] : tunnels)
            by_age[held.order] = {held.peer, in, held.out};
        std::vector<wire::kept_tunnel> out;
        for (const auto& [order, claim] : by_age)
            out.push_back(claim);
        return out;
    }
    [[nodiscard]] std::size_t tunnels_to(node_id peer) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(tunnels, [peer](const auto& entry) { return entry.second.peer == peer; }));
    }
    [[nodiscard]] std::optional<wire::resume_point> resume_point() const {
        if (session == 0) return std::nullopt;
        return wire::resume_point{session, sequence};
    }

    void believe(const wire::sync& told) {
        networks.clear();
        peers.clear();
        session = told.session;
        plan = told.plan;
        for (const auto& network : told.networks)
            believe(wire::network_event{network});
        for (const auto& peer : told.peers)
            believe(wire::peer_event{peer});
    }
    void believe(const wire::plan_event& told) { plan = told.plan; }
    void believe(const wire::peer_event& told) { peers[told.peer.id] = told.peer; }
    void believe(const wire::network_event& told) {
        auto& known = networks[told.network.settings.network.key()];
        known = {told.network.settings, told.network.waiting, {}, {}};
        for (const auto& member : told.network.members)
            known.members[member.id] = member;
        for (const auto& who : told.network.applicants)
            known.applicants[who.id] = who;
    }
    void believe(const wire::settings_event& told) {
        networks.at(told.settings.network.key()).settings = told.settings;
    }
    void believe(const wire::member_joined& told) {
        auto& known = networks.at(told.network.key());
        known.applicants.erase(told.member.id);
        REQUIRE(known.members.emplace(told.member.id, told.member).second);
    }
    void believe(const wire::member_changed& told) {
        networks.at(told.network.key()).members.at(told.member.id) = told.member;
    }
    void believe(const wire::member_left& told) {
        REQUIRE(networks.at(told.network.key()).members.erase(told.member) == 1);
    }
    void believe(const wire::member_requested& told) {
        networks.at(told.network.key()).applicants[told.who.id] = told.who;
    }
    void believe(const wire::request_gone& told) {
        REQUIRE(networks.at(told.network.key()).applicants.erase(told.member) == 1);
    }
    void believe(const wire::network_gone& told) { REQUIRE(networks.erase(told.network.key()) == 1); }
    void believe(const wire::tunnel_open& told) {
        REQUIRE(tunnels.emplace(told.in, tunnel{told.peer, told.out, ++opened, told.plain.value_or(false)}).second);
    }
    void believe(const wire::tunnel_close& told) {
        const auto known = tunnels.find(told.in);
        if (known != tunnels.end() && known->second.peer == told.peer) tunnels.erase(known);
    }
    void believe(const auto&) {}
};

/// What the records say of the network to this node, which is a member or waits.
inline believed_network truth_of(const core::rule_input& input, const network_record& network, node_id node) {
    const auto& records = input.records;
    believed_network out;
    out.settings.network = network.name;
    if (!records.is_member(network.id, node)) {
        out.waiting = out.settings.approval = out.settings.encryption = true;
        return out;
    }
    out.settings.owner = network.owner;
    out.settings.open = network.password_hash.empty();
    out.settings.locked = network.is_locked;
    out.settings.approval = network.needs_approval;
    out.settings.encryption = !network.is_unencrypted;
    out.settings.max_members = input.plans.of(*records.account(network.owner), input.today).max_members;
    if (network.heir) out.settings.heir = network.heir;
    for (const auto& each : records.announcements(network.id))
        out.settings.latest = wire::announcement_info{each.id, each.author, each.author_name, each.at, each.text};
    for (const auto member : records.members(network.id)) {
        const auto& record = *records.member(network.id, member);
        out.members[member] = {member, record.name, record.privileges};
    }
    if (!core::has_privilege(input, network, node, privilege::approve)) return out;
    for (const auto waiting : records.waiting(network.id)) {
        const auto& record = *records.member(network.id, waiting);
        out.applicants[waiting] = {waiting, record.name, crypto::fingerprint(records.account(waiting)->key_blob),
                                   record.joined};
    }
    return out;
}

inline std::map<std::string, believed_network> truth_of(const core::rule_input& input, node_id node) {
    std::map<std::string, believed_network> out;
    for (const auto list : {input.records.networks_of(node), input.records.awaited_by(node)}) {
        for (const auto id : list) {
            const auto& network = *input.records.network(id);
            out[network.name.key()] = truth_of(input, network, node);
        }
    }
    return out;
}

}  // namespace buri::test
