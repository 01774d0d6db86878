#include "buri/core/directory/relay_token_issuer.hpp"

namespace buri::core {

bytes relay_token_issuer::token_of(const wire::relay_token& claims) const {
    return wire::with_signature(claims, key_.sign(suite_id::aes, wire::signed_part(claims)));
}

}  // namespace buri::core
