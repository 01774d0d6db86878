#pragma once
// Moving an account to another key (protocol section 3).
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"

namespace buri::core {

/// What both keys sign: "buri key change" | SHA-256(identity | present blob:var | new blob:var). It binds the account and both keys, so
/// that neither signature is of use for another change.
bytes key_change_message(node_id identity, byte_view present, byte_view next);

}  // namespace buri::core
