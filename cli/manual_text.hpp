#pragma once
// The hand-written parts of vpn(1), in roff.
#include <string_view>

namespace buri::cli {

extern const std::string_view manual_head;             ///< NAME to the text before the commands
extern const std::string_view manual_exit_codes;       ///< EXIT STATUS
extern const std::string_view manual_local_interface;  ///< LOCAL INTERFACE
extern const std::string_view manual_tail;             ///< ENVIRONMENT, FILES, EXAMPLES, SEE ALSO

}  // namespace buri::cli
