#pragma once
// Asking somebody who sits at a terminal.
#include <optional>
#include <string>

namespace buri::cli {

/// A line from the terminal; nothing at its end, or without one.
std::optional<std::string> ask_line(const std::string& prompt);
/// The same without echo, which is restored whatever happens.
std::optional<std::string> ask_secret(const std::string& prompt);

}  // namespace buri::cli
