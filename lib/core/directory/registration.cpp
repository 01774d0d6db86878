// How accounts come into being.
#include "buri/core/directory/address_pool.hpp"
#include "buri/core/directory/rules.hpp"

namespace buri::core {

result<registration> register_account(const directory& records, const ip_prefix& pool, byte_view key_blob,
                                      std::string_view nickname, wall_time today, random_source& random) {
    if (const auto* const known = records.account_by_key(key_blob)) return registration{known->id, {}};
    const auto is_taken = [&records](node_id id) { return records.account(id) != nullptr; };
    const auto id = choose_address(pool, is_taken, random);
    if (!id) return fail(id.error());
    account_record made;
    made.id = *id;
    made.nickname = parse_nickname(nickname).value_or(nickname_from(nickname));
    made.key_blob.assign(key_blob.begin(), key_blob.end());
    made.created = today;
    return registration{*id, {put_account{std::move(made)}}};
}

}  // namespace buri::core
