#include "daemon/version.hpp"

namespace buri::daemon {

std::string_view version() {
    return BURI_VERSION;
}

}  // namespace buri::daemon
