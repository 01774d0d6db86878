// What a node does with its own account: nickname, key, deletion.
#include "buri/core/directory/account_removal.hpp"
#include "buri/core/directory/member_names.hpp"
#include "buri/core/directory/rule_parts.hpp"
#include "buri/core/key_change.hpp"
#include "buri/crypto/digest.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace buri::core {
namespace {

constexpr std::string_view doing_rotate = "change the key of this account";

/// Of the new key, after both keys have signed the change.
result<void> check_signatures(const account_record& account, const wire::rotate_key& wish) {
    const auto present = crypto::public_key::from_blob(account.key_blob);
    if (!present) return refuse(doing_rotate, present.error().code, present.error().text);
    const auto next = crypto::public_key::from_blob(wish.key);
    if (!next) return refuse(doing_rotate, next.error().code, next.error().text);
    const auto message = key_change_message(account.id, account.key_blob, wish.key);
    if (!present->verify(suite_id::aes, message, wish.by_old)) {
        return refuse(doing_rotate, errc::auth_failed, "the present key did not sign the change");
    }
    if (!next->verify(suite_id::aes, message, wish.by_new)) {
        return refuse(doing_rotate, errc::auth_failed, "the new key did not sign the change");
    }
    return {};
}

/// A key that is banned from a network cannot come into it by way of an account that is in it.
result<void> check_new_key(const rule_input& input, const account_record& account, byte_view digest,
                           const wire::rotate_key& wish) {
    if (input.records.account_by_key(wish.key) != nullptr) {
        return refuse(doing_rotate, errc::key_in_use, "another account has the new key; make a new one");
    }
    for (const auto* const ban : input.records.bans_against({}, digest)) {
        const bool ended = ban->until && input.today >= *ban->until;
        if (ended || input.records.member(ban->network, account.id) == nullptr) continue;
        return refuse(doing_rotate, errc::banned,
                      "the new key is banned from " + quoted(input.records.network(ban->network)->name) +
                          ", where this node is; leave the network first, or make another key");
    }
    return {};
}

/// Whether one ban bars longer than another. The rest only makes the choice the same after a restart.
bool outlasts(const ban_record& a, const ban_record& b) {
    const auto order = [](const ban_record& ban) {
        return std::tuple(ban.until.value_or(wall_time::max()), ban.since, ban.key_digest);
    };
    return order(a) > order(b);
}

/// Whether one more key of the account would be one too many for the network. Else a node that is banned could fill the list by changing
/// its key, and nobody else could be banned.
bool is_full_of(const rule_input& input, std::uint64_t network, const account_record& account) {
    constexpr std::ptrdiff_t max_keys = 4;
    const auto all = input.records.bans(network);
    return all.size() >= max_bans || std::ranges::count(all, account.id, &ban_record::node) >= max_keys;
}

/// Each network that bars the account bars its new key as long; one with many keys of the account forgets the present one.
void extend_bans(record_change& change, const rule_input& input, const account_record& account,
                 const bytes& new_digest) {
    std::map<std::uint64_t, ban_record> longest;
    for (const auto* const ban : input.records.bans_against(account.id, key_digest_of(account))) {
        if (ban->until && input.today >= *ban->until) continue;
        const auto [place, is_new] = longest.try_emplace(ban->network, *ban);
        if (!is_new && outlasts(*ban, place->second)) place->second = *ban;
    }
    for (const auto* const known : input.records.bans_against({}, new_digest)) {
        const auto place = longest.find(known->network);
        if (place != longest.end() && outlasts(*known, place->second)) place->second = *known;
    }
    const auto present = key_digest_of(account);
    for (auto& [network, ban] : longest) {
        const bool is_known = std::ranges::count(input.records.bans(network), present, &ban_record::key_digest) > 0;
        if (is_known && is_full_of(input, network, account)) change.emplace_back(erase_ban{network, present});
        ban.node = account.id;
        ban.key_digest = new_digest;
        change.emplace_back(put_ban{std::move(ban)});
    }
}

}  // namespace

/// In every network the node gets a name from it that nobody else has there.
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_nickname& wish) {
    const auto* const account = input.records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    auto parsed = parse_nickname(wish.nickname);
    if (!parsed) return refuse("change the nickname", parsed.error().code, parsed.error().text);
    if (account->nickname == *parsed) return record_change{};
    auto entry = audit_of(input, actor, wish.kind);
    entry.before = account->nickname;
    entry.after = *parsed;
    record_change change;
    for (const auto& networks : {input.records.networks_of(actor), input.records.awaited_by(actor)}) {
        for (const auto network : networks) {
            auto member = *input.records.member(network, actor);
            member.name = free_name(input.records, network, *parsed, actor);
            if (member.name != input.records.member(network, actor)->name) change.emplace_back(put_member{member});
        }
    }
    auto changed = *account;
    changed.nickname = std::move(*parsed);
    change.emplace_back(put_account{std::move(changed)});
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

/// errc::key_unsuitable, auth_failed, key_in_use; banned for a key that may not be in a network where the account is.
result<record_change> decide(const rule_input& input, node_id actor, const wire::rotate_key& wish) {
    const auto* const account = input.records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    if (account->key_blob == wish.key) return record_change{};
    if (auto signed_by_both = check_signatures(*account, wish); !signed_by_both) return fail(signed_by_both.error());
    const auto digest = crypto::sha256(wish.key);
    if (auto allowed = check_new_key(input, *account, digest, wish); !allowed) return fail(allowed.error());
    auto entry = audit_of(input, actor, wish.kind);
    entry.before = crypto::fingerprint(account->key_blob);
    entry.after = crypto::fingerprint(wish.key);
    auto changed = *account;
    changed.key_blob = wish.key;
    record_change change{put_account{std::move(changed)}};
    extend_bans(change, input, *account, {digest.begin(), digest.end()});
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

result<record_change> decide(const rule_input& input, node_id actor, const wire::delete_account& wish) {
    const auto* const account = input.records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    return removal_of(input, *account, wish.networks, audit_of(input, actor, wish.kind), "delete the account");
}

}  // namespace buri::core
