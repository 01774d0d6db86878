#pragma once
// The conversation with an Internet Gateway Device, in blocking calls of libminiupnpc.
#include "buri/net/upnp.hpp"

#include <atomic>

namespace buri::net {

/// Stops before its next call once nobody waits for the outcome any more.
upnp_result talk_to_igd(const upnp_task& task, const std::atomic<bool>& is_abandoned);

}  // namespace buri::net
