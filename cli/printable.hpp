#pragma once
// Text from elsewhere (peers, servers, daemons) on its way to a terminal.
#include <string>
#include <string_view>

namespace buri::cli {

/// Control characters, escape sequences' beginnings among them, become '?'. Line ends and tabs become blanks.
std::string printable(std::string_view text);

/// The same, but line ends stay.
std::string printable_lines(std::string_view text);

}  // namespace buri::cli
