#include "buri/core/directory/account_rules.hpp"

#include "buri/core/directory/address_pool.hpp"

namespace buri::core {

result<registration> register_account(const directory& records, const ip_prefix& pool, byte_view key_blob,
                                      std::string_view nickname, wall_time today, random_source& random) {
    if (const auto* const known = records.account_by_key(key_blob)) return registration{known->id, {}};
    const auto is_taken = [&records](node_id id) { return records.account(id) != nullptr; };
    const auto id = choose_address(pool, is_taken, random);
    if (!id) return fail(id.error());
    account_record made{*id, parse_nickname(nickname).value_or(nickname_from(nickname)),
                        bytes(key_blob.begin(), key_blob.end()), today};
    return registration{*id, {put_account{std::move(made)}}};
}

result<record_change> change_nickname(const directory& records, node_id actor, std::string_view nickname) {
    const auto* const account = records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    auto parsed = parse_nickname(nickname);
    if (!parsed) return fail(parsed.error().code, "cannot change the nickname: " + parsed.error().text);
    if (account->nickname == *parsed) return record_change{};
    auto changed = *account;
    changed.nickname = std::move(*parsed);
    return record_change{put_account{std::move(changed)}};
}

}  // namespace buri::core
