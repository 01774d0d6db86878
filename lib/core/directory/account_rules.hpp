#pragma once
// How accounts come into being and change. A rule reads the directory and says what would have to become durable; it
// changes nothing itself.
#include "buri/core/directory/directory.hpp"

namespace buri::core {

struct registration {
    node_id id;
    record_change change;  ///< empty: the key has this account already
};

/// An account for a key. A nickname that is none is made into one.
result<registration> register_account(const directory& records, const ip_prefix& pool, byte_view key_blob,
                                      std::string_view nickname, wall_time today, random_source& random);

/// Empty if the node has this nickname already.
result<record_change> change_nickname(const directory& records, node_id actor, std::string_view nickname);

}  // namespace buri::core
