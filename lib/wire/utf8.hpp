#pragma once
// Text on the wire is UTF-8 (RFC 3629). What is not cannot be shown, logged or written as JSON, so it stops here.
#include <string>
#include <string_view>

namespace buri::wire {

/// No overlong form, no surrogate, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

/// At most `max` bytes of the text, cut between characters; what is not UTF-8 becomes '?'. For sentences that quote
/// input.
std::string clean_text(std::string_view text, std::size_t max);

}  // namespace buri::wire
