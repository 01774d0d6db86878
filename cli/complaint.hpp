#pragma once
// An error as the user reads it: `vpn: what failed: why. Next step.`
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"

#include <string>
#include <string_view>

namespace buri::cli {

/// Puts `what` ("cannot join 'team'") before a reason that does not say it already.
error while_doing(std::string_view what, error why);

/// The whole line, without a line end: one next step at least, a full stop at the end, nothing a terminal would obey.
std::string complaint(const error& why);

/// {"error": {name, code, exit, text}}
wire::json error_document(const error& why);

}  // namespace buri::cli
