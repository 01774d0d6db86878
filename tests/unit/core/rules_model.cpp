#include "tests/unit/core/rules_model.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::test {
namespace {

bytes digest_of(byte_view data) {
    const auto digest = crypto::sha256(data);
    return {digest.begin(), digest.end()};
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool is_over(const std::optional<wall_time>& end, wall_time now) {
    return end && *end <= now;
}

bool is_spent(const invite_record& ticket) {
    return ticket.max_uses > 0 && ticket.uses >= ticket.max_uses;
}

/// Only what the random operations write: letters, and what must be refused.
bool is_one_clean_line(const std::string& text) {
    return text.size() <= 256 && text.find_first_of("\x1b\xff\n") == std::string::npos;
}

}  // namespace

void rules_model::need(bool holds, errc otherwise) {
    if (!holds) throw refusal{otherwise};
}

void rules_model::registered(node_id id, const std::string& nickname, const bytes& key) {
    people_[id] = {nickname, key, now, "", {}};
}

rules_model::verdict rules_model::ask(node_id actor, const wire::request& wish) {
    log_.clear();
    verdict out;
    try {
        need(people_.contains(actor), errc::account_unknown);
        out.changed = std::visit(
            [&](const auto& body) {
                if constexpr (requires { this->on(actor, body); }) {
                    const bool changed = on(actor, body);
                    if (!changed || body.kind == "seen" || body.kind == "delete_account") return changed;
                    if (log_.empty()) log_.emplace_back(body.kind, 0);
                    return changed;
                } else {
                    throw refusal{errc::unknown_request};
                    return false;
                }
            },
            wish);
    } catch (const refusal& why) {
        out.refused = why.code;
        return out;
    }
    out.log = log_;
    next_audit_ += log_.size();
    return out;
}

rules_model::verdict rules_model::operate(const core::operator_wish& wish) {
    log_.clear();
    verdict out;
    try {
        out.changed = std::visit([&](const auto& body) { return on(body); }, wish);
    } catch (const refusal& why) {
        out.refused = why.code;
        return out;
    }
    out.log = log_;
    next_audit_ += log_.size();
    return out;
}

const plan& rules_model::plan_of(node_id node) const {
    std::string name = default_;
    const auto found = people_.find(node);
    if (found != people_.end() && !found->second.plan.empty() && !is_over(found->second.until, now)) {
        name = found->second.plan;
    }
    return *std::ranges::find(plans_, name, &plan::name);
}

void rules_model::need_plan(node_id node, permission wanted) const {
    need(plan_of(node).permissions.contains(wanted), errc::plan_forbids);
}

rules_model::group& rules_model::existing(const network_name& name) {
    const auto found = groups_.find(name.key());
    need(found != groups_.end(), errc::network_not_found);
    return found->second;
}

rules_model::group& rules_model::entered(node_id actor, const network_name& name) {
    auto& in = existing(name);
    need(in.people.contains(actor), errc::not_a_member);
    need(!in.people[actor].is_waiting, errc::awaiting_approval);
    return in;
}

void rules_model::need_right(const group& in, node_id actor, privilege wanted) const {
    if (in.owner == actor) return;
    need(in.people.at(actor).privileges.contains(wanted), errc::not_privileged);
    need_plan(in.owner, permission::administrators);
    need_plan(actor, permission::administrators);
}

void rules_model::need_power(const group& in, node_id actor, node_id target) const {
    need(actor != target, errc::usage);
    need(target != in.owner, errc::owner_protected);
    need(people_.contains(target), errc::peer_not_found);
    if (in.owner == actor || !in.people.contains(target)) return;
    need(in.people.at(target).privileges.empty(), errc::not_privileged);
}

std::size_t rules_model::members(const group& in) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(in.people, [](const auto& one) { return !one.second.is_waiting; }));
}

std::size_t rules_model::networks_with(node_id node) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(groups_, [&](const auto& one) { return one.second.people.contains(node); }));
}

std::string rules_model::free_name(const group& in, node_id node, std::string_view nickname) const {
    std::set<std::string> taken;
    for (const auto& [who, member] : in.people) {
        if (who != node) taken.insert(lower(member.name));
    }
    std::string name(nickname);
    for (int i = 2; taken.contains(lower(name)); ++i) {
        const auto end = "-" + std::to_string(i);
        name = nickname;
        if (name.size() + end.size() > 63) name.resize(63 - end.size());
        name += end;
    }
    return name;
}

void rules_model::arrive(group& in, node_id node, bool waits) {
    auto& member = in.people[node];
    member.network = in.id;
    member.node = node;
    member.joined = now;
    if (member.name.empty()) member.name = free_name(in, node, people_[node].nickname);
    member.is_waiting = waits;
    member.is_welcomed = in.welcome.empty();
    member.last_announcement = in.notes.empty() ? 0 : in.notes.rbegin()->first;
}

void rules_model::drop(group& in, node_id node) {
    in.people.erase(node);
    if (in.heir == node) in.heir = {};
}

bool rules_model::bars(const ban_record& ban, node_id node, const bytes& key) const {
    return !is_over(ban.until, now) && (ban.node == node || ban.key_digest == digest_of(key));
}

bool rules_model::is_member(const network_name& network, node_id node) const {
    const auto found = groups_.find(network.key());
    if (found == groups_.end()) return false;
    const auto member = found->second.people.find(node);
    return member != found->second.people.end() && !member->second.is_waiting;
}

// ---- memberships

bool rules_model::on(node_id actor, const wire::create_network& wish) {
    need(!wish.password || !wish.password->empty(), errc::password_missing);
    if (groups_.contains(wish.network.key())) {
        const auto& in = existing(wish.network);
        need(in.owner == actor && in.password == wish.password, errc::name_taken);
        return false;
    }
    const auto& mine = plan_of(actor);
    need(mine.max_networks == 0 || networks_with(actor) < mine.max_networks, errc::too_many_networks);
    if (!wish.password) need_plan(actor, permission::open_networks);
    auto& made = groups_[wish.network.key()];
    made.id = next_network_++;
    made.name = wish.network;
    made.owner = actor;
    made.password = wish.password;
    made.created = now;
    arrive(made, actor, false);
    log_.emplace_back("create", made.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::join_network& wish) {
    auto& in = existing(wish.network);
    if (in.people.contains(actor)) return false;
    for (const auto& [digest, ban] : in.bars)
        need(!bars(ban, actor, people_[actor].key), errc::banned);
    need(!in.locked, errc::network_locked);
    invite_record* ticket = nullptr;
    if (wish.invite) {
        const auto digest = digest_of(*wish.invite);
        for (auto& [id, one] : in.tickets) {
            if (one.token_digest == digest && !is_over(one.expires, now) && !is_spent(one)) ticket = &one;
        }
        need(ticket != nullptr, errc::invite_invalid);
    } else if (in.password) {
        need(wish.password && !wish.password->empty(), errc::password_missing);
        need(wish.password == in.password, errc::password_wrong);
    }
    const bool waits = in.approval && !(ticket != nullptr && ticket->is_approved);
    const auto limit = plan_of(in.owner).max_members;
    if (waits) need(in.people.size() - members(in) < 64, errc::network_full);
    if (!waits) need(limit == 0 || members(in) < limit, errc::network_full);
    const auto& mine = plan_of(actor);
    need(mine.max_networks == 0 || networks_with(actor) < mine.max_networks, errc::too_many_networks);
    if (ticket != nullptr) ++ticket->uses;
    arrive(in, actor, waits);
    log_.emplace_back("join", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::leave_network& wish) {
    auto& in = existing(wish.network);
    need(in.owner != actor, errc::owner_cannot_leave);
    if (!in.people.contains(actor)) return false;
    drop(in, actor);
    log_.emplace_back("leave", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::delete_network& wish) {
    auto& in = existing(wish.network);
    need(in.owner == actor, errc::not_owner);
    log_.emplace_back("delete", in.id);
    groups_.erase(wish.network.key());
    return true;
}

// ---- access

bool rules_model::on(node_id actor, const wire::set_access& wish) {
    auto& in = entered(actor, wish.network);
    auto next = in;
    const auto turn = [&](bool& field, bool wanted, permission plan) {
        if (field == wanted) return;
        if (wanted) need_plan(in.owner, plan);
        field = wanted;
    };
    if (wish.locked) {
        need_right(in, actor, privilege::access);
        turn(next.locked, *wish.locked, permission::lock);
    }
    if (wish.approval) {
        need_right(in, actor, privilege::access);
        turn(next.approval, *wish.approval, permission::approval);
    }
    if (wish.encryption) {
        need(in.owner == actor, errc::not_owner);
        turn(next.plain, !*wish.encryption, permission::no_encryption);
    }
    bool changed = next.locked != in.locked || next.approval != in.approval || next.plain != in.plain;
    if (wish.password || wish.open) {
        need_right(in, actor, privilege::password);
        need(!(wish.password && wish.open == true), errc::usage);
        if (wish.open == true && in.password) {
            need_plan(in.owner, permission::open_networks);
            next.password.reset();
            changed = true;
        }
        if (wish.open != true && (wish.password || !in.password)) {
            need(wish.password && !wish.password->empty(), errc::password_missing);
            changed = changed || next.password != wish.password;  // the hashes of tests have no salt
            next.password = wish.password;
        }
    }
    in = next;
    if (changed) log_.emplace_back("set", in.id);
    return changed;
}

bool rules_model::on(node_id actor, const wire::approve_member& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::approve);
    need(in.people.contains(wish.member), errc::not_awaiting);
    if (!in.people[wish.member].is_waiting) return false;
    if (in.approval) need_plan(in.owner, permission::approval);
    const auto limit = plan_of(in.owner).max_members;
    need(limit == 0 || members(in) < limit, errc::network_full);
    arrive(in, wish.member, false);
    log_.emplace_back("approve", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::reject_member& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::approve);
    need(in.people.contains(wish.member) && in.people[wish.member].is_waiting, errc::not_awaiting);
    drop(in, wish.member);
    log_.emplace_back("reject", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::evict_member& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::evict);
    need_power(in, actor, wish.member);
    if (!in.people.contains(wish.member)) return false;
    need(!in.people[wish.member].is_waiting, errc::awaiting_approval);
    drop(in, wish.member);
    log_.emplace_back("evict", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::ban_node& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::ban);
    need_power(in, actor, wish.member);
    need(is_one_clean_line(wish.reason), errc::text_invalid);
    need(!wish.until || *wish.until > now, errc::usage);
    const auto& target = people_[wish.member];
    const auto present = digest_of(target.key);
    std::set<bytes> keys{present};
    for (const auto& [digest, ban] : in.bars) {
        if (ban.node == wish.member) keys.insert(digest);
    }
    bool is_new = in.people.contains(wish.member);
    auto since = now;
    for (const auto& key : keys) {
        const auto known = in.bars.find(key);
        if (known != in.bars.end() && !is_over(known->second.until, now)) since = std::min(since, known->second.since);
    }
    for (const auto& key : keys) {
        const auto known = in.bars.find(key);
        is_new = is_new || known == in.bars.end() || known->second.node != wish.member ||
                 known->second.reason != wish.reason || known->second.until != wish.until ||
                 known->second.since != since;
    }
    if (!is_new) return false;
    need_plan(in.owner, permission::bans);
    std::erase_if(in.bars, [&](const auto& one) { return is_over(one.second.until, now); });
    for (const auto& key : keys) {
        const auto name = in.people.contains(wish.member) ? target.nickname : in.bars[key].nickname;
        in.bars[key] = {in.id, wish.member, key, name, wish.reason, actor, since, wish.until};
    }
    drop(in, wish.member);
    log_.emplace_back("ban", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::unban_node& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::ban);
    need(wish.member.has_value() != wish.fingerprint.has_value(), errc::usage);
    std::set<bytes> gone;
    const auto add_all_of = [&](node_id node) {
        for (const auto& [digest, ban] : in.bars) {
            if (node && ban.node == node) gone.insert(digest);
        }
    };
    for (const auto& [digest, ban] : in.bars) {
        const bool is_key =
            wish.member && people_.contains(*wish.member) && digest == digest_of(people_[*wish.member].key);
        const bool is_print = wish.fingerprint && "SHA256:" + to_base64(digest) == *wish.fingerprint;
        if (is_key || is_print) gone.insert(digest);
        if (is_print) add_all_of(ban.node);
    }
    if (wish.member) add_all_of(*wish.member);
    need(!gone.empty(), errc::ban_not_found);
    for (const auto& digest : gone)
        in.bars.erase(digest);
    log_.emplace_back("unban", in.id);
    return true;
}

picture rules_model::portrait() const {
    picture out;
    for (const auto& [id, one] : people_)
        out.accounts.push_back({id, one.nickname, one.key, one.since, one.plan, one.until});
    std::map<std::uint64_t, const group*> by_id;
    for (const auto& [name, in] : groups_)
        by_id[in.id] = &in;
    for (const auto& [id, in] : by_id) {
        out.networks.push_back({id, in->name, in->owner, in->password ? rules_world::hash_of(*in->password) : "",
                                in->created, in->locked, in->approval, in->plain, in->welcome, in->heir});
        for (const auto& [node, member] : in->people)
            out.members.push_back(member);
        for (const auto& [digest, ban] : in->bars)
            out.bans.push_back(ban);
        for (const auto& [number, ticket] : in->tickets)
            out.invites.push_back(ticket);
        for (const auto& [number, note] : in->notes)
            out.announcements.push_back(note);
    }
    for (const auto& [id, licence] : licences_)
        out.licences.push_back(licence);
    out.next = {next_network_, next_invite_, next_note_, next_audit_};
    return out;
}

}  // namespace buri::test
