// Making, joining, leaving and deleting networks.
#include "buri/base/timestamp.hpp"
#include "buri/core/directory/member_names.hpp"
#include "buri/core/directory/rule_parts.hpp"
#include "buri/crypto/digest.hpp"

namespace buri::core {
namespace {

constexpr std::size_t max_waiting = 64;  ///< for approval, in one network

/// Own networks and those where the node waits count too.
result<void> check_one_more_network(const rule_input& input, node_id actor, std::string_view doing) {
    const auto& has = plan_of(input, actor);
    const auto present = input.records.networks_of(actor).size() + input.records.awaited_by(actor).size();
    if (fits_one_more(present, has.max_networks)) return {};
    return refuse(doing, errc::too_many_networks,
                  "this node is in " + std::to_string(present) + " networks, and its plan '" + has.name + "' allows " +
                      std::to_string(has.max_networks) + "; leave one first");
}

/// The network exists. The actor may own it and have asked twice.
result<record_change> create_again(const rule_input& input, node_id actor, const wire::create_network& wish,
                                   const network_record& known, std::string_view doing) {
    if (known.owner != actor) {
        return refuse(doing, errc::name_taken,
                      "a network of this name exists already; choose another name, or join it");
    }
    const bool is_same = wish.password ? is_new_hash(input.password) && input.password->hash == known.password_hash
                                       : known.password_hash.empty();
    if (is_same) return record_change{};
    return refuse(doing, errc::name_taken,
                  "you own a network of this name already, with another password; delete it first or choose another "
                  "name");
}

/// What a node that joins has shown.
struct credential {
    const invite_record* invite = nullptr;
};

result<credential> check_invite(const rule_input& input, const network_record& network, byte_view token,
                                std::string_view doing) {
    const auto* const invite = input.records.invite_by_digest(crypto::sha256(token));
    if (invite == nullptr || invite->network != network.id) {
        return refuse(doing, errc::invite_invalid,
                      "the network has no such invite, or not any more; ask whoever sent it for another");
    }
    if (invite->expires && input.today >= *invite->expires) {
        return refuse(doing, errc::invite_invalid,
                      "the invite ended on " + to_rfc3339(*invite->expires) + "; ask whoever sent it for another");
    }
    if (!fits_one_more(invite->uses, invite->max_uses)) {
        return refuse(doing, errc::invite_invalid,
                      "the invite was used as often as it may be; ask whoever sent it for another");
    }
    return credential{invite};
}

/// A valid invite replaces the password. An open network needs neither, but an invite that is shown has to be valid.
result<credential> check_credential(const rule_input& input, const network_record& network,
                                    const wire::join_network& wish, std::string_view doing) {
    if (wish.invite) return check_invite(input, network, *wish.invite, doing);
    if (network.password_hash.empty()) return credential{};
    if (!wish.password || wish.password->empty()) {
        return refuse(doing, errc::password_missing, "it has a password; give it");
    }
    if (!input.password || input.password->hash != network.password_hash) {
        return refuse(doing, errc::password_wrong, "the password was changed just now; try again with the new one");
    }
    if (!input.password->matches) {
        return refuse(doing, errc::password_wrong, "the password is wrong; its owner knows the right one");
    }
    return credential{};
}

result<void> check_queue(const rule_input& input, const network_record& network, std::string_view doing) {
    if (input.records.waiting(network.id).size() < max_waiting) return {};
    return refuse(doing, errc::network_full,
                  std::to_string(max_waiting) +
                      " nodes wait for approval already, as many as may wait; try again when some are approved");
}

result<void> check_not_barred(const rule_input& input, const network_record& network, const account_record& account,
                              std::string_view doing) {
    if (const auto* const ban = input.records.ban_of(network.id, account.id, key_digest_of(account), input.today)) {
        return refuse(doing, errc::banned,
                      "this node is banned from it" + (ban->until ? " until " + to_rfc3339(*ban->until) : "") +
                          (ban->reason.empty() ? "" : ", because: " + ban->reason) +
                          "; only its owner or an administrator can lift that");
    }
    if (network.is_locked) {
        return refuse(doing, errc::network_locked,
                      "it is locked: nobody new can join until its owner or an administrator unlocks it");
    }
    return {};
}

record_change joining(const rule_input& input, const network_record& network, const account_record& account,
                      const invite_record* invite, bool waits) {
    member_record member;
    member.network = network.id;
    member.node = account.id;
    member.name = free_name(input.records, network.id, account.nickname, account.id);
    begin_membership(member, input, network);
    member.is_waiting = waits;
    auto entry = audit_in(input, account.id, network, wire::join_network::kind);
    entry.actor_name = member.name;
    entry.after = waits ? "waiting" : "member";
    record_change change{put_member{std::move(member)}};
    if (invite != nullptr) {
        entry.after += ", invite " + std::to_string(invite->id);
        auto used = *invite;
        ++used.uses;
        change.emplace_back(put_invite{std::move(used)});
    }
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

}  // namespace

result<record_change> decide(const rule_input& input, node_id actor, const wire::create_network& wish) {
    const auto doing = "create " + quoted(wish.network);
    if (input.records.account(actor) == nullptr) return fail(errc::account_unknown);
    if (wish.network.text().empty()) return fail(errc::name_invalid);
    if (wish.password && wish.password->empty()) {
        return refuse(doing, errc::password_missing,
                      "the password is empty; give one, or none at all for an open network");
    }
    if (const auto* const known = input.records.network(wish.network)) {
        return create_again(input, actor, wish, *known, doing);
    }
    if (auto room = check_one_more_network(input, actor, doing); !room) return fail(room.error());
    const auto& has = plan_of(input, actor);
    if (!wish.password && !has.permissions.contains(permission::open_networks)) {
        return refuse_by_plan(doing, has, "this node", permission::open_networks);
    }
    if (wish.password && !is_new_hash(input.password)) return refuse(doing, errc::internal, not_hashed);
    network_record made;
    made.id = input.records.next_network();
    made.name = wish.network;
    made.owner = actor;
    made.created = input.today;
    if (wish.password) made.password_hash = input.password->hash;
    member_record first;
    first.network = made.id;
    first.node = actor;
    first.name = input.records.account(actor)->nickname;
    begin_membership(first, input, made);
    auto entry = audit_of(input, actor, wish.kind);
    entry.network = made.id;
    entry.network_name = made.name.text();
    entry.after = wish.password ? "password=set" : "password=none";
    return record_change{put_network{std::move(made)}, put_member{std::move(first)}, put_audit{std::move(entry)}};
}

result<record_change> decide(const rule_input& input, node_id actor, const wire::join_network& wish) {
    const auto doing = "join " + quoted(wish.network);
    const auto* const account = input.records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    const auto* const network = input.records.network(wish.network);
    if (network == nullptr) return refuse(doing, errc::network_not_found, no_such_network);
    if (input.records.member(network->id, actor) != nullptr) return record_change{};
    if (auto free = check_not_barred(input, *network, *account, doing); !free) return fail(free.error());
    const auto shown = check_credential(input, *network, wish, doing);
    if (!shown) return fail(shown.error());
    const auto* const invite = shown->invite;
    const bool waits = network->needs_approval && (invite == nullptr || !invite->is_approved);
    // After the password: who does not know it does not learn how many the members are.
    auto room = waits ? check_queue(input, *network, doing) : check_room(input, *network, doing);
    if (room) room = check_one_more_network(input, actor, doing);
    if (!room) return fail(room.error());
    return joining(input, *network, *account, invite, waits);
}

/// One that waits for approval gives up waiting. Who is neither is out already.
result<record_change> decide(const rule_input& input, node_id actor, const wire::leave_network& wish) {
    const auto doing = "leave " + quoted(wish.network);
    if (input.records.account(actor) == nullptr) return fail(errc::account_unknown);
    const auto* const network = input.records.network(wish.network);
    if (network == nullptr) return refuse(doing, errc::network_not_found, no_such_network);
    if (network->owner == actor) {
        return refuse(
            doing, errc::owner_cannot_leave,
            "this node owns it; give it to another member with 'vpn transfer', or delete it with 'vpn delete " +
                network->name.text() + "'");
    }
    const auto* const membership = input.records.member(network->id, actor);
    if (membership == nullptr) return record_change{};
    auto entry = audit_in(input, actor, *network, wish.kind);
    entry.before = membership->is_waiting ? "waiting" : "member";
    record_change change;
    remove_member(change, *network, actor);
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

result<record_change> decide(const rule_input& input, node_id actor, const wire::delete_network& wish) {
    const auto doing = "delete " + quoted(wish.network);
    if (input.records.account(actor) == nullptr) return fail(errc::account_unknown);
    const auto* const network = input.records.network(wish.network);
    if (network == nullptr) return refuse(doing, errc::network_not_found, no_such_network);
    if (network->owner != actor) {
        return refuse(doing, errc::not_owner,
                      "only its owner may do that; 'vpn leave " + network->name.text() + "' takes this node out of it");
    }
    auto entry = audit_in(input, actor, *network, wish.kind);
    entry.before = "members=" + std::to_string(input.records.members(network->id).size());
    return record_change{erase_network{network->id}, put_audit{std::move(entry)}};
}

}  // namespace buri::core
