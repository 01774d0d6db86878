#pragma once
// Which address a new account gets: any free one of the pool, by chance, so that addresses tell nothing about their
// order.
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"

#include <functional>

namespace buri::core {

/// True for an address of the pool that a node can have: neither the pool's first (network) nor last (broadcast)
/// address, and none that ends in .0 or .255, which some systems refuse. A /31 has no such first and last address (RFC
/// 3021), nor has a /32.
bool is_usable_address(const ip_prefix& pool, node_id address);

/// Asks `is_taken` about usable addresses until one is free. errc::pool_exhausted only if every usable address is
/// taken.
result<node_id> choose_address(const ip_prefix& pool, const std::function<bool(node_id)>& is_taken,
                               random_source& random);

}  // namespace buri::core
