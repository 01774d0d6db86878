#include "buri/core/directory/rule_parts.hpp"

#include "buri/crypto/digest.hpp"

namespace buri::core {
namespace {

/// Who may not even ask, said without a name that only members may know.
result<const network_record*> find_as_member(const rule_input& input, node_id actor, const network_name& name,
                                             std::string_view doing) {
    if (input.records.account(actor) == nullptr) return fail(errc::account_unknown);
    const auto* const network = input.records.network(name);
    if (network == nullptr) {
        return refuse(doing, errc::network_not_found, no_such_network);
    }
    const auto* const membership = input.records.member(network->id, actor);
    if (membership == nullptr) {
        return refuse(doing, errc::not_a_member, "this node is not a member of it; join it first");
    }
    if (membership->is_waiting) {
        return refuse(doing, errc::awaiting_approval,
                      "this node still waits for approval; its owner or an administrator has to approve it first");
    }
    return network;
}

}  // namespace

tl::unexpected<error> refuse(std::string_view doing, errc code, std::string_view why) {
    return fail(code, "cannot " + std::string(doing) + ": " + std::string(why));
}

tl::unexpected<error> refuse_by_plan(std::string_view doing, const plan& has, std::string_view whose,
                                     permission lacking) {
    return refuse(doing, errc::plan_forbids,
                  "the plan '" + has.name + "' of " + std::string(whose) + " does not include " +
                      std::string(describe(lacking).phrase) +
                      ". Ask the operator of the server for another plan, or install a licence with "
                      "'vpn licence install'.");
}

const plan& plan_of(const rule_input& input, node_id node) {
    const auto* const account = input.records.account(node);
    return account != nullptr ? input.plans.of(*account, input.today) : input.plans.by_default();
}

std::string quoted(const network_name& name) {
    return "'" + name.text() + "'";
}

std::string name_of(const rule_input& input, std::uint64_t network, node_id node) {
    if (const auto* const member = input.records.member(network, node)) return member->name;
    const auto* const account = input.records.account(node);
    return account != nullptr ? account->nickname : "";
}

bytes key_digest_of(const account_record& account) {
    const auto digest = crypto::sha256(account.key_blob);
    return {digest.begin(), digest.end()};
}

audit_record audit_of(const rule_input& input, node_id actor, std::string_view act) {
    audit_record out;
    out.id = input.records.next_audit();
    out.at = input.today;
    out.actor = actor;
    out.actor_name = actor ? name_of(input, 0, actor) : "operator";
    out.act = act;
    out.result = "ok";
    return out;
}

audit_record audit_in(const rule_input& input, node_id actor, const network_record& network, std::string_view act,
                      node_id target) {
    auto out = audit_of(input, actor, act);
    if (actor) out.actor_name = name_of(input, network.id, actor);
    out.network = network.id;
    out.network_name = network.name.text();
    out.target = target;
    // The owner reads this: of strangers it holds the address only.
    const auto* const member = input.records.member(network.id, target);
    if (member != nullptr) out.target_name = member->name;
    return out;
}

bool is_new_hash(const std::optional<password_outcome>& outcome) {
    return outcome && outcome->matches && !outcome->hash.empty();
}

void begin_membership(member_record& member, const rule_input& input, const network_record& network) {
    member.joined = input.today;
    member.is_waiting = false;
    member.is_welcomed = network.welcome.empty();
    const auto announced = input.records.announcements(network.id);
    if (!announced.empty()) member.last_announcement = announced.back().id;
}

void remove_member(record_change& change, const network_record& network, node_id node) {
    if (network.heir == node) {
        auto without_heir = network;
        without_heir.heir = {};
        change.emplace_back(put_network{std::move(without_heir)});
    }
    change.emplace_back(erase_member{network.id, node});
}

result<void> check_room(const rule_input& input, const network_record& network, std::string_view doing) {
    const auto& has = plan_of(input, network.owner);
    const auto present = input.records.members(network.id).size();
    if (fits_one_more(present, has.max_members)) return {};
    return refuse(doing, errc::network_full,
                  "it has " + std::to_string(present) + (present == 1 ? " member" : " members") + ", and the plan '" +
                      has.name + "' of its owner allows " + std::to_string(has.max_members) +
                      "; one of them must leave first");
}

tl::unexpected<error> network_act::refuse(errc code, std::string_view why) const {
    return core::refuse(doing, code, why);
}

result<void> network_act::need_owner() const {
    if (by_owner()) return {};
    return refuse(errc::not_owner, "only its owner may do that");
}

result<void> network_act::need(privilege wanted) const {
    if (by_owner()) return {};
    if (!membership.privileges.contains(wanted)) {
        return refuse(errc::not_privileged, "only its owner, or an administrator with the privilege '" +
                                                std::string(to_string(wanted)) + "', may do that");
    }
    if (const auto allowed = need(permission::administrators); !allowed) return allowed;
    const auto& own = plan_of(input, actor);
    if (own.permissions.contains(permission::administrators)) return {};
    return refuse_by_plan(doing, own, "this node", permission::administrators);
}

result<void> network_act::need(permission wanted) const {
    const auto& has = plan_of(input, network.owner);
    if (has.permissions.contains(wanted)) return {};
    return refuse_by_plan(doing, has, "its owner", wanted);
}

result<void> network_act::need_power_over(node_id target) const {
    if (target == actor) {
        return refuse(errc::usage, by_owner() ? "that is this node, its owner; delete or transfer the network instead"
                                              : "that is this node itself; use 'vpn leave' instead");
    }
    if (target == network.owner) return refuse(errc::owner_protected, "nobody can act against its owner");
    if (input.records.account(target) == nullptr) {
        return refuse(errc::peer_not_found, "the server has no node of this address");
    }
    const auto* const member = input.records.member(network.id, target);
    if (by_owner() || member == nullptr || member->privileges.empty()) return {};
    return refuse(errc::not_privileged, "it is an administrator too; only the owner can do that");
}

result<network_act> begin(const rule_input& input, node_id actor, const network_name& name, std::string_view doing) {
    auto whole = std::string(doing) + " " + quoted(name);
    const auto network = find_as_member(input, actor, name, whole);
    if (!network) return fail(network.error());
    const auto& membership = *input.records.member((*network)->id, actor);
    return network_act{input, actor, **network, membership, std::move(whole)};
}

result<network_act> begin(const rule_input& input, node_id actor, const network_name& name, std::string_view verb,
                          node_id target, std::string_view preposition) {
    const auto said = [&](const std::string& node) {
        return std::string(verb) + " " + node + " " + std::string(preposition);
    };
    auto act = begin(input, actor, name, said(to_string(target)));
    if (!act) return act;
    const auto* const member = input.records.member(act->network.id, target);
    if (member != nullptr) act->doing = said(member->name + " (" + to_string(target) + ")") + " " + quoted(name);
    return act;
}

}  // namespace buri::core
