// The model's administrators, messages, invites and accounts.
#include "buri/crypto/digest.hpp"
#include "tests/unit/core/rules_model.hpp"

#include <algorithm>

namespace buri::test {
namespace {

bytes digest_of(byte_view data) {
    const auto digest = crypto::sha256(data);
    return {digest.begin(), digest.end()};
}

bool is_over(const std::optional<wall_time>& end, wall_time now) {
    return end && *end <= now;
}

bool is_clean(const std::string& text) {
    return text.size() <= 1024 && text.find_first_of("\x1b\xff") == std::string::npos;
}

/// Day by day, as on a calendar on the wall.
wall_time after_months(wall_time from, unsigned months) {
    const auto midnight = std::chrono::floor<std::chrono::days>(from);
    const std::chrono::year_month_day start(midnight);
    auto month = std::chrono::year_month(start.year(), start.month());
    for (unsigned i = 0; i < months; ++i)
        month += std::chrono::months(1);
    const std::chrono::year_month_day last(
        std::chrono::year_month_day_last(month.year(), month.month() / std::chrono::last));
    const std::chrono::year_month_day end(month.year(), month.month(), std::min(start.day(), last.day()));
    return std::chrono::sys_days(end) + (from - midnight);
}

}  // namespace

bool rules_model::on(node_id actor, const wire::grant_privileges& wish) {
    auto& in = entered(actor, wish.network);
    need(in.owner == actor, errc::not_owner);
    need(in.people.contains(wish.member), errc::not_a_member);
    auto& member = in.people[wish.member];
    need(!member.is_waiting, errc::awaiting_approval);
    if (wish.member == actor || member.privileges.contains_all(wish.can)) return false;
    need_plan(actor, permission::administrators);
    need_plan(wish.member, permission::administrators);
    member.privileges.insert(wish.can);
    log_.emplace_back("grant", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::revoke_privileges& wish) {
    auto& in = entered(actor, wish.network);
    need(in.owner == actor, errc::not_owner);
    need(wish.member != actor, errc::owner_protected);
    need(in.people.contains(wish.member), errc::not_a_member);
    auto& member = in.people[wish.member];
    need(!member.is_waiting, errc::awaiting_approval);
    const auto before = member.privileges;
    member.privileges.erase(wish.can);
    if (member.privileges == before) return false;
    log_.emplace_back("revoke", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::offer_transfer& wish) {
    auto& in = entered(actor, wish.network);
    need(in.owner == actor, errc::not_owner);
    need(wish.member != actor, errc::usage);
    if (wish.member) {
        need(in.people.contains(*wish.member), errc::not_a_member);
        need(!in.people[*wish.member].is_waiting, errc::awaiting_approval);
    }
    const auto heir = wish.member ? *wish.member : node_id{};
    if (in.heir == heir) return false;
    in.heir = heir;
    log_.emplace_back("transfer", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::answer_transfer& wish) {
    auto& in = entered(actor, wish.network);
    need(in.heir == actor, errc::transfer_not_offered);
    if (wish.accept) {
        const auto limit = plan_of(actor).max_members;
        need(limit == 0 || members(in) <= limit, errc::network_full);
        in.owner = actor;
        in.people[actor].privileges = {};
    }
    in.heir = {};
    log_.emplace_back("heir", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::set_welcome& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::message);
    need(is_clean(wish.text), errc::text_invalid);
    if (in.welcome == wish.text) return false;
    if (!wish.text.empty()) need_plan(in.owner, permission::messages);
    in.welcome = wish.text;
    log_.emplace_back("welcome", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::make_announcement& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::message);
    need(!wish.text.empty() && is_clean(wish.text), errc::text_invalid);
    need_plan(in.owner, permission::messages);
    const auto id = next_note_++;
    in.notes[id] = {id, in.id, actor, in.people[actor].name, now, wish.text};
    while (in.notes.size() > 100)
        in.notes.erase(in.notes.begin());
    in.people[actor].last_announcement = id;
    log_.emplace_back("announce", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::confirm_messages& wish) {
    auto& in = entered(actor, wish.network);
    auto& member = in.people[actor];
    const auto before = member;
    if (wish.welcome) member.is_welcomed = true;
    const auto newest = in.notes.empty() ? 0 : in.notes.rbegin()->first;
    const auto seen = wish.announcement > newest ? newest : wish.announcement;
    if (seen > member.last_announcement) member.last_announcement = seen;
    return member != before;
}

bool rules_model::on(node_id actor, const wire::make_invite& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::access);
    if (wish.approved) need_right(in, actor, privilege::approve);
    need(!is_over(wish.expires, now), errc::usage);
    for (const auto& [name, other] : groups_) {
        for (const auto& [id, ticket] : other.tickets)
            need(ticket.token_digest != wish.digest, errc::invite_invalid);
    }
    auto live = in.tickets;
    std::erase_if(live, [&](const auto& one) {
        const auto& ticket = one.second;
        return is_over(ticket.expires, now) || (ticket.max_uses > 0 && ticket.uses >= ticket.max_uses);
    });
    need(live.size() < 256, errc::network_full);
    in.tickets = live;
    const auto id = next_invite_++;
    in.tickets[id] = {id, in.id, wish.digest, actor, now, wish.expires, wish.max_uses, 0, wish.approved};
    log_.emplace_back("invite", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::revoke_invite& wish) {
    auto& in = entered(actor, wish.network);
    need_right(in, actor, privilege::access);
    need(in.tickets.erase(wish.id) == 1, errc::invite_not_found);
    log_.emplace_back("uninvite", in.id);
    return true;
}

bool rules_model::on(node_id actor, const wire::set_nickname& wish) {
    need(parse_nickname(wish.nickname).has_value(), errc::nickname_invalid);
    if (people_[actor].nickname == wish.nickname) return false;
    people_[actor].nickname = wish.nickname;
    for (auto& [name, in] : groups_) {
        if (in.people.contains(actor)) in.people[actor].name = free_name(in, actor, wish.nickname);
    }
    return true;
}

bool rules_model::on(node_id actor, const wire::install_licence& wish) {
    need(known_keys.contains(wish.key), errc::licence_invalid);
    auto licence = known_keys[wish.key];
    need(!licence.only_for || licence.only_for == actor, errc::licence_invalid);
    const auto kept = licences_.find(licence.id);
    need(kept == licences_.end() || !kept->second.used_by, errc::licence_used);
    licence.made = kept == licences_.end() ? now : kept->second.made;
    need(std::ranges::find(plans_, licence.plan, &plan::name) != plans_.end(), errc::plan_unknown);
    auto& mine = people_[actor];
    const bool is_same = mine.plan == licence.plan;
    need(!is_same || mine.until, errc::usage);
    const auto start = is_same && !is_over(mine.until, now) ? *mine.until : now;
    mine.plan = licence.plan;
    mine.until = after_months(start, licence.months);
    licence.used_by = actor;
    licence.used = now;
    licences_[licence.id] = licence;
    return true;
}

bool rules_model::on(node_id actor, const wire::rotate_key& wish) {
    auto& mine = people_[actor];
    if (mine.key == wish.key) return false;
    need(is_well_signed, errc::auth_failed);
    for (const auto& [id, other] : people_)
        need(other.key != wish.key, errc::key_in_use);
    const auto next = digest_of(wish.key);
    for (const auto& [name, in] : groups_) {
        const auto ban = in.bars.find(next);
        if (ban == in.bars.end() || is_over(ban->second.until, now)) continue;
        need(!in.people.contains(actor), errc::banned);
    }
    for (auto& [name, in] : groups_) {
        // Of what bars the account or the new key, the longest; of those the newest, of those the highest digest.
        std::map<std::tuple<wall_time, wall_time, bytes>, ban_record> by_length;
        bool is_barred = false;
        for (const auto& [digest, ban] : in.bars) {
            const bool is_own = ban.node == actor || digest == digest_of(mine.key);
            if (is_over(ban.until, now) || (!is_own && digest != next)) continue;
            is_barred = is_barred || is_own;
            by_length[{ban.until ? *ban.until : wall_time::max(), ban.since, digest}] = ban;
        }
        if (!is_barred) continue;
        auto longest = by_length.rbegin()->second;
        longest.node = actor;
        longest.key_digest = next;
        const auto keys = std::ranges::count_if(in.bars, [&](const auto& one) { return one.second.node == actor; });
        if (keys >= 4) in.bars.erase(digest_of(mine.key));
        in.bars[next] = longest;
    }
    mine.key = wish.key;
    return true;
}

bool rules_model::on(node_id actor, const wire::delete_account& wish) {
    remove_person(actor, wish.networks, "delete_account");
    return true;
}

void rules_model::remove_person(node_id node, bool with_networks, const std::string& act) {
    std::vector<std::string> owned;
    for (const auto& [name, in] : groups_) {
        if (in.owner == node) owned.push_back(name);
    }
    need(owned.empty() || with_networks, errc::owns_networks);
    log_.emplace_back(act, 0);
    for (const auto& name : owned) {
        log_.emplace_back(act, groups_[name].id);
        groups_.erase(name);
    }
    for (auto& [name, in] : groups_) {
        if (in.people.contains(node)) log_.emplace_back(act, in.id);
        drop(in, node);
        for (auto& [digest, ban] : in.bars) {
            if (ban.node == node) ban.node = {};
        }
    }
    people_.erase(node);
}

// ---- the operator

bool rules_model::on(const core::set_plan& wish) {
    need(people_.contains(wish.node), errc::account_unknown);
    need(wish.plan.empty() || std::ranges::find(plans_, wish.plan, &plan::name) != plans_.end(), errc::plan_unknown);
    need(!is_over(wish.until, now), errc::usage);
    auto& one = people_[wish.node];
    const auto before = std::pair(one.plan, one.until);
    one.plan = wish.plan;
    one.until = wish.plan.empty() ? std::nullopt : wish.until;
    if (before == std::pair(one.plan, one.until)) return false;
    log_.emplace_back("plan", 0);
    return true;
}

bool rules_model::on(const core::remove_account& wish) {
    need(people_.contains(wish.node), errc::account_unknown);
    remove_person(wish.node, wish.with_networks, "remove_account");
    return true;
}

bool rules_model::on(const core::remove_network& wish) {
    log_.emplace_back("remove_network", existing(wish.network).id);
    groups_.erase(wish.network.key());
    return true;
}

bool rules_model::on(const core::keep_licences& wish) {
    for (const auto& one : wish.made) {
        need(std::ranges::find(plans_, one.plan, &plan::name) != plans_.end(), errc::plan_unknown);
        need(one.months > 0, errc::usage);
        need(!one.only_for || people_.contains(one.only_for), errc::account_unknown);
    }
    for (const auto& one : wish.made)
        licences_[one.id] = one;
    if (!wish.made.empty()) log_.emplace_back("licence_make", 0);
    return !wish.made.empty();
}

bool rules_model::on(const core::add_relay& wish) {
    need(relays_.insert(wish.name).second, errc::name_taken);
    log_.emplace_back("relay_add", 0);
    return true;
}

bool rules_model::on(const core::remove_relay& wish) {
    need(relays_.erase(wish.name) == 1, errc::relay_not_found);
    log_.emplace_back("relay_remove", 0);
    return true;
}

}  // namespace buri::test
