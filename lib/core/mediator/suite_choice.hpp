#pragma once
// Which crypto suite two nodes use between them.
#include "buri/base/suite.hpp"

#include <optional>
#include <span>

namespace buri::core {

/// What one of the two nodes can do.
struct suite_offer {
    std::span<const std::uint8_t> preference;  ///< numbers as told in hello, the best first
    bool has_rsa_key = false;
};

/// The suite with the smallest sum of its places in both lists, of equal ones the higher number; suite 1 only if both
/// keys are RSA. Where one node prefers aes and the other chacha, it is chacha: one processor without AES instructions costs more
/// than two that could have used them save. Nothing if no suite is in both lists and allowed.
std::optional<suite_id> choose_suite(const suite_offer& a, const suite_offer& b, std::span<const suite_id> allowed);

}  // namespace buri::core
