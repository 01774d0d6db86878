#pragma once
// How many files a process that serves many may open.

namespace buri::daemon {

/// As many as its hard limit has, instead of the soft one that a shell or a service manager sets for programs which use select().
void allow_open_files();

}  // namespace buri::daemon
