#pragma once
// What this machine is like, as far as it matters for a VPN, whether a node runs on it or not.
#include "buri/core/node/doctor.hpp"

#include <filesystem>
#include <string>

namespace buri::node {

/// Fills in what `facts` has of the host and its files. Its interface and state are set.
void look_at_host(core::doctor_facts& facts);

/// The checks that need no node, as doctor_json() has them: before the first start, or when none starts.
wire::json examine_host(const std::filesystem::path& state, const std::string& interface);

}  // namespace buri::node
