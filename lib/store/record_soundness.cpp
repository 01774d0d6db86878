#include "buri/store/record_soundness.hpp"

#include "buri/base/plan.hpp"
#include "buri/wire/utf8.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

namespace buri::store {
namespace {

constexpr std::size_t max_name = 63;
constexpr std::size_t max_password_hash = 1024;
constexpr std::size_t max_key_blob = 4096;
constexpr std::size_t max_reason = 256;
constexpr std::size_t max_message = 1024;
constexpr std::size_t max_audit_text = 4096;
constexpr std::size_t digest_size = 32;
constexpr std::size_t licence_id_size = 16;
constexpr std::int64_t last_second = 253'402'300'799;  ///< of the year 9999
constexpr std::uint64_t max_integer{std::numeric_limits<std::int64_t>::max()};

bool is_printable(std::string_view text, std::size_t max) {
    return text.size() <= max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// UTF-8 in lines.
bool is_text(std::string_view text, std::size_t max) {
    const auto is_allowed = [](char c) {
        return static_cast<unsigned char>(c) >= ' ' ? c != '\x7f' : c == '\n' || c == '\t';
    };
    return text.size() <= max && std::ranges::all_of(text, is_allowed) && wire::is_utf8(text);
}

bool is_time(wall_time when) {
    const auto seconds = when.time_since_epoch().count();
    return seconds >= 0 && seconds <= last_second;
}

bool is_time(const std::optional<wall_time>& when) {
    return !when || is_time(*when);
}

bool are_known(privilege_set privileges) {
    privilege_set known;
    for (const auto& row : all_privileges())
        known.insert(row.value);
    return known.contains_all(privileges);
}

}  // namespace

bool is_row_id(std::uint64_t id) {
    return id > 0 && id <= max_integer;
}

bool is_sound(const account_record& account) {
    return account.id && is_printable(account.nickname, max_name) && !account.key_blob.empty() &&
           account.key_blob.size() <= max_key_blob && is_time(account.created) &&
           (account.plan.empty() || is_plan_name(account.plan)) && is_time(account.plan_until);
}

bool is_sound(const network_record& network) {
    return is_row_id(network.id) && !network.name.text().empty() && network.owner &&
           is_printable(network.password_hash, max_password_hash) && is_time(network.created) &&
           is_text(network.welcome, max_message);
}

bool is_sound(const member_record& member) {
    return is_row_id(member.network) && member.node && is_time(member.joined) && !member.name.empty() &&
           is_printable(member.name, max_name) && are_known(member.privileges) &&
           member.last_announcement <= max_integer;
}

bool is_sound(const ban_record& ban) {
    return is_row_id(ban.network) && ban.key_digest.size() == digest_size && is_printable(ban.nickname, max_name) &&
           is_text(ban.reason, max_reason) && is_time(ban.since) && is_time(ban.until);
}

bool is_sound(const invite_record& invite) {
    return is_row_id(invite.id) && is_row_id(invite.network) && invite.token_digest.size() == digest_size &&
           is_time(invite.created) && is_time(invite.expires) &&
           (invite.max_uses == 0 || invite.uses <= invite.max_uses);
}

bool is_sound(const announcement_record& announcement) {
    return is_row_id(announcement.id) && is_row_id(announcement.network) &&
           is_printable(announcement.author_name, max_name) && is_time(announcement.at) &&
           is_text(announcement.text, max_message);
}

bool is_sound(const licence_record& licence) {
    return licence.id.size() == licence_id_size && is_plan_name(licence.plan) && licence.months > 0 &&
           is_time(licence.made) && is_time(licence.used);
}

bool is_sound(const relay_record& relay) {
    return relay.id >= first_relay && !relay.name.empty() && is_printable(relay.name, max_name) &&
           is_printable(relay.region, max_name) && relay.token_digest.size() == digest_size && is_time(relay.created);
}

bool is_sound(const audit_record& entry) {
    const auto is_short = [](std::string_view text) { return is_text(text, max_audit_text); };
    return is_row_id(entry.id) && is_time(entry.at) && !entry.act.empty() && !entry.result.empty() &&
           entry.network <= max_integer && is_short(entry.actor_name) && is_short(entry.act) &&
           is_short(entry.network_name) && is_short(entry.target_name) && is_short(entry.before) &&
           is_short(entry.after) && is_short(entry.result);
}

}  // namespace buri::store
