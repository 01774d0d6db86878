// What the owner alone decides: administrators, and who owns the network next.
#include "buri/core/directory/rule_parts.hpp"

namespace buri::core {
namespace {

/// Another member of the network. errc::awaiting_approval, not_a_member.
result<const member_record*> other_member(const network_act& act, node_id target) {
    const auto* const member = act.input.records.member(act.network.id, target);
    if (member == nullptr) return act.refuse(errc::not_a_member, "it is not a member of the network");
    if (member->is_waiting) {
        return act.refuse(errc::awaiting_approval, "it still waits for approval; approve it first with 'vpn approve'");
    }
    return member;
}

std::string in_words(privilege_set can) {
    return "can=" + (can.empty() ? "nothing" : to_string(can));
}

record_change with_privileges(const network_act& act, std::string_view kind, const member_record& member,
                              privilege_set can) {
    auto changed = member;
    changed.privileges = can;
    auto entry = act.audit(kind, member.node);
    entry.before = in_words(member.privileges);
    entry.after = in_words(can);
    return {put_member{std::move(changed)}, put_audit{std::move(entry)}};
}

record_change with_heir(const network_act& act, std::string_view kind, node_id target, node_id heir) {
    auto changed = act.network;
    changed.heir = heir;
    auto entry = act.audit(kind, target);
    const auto in_words = [&](node_id who) {
        return who ? "heir=" + name_of(act.input, act.network.id, who) : std::string("heir=none");
    };
    entry.before = in_words(act.network.heir);
    entry.after = in_words(heir);
    return {put_network{std::move(changed)}, put_audit{std::move(entry)}};
}

}  // namespace

/// The plans of the owner and of the new administrator have to include administrators. The owner can do everything already.
result<record_change> decide(const rule_input& input, node_id actor, const wire::grant_privileges& wish) {
    const auto act = begin(input, actor, wish.network, "make an administrator of", wish.member, "in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need_owner(); !allowed) return fail(allowed.error());
    const auto member = other_member(*act, wish.member);
    if (!member) return fail(member.error());
    auto can = (*member)->privileges;
    can.insert(wish.can);
    if (wish.member == actor || can == (*member)->privileges) return record_change{};
    if (auto included = act->need(permission::administrators); !included) return fail(included.error());
    const auto& own = plan_of(input, wish.member);
    if (!own.permissions.contains(permission::administrators)) {
        return refuse_by_plan(act->doing, own, (*member)->name, permission::administrators);
    }
    return with_privileges(*act, wish.kind, **member, can);
}

/// Never needs a plan. errc::owner_protected.
result<record_change> decide(const rule_input& input, node_id actor, const wire::revoke_privileges& wish) {
    const auto act = begin(input, actor, wish.network, "revoke privileges of", wish.member, "in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need_owner(); !allowed) return fail(allowed.error());
    if (wish.member == actor) return act->refuse(errc::owner_protected, "the owner can do everything, always");
    const auto member = other_member(*act, wish.member);
    if (!member) return fail(member.error());
    auto can = (*member)->privileges;
    can.erase(wish.can);
    if (can == (*member)->privileges) return record_change{};
    return with_privileges(*act, wish.kind, **member, can);
}

/// A new offer replaces the one before.
result<record_change> decide(const rule_input& input, node_id actor, const wire::offer_transfer& wish) {
    const auto act = wish.member ? begin(input, actor, wish.network, "offer", *wish.member, "the network")
                                 : begin(input, actor, wish.network, "withdraw the offer of");
    if (!act) return fail(act.error());
    if (auto allowed = act->need_owner(); !allowed) return fail(allowed.error());
    const auto heir = wish.member.value_or(node_id{});
    if (wish.member == actor)
        return act->refuse(errc::usage, "that is this node, its owner already; name another member");
    if (wish.member) {
        if (const auto member = other_member(*act, heir); !member) return fail(member.error());
    }
    if (act->network.heir == heir) return record_change{};
    return with_heir(*act, wish.kind, heir, heir);
}

/// Accepted, the network counts by the new owner's plan: it must have room for the members there are (errc::network_full); its settings
/// stay as they are, as when a plan ends. errc::transfer_not_offered.
result<record_change> decide(const rule_input& input, node_id actor, const wire::answer_transfer& wish) {
    const auto act = begin(input, actor, wish.network, wish.accept ? "take over" : "decline");
    if (!act) return fail(act.error());
    const auto& network = act->network;
    if (network.heir != actor) {
        return act->refuse(errc::transfer_not_offered, "its owner did not offer it to this node, or not any more");
    }
    if (!wish.accept) return with_heir(*act, wish.kind, network.owner, {});
    const auto& has = plan_of(input, actor);
    const auto members = input.records.members(network.id).size();
    if (has.max_members != 0 && members > has.max_members) {
        return act->refuse(errc::network_full, "it has " + std::to_string(members) + " members, and the plan '" +
                                                   has.name + "' of this node allows " +
                                                   std::to_string(has.max_members));
    }
    auto changed = network;
    changed.owner = actor;
    changed.heir = {};
    auto entry = act->audit(wish.kind, network.owner);
    entry.before = "owner=" + name_of(input, network.id, network.owner);
    entry.after = "owner=" + act->membership.name;
    record_change change{put_network{std::move(changed)}};
    if (!act->membership.privileges.empty()) {
        auto owner = act->membership;
        owner.privileges = {};
        change.emplace_back(put_member{std::move(owner)});
    }
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

}  // namespace buri::core
