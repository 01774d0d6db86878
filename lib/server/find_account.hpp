#pragma once
#include "buri/core/directory/directory.hpp"

#include <string_view>

namespace buri::server {

/// What an operator calls a node: its address, or its nickname (without case) if no other account has the same.
/// errc::account_unknown; errc::peer_ambiguous lists up to five of those that have it.
result<node_id> find_account(const core::directory& records, std::string_view text);

}  // namespace buri::server
