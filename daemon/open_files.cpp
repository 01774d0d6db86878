#include "daemon/open_files.hpp"

#include <sys/resource.h>

namespace buri::daemon {

void allow_open_files() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    // Refused in some sandboxes: the soft limit stays.
    (void)::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace buri::daemon
