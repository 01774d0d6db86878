#pragma once
// Private to net: certificates as TLS shows them.
#include "buri/net/byte_stream.hpp"

#include <openssl/ssl.h>

#include <optional>
#include <string>

namespace buri::net {

/// Nothing if the other side showed none.
std::optional<peer_certificate> certificate_of(SSL* session);

struct pem_pair {
    std::string certificate;
    std::string key;
};
/// For `name`, a host name or an address, valid for ten years. An empty key: a new one, P-256.
result<pem_pair> make_certificate(const std::string& name, const std::string& key_pem);

/// What OpenSSL reports, and forgets by that.
std::string openssl_reason();

}  // namespace buri::net
