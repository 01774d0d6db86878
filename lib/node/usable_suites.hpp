#pragma once
// Which of the configured suites an identity key can sign in.
#include "buri/base/result.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/identity_key.hpp"

#include <span>

namespace buri::node {

/// errc::key_unsuitable if there is none; the text names the kind of the key.
result<suite_id> first_usable(std::span<const suite_id> suites, const crypto::identity_key& key);

}  // namespace buri::node
