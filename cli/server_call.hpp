#pragma once
// One question to a running mediation server.
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"

#include <string_view>

namespace buri::cli {

/// What the method answered. An error says `what` could not be done: "cannot list accounts".
result<wire::json> ask_server(const invocation& call, std::string_view method, const wire::json& params,
                              std::string_view what);

}  // namespace buri::cli
