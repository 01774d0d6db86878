#pragma once
// The mac of clear datagrams: HMAC-SHA-256 under the punch key, cut to 16 bytes, over everything before it (protocol section 4).
// It is what a stranger's datagram fails at, before any public-key work.
#include "buri/core/tunnel/introduction.hpp"
#include "buri/wire/datagram.hpp"

namespace buri::core {

/// The whole datagram, with its mac if its kind has one in this suite.
bytes make_clear_datagram(spi to, const wire::clear_message& message, suite_id suite, const punch_key& key);

/// True if the mac is right, or if this kind of message has none in this suite.
bool has_right_mac(const wire::clear_datagram& datagram, suite_id suite, const punch_key& key);

}  // namespace buri::core
