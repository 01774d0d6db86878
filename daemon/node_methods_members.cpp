// Members of a network, those that wait, and those that are banned.
#include "buri/core/node/documents.hpp"
#include "daemon/node_methods.hpp"
#include "daemon/parameters.hpp"

#include <algorithm>

namespace buri::daemon {
namespace {

using wire::json;

constexpr std::size_t longest_reason = 256;

struct target {
    network_name network;
    node_id member;
    [[nodiscard]] json document() const { return {{"network", network.text()}, {"peer", to_string(member)}}; }
};

result<target> read_target(const node_facts& facts, const json& params) {
    auto network = parameters::network(params);
    if (!network) return fail(network.error());
    const auto peer = parameters::text(params, "peer");
    if (!peer) return fail(peer.error());
    const auto member = facts.machine.find_member(*network, *peer);
    if (!member) return fail(member.error());
    return target{std::move(*network), *member};
}

template <typename Request>
result<question> read_member(const node_facts& facts, const json& params) {
    const auto who = read_target(facts, params);
    if (!who) return fail(who.error());
    Request what;
    what.network = who->network;
    what.member = who->member;
    return question{std::move(what), who->document()};
}

result<question> read_ban(const node_facts& facts, const json& params) {
    const auto who = read_target(facts, params);
    if (!who) return fail(who.error());
    auto reason = parameters::optional_text(params, "reason", longest_reason);
    if (!reason) return fail(reason.error());
    const auto until = parameters::optional_time(params, "until");
    if (!until) return fail(until.error());
    if (*until && **until <= facts.today) return parameters::wrong("until", "is over already");
    wire::ban_node what;
    what.network = who->network;
    what.member = who->member;
    what.reason = std::move(*reason).value_or("");
    what.until = *until;
    return question{std::move(what), who->document()};
}

result<question> read_bans(const node_facts&, const json& params) {
    wire::list_bans what;
    auto network = parameters::network(params);
    if (!network) return fail(network.error());
    what.network = *network;
    return question{std::move(what), {{"network", network->text()}}};
}

json tell_bans(const core::node_machine& machine, const wire::answer& answer, json) {
    json out = json::array();
    const auto* const list = std::get_if<wire::ban_list>(&answer);
    if (list == nullptr) return out;
    for (const auto& ban : list->bans) {
        out.push_back({{"address", core::address_json(ban.node)},
                       {"nickname", ban.nickname},
                       {"fingerprint", ban.fingerprint},
                       {"reason", ban.reason},
                       {"by", core::named_node_json(ban.by, machine.name_of(ban.by))},
                       {"since", core::time_json(ban.since)},
                       {"until", core::time_json(ban.until)}});
    }
    return out;
}

result<privilege_set> privileges_in(const json& list) {
    privilege_set out;
    if (!list.is_array() || list.empty()) return parameters::wrong("can", "is not a list of privileges");
    for (const auto& name : list) {
        const auto value = name.is_string() ? parse_privilege(name.get_ref<const std::string&>()) : std::nullopt;
        if (!value) {
            privilege_set all;
            for (const auto& row : all_privileges())
                all.insert(row.value);
            return parameters::wrong("can", "holds something that is no privilege; those are " + to_string(all));
        }
        out.insert(*value);
    }
    return out;
}

result<question> read_grant(const node_facts& facts, const json& params) {
    const auto who = read_target(facts, params);
    if (!who) return fail(who.error());
    const auto can = privileges_in(params.value("can", json()));
    if (!can) return fail(can.error());
    wire::grant_privileges what;
    what.network = who->network;
    what.member = who->member;
    what.can = *can;
    return question{std::move(what), who->document()};
}

result<question> read_revoke(const node_facts& facts, const json& params) {
    const auto who = read_target(facts, params);
    if (!who) return fail(who.error());
    wire::revoke_privileges what;
    for (const auto& row : all_privileges())
        what.can.insert(row.value);
    if (const auto list = params.find("can"); list != params.end() && !list->is_null()) {
        const auto can = privileges_in(*list);
        if (!can) return fail(can.error());
        what.can = *can;
    }
    what.network = who->network;
    what.member = who->member;
    return question{std::move(what), who->document()};
}

json tell_privileges(const core::node_machine& machine, const wire::answer& answer, json document) {
    const auto name = network_name::parse(document.at("network").get<std::string>());
    const auto id = parse_node_id(document.at("peer").get<std::string>());
    document["can"] = json::array();
    if (const auto* const network = find_network(machine, *name)) {
        const auto member = std::ranges::find(network->members, *id, &wire::member_info::id);
        if (member != network->members.end()) document["can"] = core::privileges_json(member->can);
    }
    return tell_change(machine, answer, std::move(document));
}

constexpr std::array rows{
    question_row{"approve", {"network", "peer"}, read_member<wire::approve_member>, tell_change},
    question_row{"reject", {"network", "peer"}, read_member<wire::reject_member>, tell_change},
    question_row{"evict", {"network", "peer"}, read_member<wire::evict_member>, tell_change},
    question_row{"ban", {"network", "peer", "reason", "until"}, read_ban, tell_change},
    question_row{"bans", {"network"}, read_bans, tell_bans},
    question_row{"grant", {"network", "peer", "can"}, read_grant, tell_privileges},
    question_row{"revoke", {"network", "peer", "can"}, read_revoke, tell_privileges},
};

result<const wire::network_info*> known_network(const core::node_machine& machine, const network_name& name) {
    const auto* const found = find_network(machine, name);
    if (found != nullptr) return found;
    return fail(errc::not_a_member,
                "this node is not in a network '" + name.text() + "'. 'vpn list' shows those it is in.");
}

/// Applicants are told to those alone who can approve them: for anybody else, nobody is no answer.
result<void> check_sees_applicants(const core::node_machine& machine, const wire::network_info& network) {
    if (network.waiting) return fail(errc::awaiting_approval, "this node waits for approval there itself");
    const auto self = machine.self();
    if (network.settings.owner == self) return {};
    const auto you = std::ranges::find(network.members, self, &wire::member_info::id);
    if (you != network.members.end() && you->can.contains(privilege::approve)) return {};
    return fail(errc::not_privileged, "only the owner, or an administrator with the privilege 'approve', sees that");
}

}  // namespace

std::span<const question_row> member_questions() {
    return rows;
}

result<json> read_requests(const core::node_machine& machine, const json& params) {
    std::optional<network_name> only;
    if (params.contains("network") && !params.at("network").is_null()) {
        auto name = parameters::network(params);
        if (!name) return fail(name.error());
        const auto known = known_network(machine, *name);
        if (!known) return fail(known.error());
        if (const auto sees = check_sees_applicants(machine, **known); !sees) return fail(sees.error());
        only = std::move(*name);
    }
    json out = json::array();
    for (const auto& network : machine.networks()) {
        if (only && network.settings.network != *only) continue;
        for (const auto& who : network.applicants) {
            out.push_back(core::applicant_json(who));
            out.back()["network"] = network.settings.network.text();
        }
    }
    return out;
}

result<json> read_administrators(const core::node_machine& machine, const json& params) {
    const auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto network = known_network(machine, *name);
    if (!network) return fail(network.error());
    json out = json::array();
    for (const auto& member : (*network)->members) {
        if (member.can.empty()) continue;
        out.push_back(core::named_node_json(member.id, member.name));
        out.back()["can"] = core::privileges_json(member.can);
    }
    return out;
}

// ---- unban --------------------------------------------------------------------------------------------------------

result<unban_wish> read_unban(const core::node_machine& machine, const json& params) {
    unban_wish wish;
    auto network = parameters::network(params);
    if (!network) return fail(network.error());
    auto peer = parameters::text(params, "peer");
    if (!peer) return fail(peer.error());
    wish.network = std::move(*network);
    wish.peer = std::move(*peer);
    wire::unban_node what;
    what.network = wish.network;
    if (wish.peer.starts_with("SHA256:")) {
        const auto digest = crypto::parse_fingerprint(wish.peer);
        if (!digest) return fail(digest.error());
        what.fingerprint = wish.peer;
        wish.named = std::move(what);
    } else if (ip_address::parse(wish.peer)) {
        const auto id = machine.find_member(wish.network, wish.peer);
        if (!id) return fail(id.error());
        what.member = *id;
        wish.named = std::move(what);
    }
    return wish;
}

result<wire::unban_node> find_banned(const unban_wish& wish, const wire::ban_list& bans) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::vector<wire::unban_node> found;
    std::string list;
    for (const auto& ban : bans.bans) {
        if (!std::ranges::equal(ban.nickname, wish.peer, {}, lower, lower)) continue;
        wire::unban_node what;
        what.network = wish.network;
        what.member = ban.node;
        if (!ban.node) what.fingerprint = ban.fingerprint;
        // A node that changed its key has several.
        if (std::ranges::find(found, what) != found.end()) continue;
        list += (list.empty() ? "" : ", ") + (ban.node ? to_string(*ban.node) : ban.fingerprint);
        found.push_back(std::move(what));
    }
    if (found.size() == 1) return std::move(found.front());
    const auto name = "'" + wish.peer + "'";
    if (found.empty()) {
        return fail(errc::ban_not_found, "nobody called " + name + " is banned from '" + wish.network.text() +
                                             "'. See 'vpn bans " + wish.network.text() + "'.");
    }
    return fail(errc::peer_ambiguous,
                "several called " + name + " are banned: " + list + ". Use the address or the fingerprint.");
}

json unban_document(const wire::unban_node& what) {
    return {{"network", what.network.text()}, {"peer", what.member ? to_string(*what.member) : *what.fingerprint}};
}

}  // namespace buri::daemon
