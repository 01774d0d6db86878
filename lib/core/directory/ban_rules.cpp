// The list of bans of a network.
#include "buri/base/timestamp.hpp"
#include "buri/core/directory/message_text.hpp"
#include "buri/core/directory/rule_parts.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::core {
namespace {

bool has_ended(const ban_record& ban, wall_time today) {
    return ban.until && today >= *ban.until;
}

/// The rows of an identity, and the row of its key, which may be left from an account before this one.
bool is_about(const ban_record& ban, node_id node, const bytes& digest) {
    return (node && ban.node == node) || ban.key_digest == digest;
}

result<void> check_ban(const network_act& act, const wire::ban_node& wish) {
    if (auto allowed = act.need(privilege::ban); !allowed) return allowed;
    if (auto allowed = act.need_power_over(wish.member); !allowed) return allowed;
    if (!is_message_text(wish.reason, max_reason, false)) {
        return act.refuse(errc::text_invalid,
                          "the reason is at most " + std::to_string(max_reason) + " bytes of text on one line");
    }
    if (wish.until && *wish.until <= act.input.today) {
        return act.refuse(errc::usage, "the ban would end in the past, on " + to_rfc3339(*wish.until));
    }
    return {};
}

/// The rows that bar the node from now on: one for its present key and one for each that it had.
std::vector<ban_record> rows_for(const network_act& act, const wire::ban_node& wish, const account_record& banned) {
    ban_record row;
    row.network = act.network.id;
    row.node = banned.id;
    row.key_digest = key_digest_of(banned);
    row.reason = wish.reason;
    row.by = act.actor;
    row.since = act.input.today;
    row.until = wish.until;
    // Who bans an address that never was in the network does not learn whose it is.
    const bool is_there = act.input.records.member(act.network.id, banned.id) != nullptr;
    if (is_there) row.nickname = banned.nickname;
    std::vector<ban_record> rows{row};
    for (const auto& known : act.input.records.bans(act.network.id)) {
        if (!is_about(known, banned.id, rows.front().key_digest)) continue;
        if (!has_ended(known, act.input.today)) rows.front().since = std::min(rows.front().since, known.since);
        const bool is_kept = !is_there && !has_ended(known, act.input.today);
        if (known.key_digest != rows.front().key_digest) {
            rows.push_back(row);
            rows.back().key_digest = known.key_digest;
            if (is_kept) rows.back().nickname = known.nickname;
        } else if (is_kept) {
            rows.front().nickname = known.nickname;
        }
    }
    for (auto& made : rows)
        made.since = rows.front().since;
    return rows;
}

/// Whether the network knows the ban like this already, but for who made it.
bool is_known(const network_act& act, ban_record row) {
    for (const auto& known : act.input.records.bans(act.network.id)) {
        row.by = known.by;
        row.nickname = known.nickname;
        if (known == row) return true;
    }
    return false;
}

std::string in_words(const ban_record& ban) {
    return "banned" + (ban.until ? " until " + to_rfc3339(*ban.until) : "") +
           (ban.reason.empty() ? "" : ": " + ban.reason);
}

/// What ended makes room.
void forget_ended(record_change& change, const network_act& act) {
    for (const auto& ban : act.input.records.bans(act.network.id)) {
        if (has_ended(ban, act.input.today)) change.emplace_back(erase_ban{ban.network, ban.key_digest});
    }
}

}  // namespace

/// Of any node of the server. Again, it replaces the reason and the end. The owner's plan has to include bans. errc::peer_not_found,
/// network_full with a list that is full.
result<record_change> decide(const rule_input& input, node_id actor, const wire::ban_node& wish) {
    const auto act = begin(input, actor, wish.network, "ban", wish.member, "from");
    if (!act) return fail(act.error());
    if (auto allowed = check_ban(*act, wish); !allowed) return fail(allowed.error());
    const auto& network = act->network;
    const auto rows = rows_for(*act, wish, *input.records.account(wish.member));
    const auto* const membership = input.records.member(network.id, wish.member);
    if (membership == nullptr && std::ranges::all_of(rows, [&](const auto& row) { return is_known(*act, row); })) {
        return record_change{};
    }
    if (auto included = act->need(permission::bans); !included) return fail(included.error());
    const auto all = input.records.bans(network.id);
    const auto counted = [&](const ban_record& ban) {
        return !has_ended(ban, input.today) && !is_about(ban, wish.member, rows.front().key_digest);
    };
    if (static_cast<std::size_t>(std::ranges::count_if(all, counted)) + rows.size() > max_bans) {
        return act->refuse(errc::network_full, "its list holds " + std::to_string(max_bans) +
                                                   " bans, as many as it may; lift one first with 'vpn unban'");
    }
    auto entry = act->audit(wish.kind, wish.member);
    const auto* const former = input.records.ban_of(network.id, wish.member, rows.front().key_digest, input.today);
    if (former != nullptr) entry.before = in_words(*former);
    if (membership != nullptr) entry.before = membership->is_waiting ? "waiting" : "member";
    entry.after = in_words(rows.front());
    record_change change;
    forget_ended(change, *act);
    for (const auto& row : rows)
        change.emplace_back(put_ban{row});
    if (membership != nullptr) remove_member(change, network, wish.member);
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

/// By identity: its rows and that of its present key. By key: its row, and the others of that identity. errc::ban_not_found, usage.
result<record_change> decide(const rule_input& input, node_id actor, const wire::unban_node& wish) {
    const auto who = wish.member ? to_string(*wish.member) : wish.fingerprint.value_or("nobody");
    const auto act = begin(input, actor, wish.network, "unban " + who + " in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::ban); !allowed) return fail(allowed.error());
    if (wish.member.has_value() == wish.fingerprint.has_value()) {
        return act->refuse(errc::usage, "name either a node or a fingerprint");
    }
    node_id node = wish.member.value_or(node_id{});
    bytes digest;
    const auto all = input.records.bans(act->network.id);
    if (wish.fingerprint) {
        const auto parsed = crypto::parse_fingerprint(*wish.fingerprint);
        if (!parsed) return act->refuse(parsed.error().code, parsed.error().text);
        digest.assign(parsed->begin(), parsed->end());
        const auto row = std::ranges::find(all, digest, &ban_record::key_digest);
        if (row != all.end()) node = row->node;
    } else if (const auto* const account = input.records.account(node)) {
        digest = key_digest_of(*account);
    }
    auto entry = act->audit(wish.kind, node);
    record_change change;
    for (const auto& ban : all) {
        if (!is_about(ban, node, digest)) continue;
        entry.target_name = ban.nickname;
        entry.before = in_words(ban);
        change.emplace_back(erase_ban{ban.network, ban.key_digest});
    }
    if (change.empty()) {
        return act->refuse(errc::ban_not_found,
                           "it is not banned; 'vpn bans " + act->network.name.text() + "' lists who is");
    }
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

}  // namespace buri::core
