#pragma once
// Texts that other people will read: a message, a reason.
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"

#include <string>
#include <string_view>

namespace buri::cli {

inline constexpr std::size_t longest_message = 1024;
inline constexpr std::size_t longest_reason = 256;

/// The text, or what standard input holds for "-", without blanks and line ends at its end. errc::text_invalid for one that is
/// empty, longer than `most` bytes, not UTF-8, or holds a control character other than tab and line end.
result<std::string> given_text(const invocation& call, const std::string& text, std::size_t most);

}  // namespace buri::cli
