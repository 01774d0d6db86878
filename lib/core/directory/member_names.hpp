#pragma once
// The names of nodes in a network: the nickname, or the nickname with a number where another has it already.
#include "buri/core/directory/directory.hpp"

#include <string>
#include <string_view>

namespace buri::core {

/// A name for the node that nobody else in the network has, without case: the nickname, nickname-2, nickname-3 … with the nickname cut
/// so that the whole is a nickname too.
std::string free_name(const directory& records, std::uint64_t network, std::string_view nickname, node_id node);

}  // namespace buri::core
