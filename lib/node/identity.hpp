#pragma once
// The node's identity key: identity.pem in its state directory, made on first use.
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/store/node_config.hpp"

#include <filesystem>

namespace buri::node {

struct identity {
    crypto::identity_key key;
    bool made = false;  ///< just now
};

/// errc::key_unsuitable if `wanted` names another kind than the key that exists.
result<identity> load_or_make_identity(const std::filesystem::path& state, store::identity_key_type preferred,
                                       std::optional<store::identity_key_type> wanted, random_source& random);

}  // namespace buri::node
