#pragma once
#include <nlohmann/json_fwd.hpp>

namespace buri::wire {

using json = nlohmann::json;

}  // namespace buri::wire
