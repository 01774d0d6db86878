#pragma once
// Leaves a process in the background: the caller stays until it hears that the process is ready, why it failed, or
// nothing in time.
//
//   caller ── fork ──▶ child: session of its own, stdin from /dev/null, stdout and stderr into the log
//   caller ◀── progress, a question about a key, ready | failed ── child
#include "buri/base/result.hpp"
#include "daemon/processes.hpp"

#include <chrono>
#include <filesystem>
#include <functional>

namespace buri::daemon {

struct detach_options {
    std::filesystem::path log_file;  ///< absolute; its folder is made
    std::chrono::milliseconds timeout{30'000};
};

using detached_process = std::function<result<void>(const process_hooks& hooks)>;

/// Forks; no thread may exist. Returns in the caller only: the child runs `process` and exits with the exit code of its
/// result. progress, confirm_key and ready of `waiting` are called in the caller; `process` gets hooks that lead there.
/// errc::timed_out leaves the child running.
result<void> run_detached(const detach_options& options, const process_hooks& waiting, const detached_process& process);

}  // namespace buri::daemon
