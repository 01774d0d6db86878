#pragma once
// What the data plane does and what carries it, as the JSON object of vpn(1).
#include "buri/dataplane/counters.hpp"
#include "buri/wire/json.hpp"

namespace buri::node {

wire::json data_plane_json(const dataplane::plane_state& state);

}  // namespace buri::node
