// Letting in those who wait, turning them away, and putting members out.
#include "buri/core/directory/rule_parts.hpp"

namespace buri::core {

/// Who waits from a time when the network asked for approval is let in whatever the plan is; while it asks, the owner's plan has to
/// include approval. errc::not_awaiting, network_full.
result<record_change> decide(const rule_input& input, node_id actor, const wire::approve_member& wish) {
    const auto act = begin(input, actor, wish.network, "approve", wish.member, "in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::approve); !allowed) return fail(allowed.error());
    const auto& network = act->network;
    const auto* const applicant = input.records.member(network.id, wish.member);
    if (applicant == nullptr) return act->refuse(errc::not_awaiting, "it does not wait for approval there");
    if (!applicant->is_waiting) return record_change{};
    if (network.needs_approval) {
        if (auto included = act->need(permission::approval); !included) return fail(included.error());
    }
    if (auto room = act->need_room(); !room) return fail(room.error());
    auto member = *applicant;
    begin_membership(member, input, network);
    auto entry = act->audit(wish.kind, wish.member);
    entry.before = "waiting";
    entry.after = "member";
    return record_change{put_member{std::move(member)}, put_audit{std::move(entry)}};
}

/// errc::not_awaiting, also for members: those are evicted.
result<record_change> decide(const rule_input& input, node_id actor, const wire::reject_member& wish) {
    const auto act = begin(input, actor, wish.network, "reject", wish.member, "in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::approve); !allowed) return fail(allowed.error());
    const auto* const applicant = input.records.member(act->network.id, wish.member);
    if (applicant == nullptr) return act->refuse(errc::not_awaiting, "it does not wait for approval there");
    if (!applicant->is_waiting) {
        return act->refuse(errc::not_awaiting, "it is a member already; put it out with 'vpn evict'");
    }
    auto entry = act->audit(wish.kind, wish.member);
    entry.before = "waiting";
    record_change change;
    remove_member(change, act->network, wish.member);
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

/// Who is not in the network is out already, if there is such a node at all: errc::peer_not_found. errc::awaiting_approval for one that
/// waits: that is for those who may reject.
result<record_change> decide(const rule_input& input, node_id actor, const wire::evict_member& wish) {
    const auto act = begin(input, actor, wish.network, "evict", wish.member, "from");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::evict); !allowed) return fail(allowed.error());
    if (auto allowed = act->need_power_over(wish.member); !allowed) return fail(allowed.error());
    const auto* const member = input.records.member(act->network.id, wish.member);
    if (member == nullptr) return record_change{};
    if (member->is_waiting) {
        return act->refuse(errc::awaiting_approval, "it only waits for approval; turn it away with 'vpn reject'");
    }
    auto entry = act->audit(wish.kind, wish.member);
    entry.before = "member";
    record_change change;
    remove_member(change, act->network, wish.member);
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

}  // namespace buri::core
