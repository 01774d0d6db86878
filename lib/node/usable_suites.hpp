#pragma once
// Which suites a node speaks without being told, and which of them an identity key can sign in.
#include "buri/base/result.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/identity_key.hpp"

#include <span>
#include <vector>

namespace buri::node {

/// aes and chacha, the one first that this processor does faster.
std::vector<suite_id> usual_suites();

/// errc::key_unsuitable if there is none; the text names the kind of the key.
result<suite_id> first_usable(std::span<const suite_id> suites, const crypto::identity_key& key);

}  // namespace buri::node
