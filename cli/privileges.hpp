#pragma once
// The privileges of --can.
#include "buri/base/privilege.hpp"
#include "buri/wire/json.hpp"

#include <optional>
#include <string_view>

namespace buri::cli {

/// "approve,evict"; nothing for an empty list, an unknown name, or an empty one between commas.
std::optional<privilege_set> parse_privileges(std::string_view text);

/// Names, in the order of the enum.
wire::json to_json(privilege_set privileges);

}  // namespace buri::cli
