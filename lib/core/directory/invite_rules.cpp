// Invites: tokens that let nodes in without the password. The token is made by a node; the server knows its digest.
#include "buri/base/timestamp.hpp"
#include "buri/core/directory/rule_parts.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::size_t max_invites = 256;  ///< of a network, that can still be used
constexpr std::size_t digest_size = 32;

bool is_dead(const invite_record& invite, wall_time today) {
    return (invite.expires && today >= *invite.expires) || !fits_one_more(invite.uses, invite.max_uses);
}

std::string in_words(const invite_record& invite) {
    return "invite=" + std::to_string(invite.id) +
           " uses=" + (invite.max_uses == 0 ? "unlimited" : std::to_string(invite.max_uses)) +
           (invite.expires ? " expires=" + to_rfc3339(*invite.expires) : "") + (invite.is_approved ? " approved" : "");
}

result<void> check_invite(const network_act& act, const wire::make_invite& wish) {
    if (auto allowed = act.need(privilege::access); !allowed) return allowed;
    if (wish.approved) {
        if (auto allowed = act.need(privilege::approve); !allowed) return allowed;
    }
    if (wish.expires && *wish.expires <= act.input.today) {
        return act.refuse(errc::usage, "the invite would end in the past, on " + to_rfc3339(*wish.expires));
    }
    if (wish.digest.size() != digest_size) return act.refuse(errc::malformed, "the token's digest is not a SHA-256");
    if (act.input.records.invite_by_digest(wish.digest) != nullptr) {
        return act.refuse(errc::invite_invalid, "this token is one that the server knows already; make another");
    }
    return {};
}

}  // namespace

/// Those that ended or were used up are forgotten when another is made. errc::network_full with too many.
result<record_change> decide(const rule_input& input, node_id actor, const wire::make_invite& wish) {
    const auto act = begin(input, actor, wish.network, "make an invite to");
    if (!act) return fail(act.error());
    if (auto allowed = check_invite(*act, wish); !allowed) return fail(allowed.error());
    const auto present = input.records.invites(act->network.id);
    const auto dead = std::ranges::count_if(present, [&](const auto* one) { return is_dead(*one, input.today); });
    if (present.size() - static_cast<std::size_t>(dead) >= max_invites) {
        return act->refuse(errc::network_full, "it has " + std::to_string(max_invites) +
                                                   " invites, as many as it may; revoke one with 'vpn uninvite'");
    }
    invite_record made;
    made.id = input.records.next_invite();
    made.network = act->network.id;
    made.token_digest = wish.digest;
    made.by = actor;
    made.created = input.today;
    made.expires = wish.expires;
    made.max_uses = wish.max_uses;
    made.is_approved = wish.approved;
    auto entry = act->audit(wish.kind);
    entry.after = in_words(made);
    record_change change;
    for (const auto* const one : present) {
        if (is_dead(*one, input.today)) change.emplace_back(erase_invite{one->id});
    }
    change.emplace_back(put_invite{std::move(made)});
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

/// Never needs a plan. errc::invite_not_found.
result<record_change> decide(const rule_input& input, node_id actor, const wire::revoke_invite& wish) {
    const auto act = begin(input, actor, wish.network, "revoke invite " + std::to_string(wish.id) + " to");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::access); !allowed) return fail(allowed.error());
    const auto* const invite = input.records.invite(wish.id);
    if (invite == nullptr || invite->network != act->network.id) {
        return act->refuse(errc::invite_not_found,
                           "it has no such invite; 'vpn invites " + act->network.name.text() + "' lists them");
    }
    auto entry = act->audit(wish.kind);
    entry.before = in_words(*invite);
    return record_change{erase_invite{invite->id}, put_audit{std::move(entry)}};
}

}  // namespace buri::core
