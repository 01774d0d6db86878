#pragma once
// A stream whose first bytes were read already, by somebody who wanted to know what it is.
#include "buri/net/byte_stream.hpp"

namespace buri::server {

/// Reads `begun` first, then what follows in `rest`.
std::unique_ptr<net::byte_stream> make_peeked_stream(std::unique_ptr<net::byte_stream> rest, bytes begun);

}  // namespace buri::server
