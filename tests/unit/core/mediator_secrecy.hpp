#pragma once
// What a node may be told at this moment: of the networks that it is in, of their members, and of those who wait only if it can
// approve them. One that waits hears that it waits.
#include "buri/core/mediator/news.hpp"
#include "tests/unit/core/mediator_belief.hpp"

namespace buri::test {

class secrecy {
public:
    secrecy(const core::rule_input& input, node_id to) : input_(input), records_(input.records), to_(to) {}

    void check(const wire::event& told) const {
        std::visit([this](const auto& what) { check(what); }, told);
    }

private:
    void must(bool may_know, std::string_view what) const {
        INFO("told " << to_string(to_) << ": " << what);
        if (!may_know) REQUIRE(may_know);
    }

    [[nodiscard]] const network_record& network(const network_name& name) const {
        const auto* const found = records_.network(name);
        must(found != nullptr, "a network that does not exist");
        return *found;
    }
    const network_record& member_of(const network_name& name) const {
        const auto& found = network(name);
        must(records_.is_member(found.id, to_), "a network that it is not in: " + name.text());
        return found;
    }
    void approves(const network_name& name) const {
        must(core::has_privilege(input_, member_of(name), to_, privilege::approve), "who waits in " + name.text());
    }
    void peer(node_id of) const {
        must(of != to_ && !records_.common_networks(to_, of).empty(), "a stranger, " + to_string(of));
    }

    void check(const wire::sync& told) const {
        must(told.id == to_, "another's sync");
        for (const auto& each : told.networks)
            check(wire::network_event{each});
        for (const auto& each : told.peers)
            check(wire::peer_event{each});
    }
    void check(const wire::plan_event&) const {}
    void check(const wire::resumed&) const {}
    void check(const wire::peer_event& told) const {
        peer(told.peer.id);
        const auto& account = *records_.account(told.peer.id);
        must(told.peer.nickname == account.nickname, "an old nickname");
        must(told.peer.fingerprint == crypto::fingerprint(account.key_blob), "an old key");
    }
    void check(const wire::network_event& told) const {
        const auto& found = network(told.network.settings.network);
        must(records_.member(found.id, to_) != nullptr, "a network that it has nothing to do with");
        believing_node node;
        node.believe(told);
        auto truth = truth_of(input_, found, to_);
        if (told.network.members.size() == core::news::members_at_once)
            truth.members = node.networks.begin()->second.members;
        must(node.networks.begin()->second == truth, "what is not so, or is not for it");
    }
    void check(const wire::settings_event& told) const {
        must(told.settings == truth_of(input_, member_of(told.settings.network), to_).settings, "old settings");
    }
    void check(const wire::member_joined& told) const {
        must(records_.is_member(member_of(told.network).id, told.member.id), "a member that is none");
    }
    void check(const wire::member_changed& told) const {
        must(records_.is_member(member_of(told.network).id, told.member.id), "a member that is none");
    }
    void check(const wire::member_left& told) const { member_of(told.network); }
    void check(const wire::member_requested& told) const { approves(told.network); }
    void check(const wire::request_gone& told) const { approves(told.network); }
    void check(const wire::network_gone& told) const {
        const auto* const found = records_.network(told.network);
        must(found == nullptr || records_.member(found->id, to_) == nullptr, "that it left a network that it is in");
    }
    void check(const wire::welcome_event& told) const { member_of(told.network); }
    void check(const wire::announcement_event& told) const { member_of(told.network); }
    void check(const wire::log_event& told) const {
        const auto name = network_name::parse(told.entry.network);
        must(name && network(*name).owner == to_, "another's log");
    }
    void check(const wire::tunnel_open& told) const { peer(told.peer); }
    void check(const wire::tunnel_close&) const {}  // it held the tunnel
    void check(const wire::peer_candidates& told) const { peer(told.peer); }
    void check(const wire::tunnel_relays& told) const { peer(told.peer); }
    void check(const wire::relay_list&) const {}
    void check(const wire::seen_event&) const {}
    void check(const wire::notice& told) const {
        if (told.peer) peer(*told.peer);
    }

    const core::rule_input& input_;
    const core::directory& records_;
    node_id to_;
};

}  // namespace buri::test
