#pragma once
// JSON values, for CBOR on the wire and for the local interface. Headers that only name the type include json_fwd.hpp.
#include "buri/wire/json_fwd.hpp"

#include <nlohmann/json.hpp>
