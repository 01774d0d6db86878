#pragma once
// vpn(1), made from the command table, the JSON shapes, the table of errors, and text that is written here.
#include <string>

namespace buri::cli {

/// Roff, man macros; checked in as man/vpn.1.
std::string manual_page();

}  // namespace buri::cli
