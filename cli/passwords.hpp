#pragma once
// A network's password, from where secrets may come: standard input, a file, or a prompt. Never the argument list.
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"

#include <optional>
#include <string>

namespace buri::cli {

/// From --password-stdin or --password-file; nothing if neither was given. errc::usage for both, errc::password_missing for an
/// empty one, errc::state_unreadable for the file.
result<std::optional<std::string>> given_password(const invocation& call);

/// Asked for at the terminal, twice if it is new. errc::password_missing without a terminal, or if it was given up.
result<std::string> asked_password(const invocation& call, const std::string& network, bool is_new);

}  // namespace buri::cli
