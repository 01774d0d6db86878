#pragma once
// Where a process writes its log: stderr or a file, one line each.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"

#include <filesystem>
#include <string>

namespace buri::daemon {

struct log_options {
    log_level level = log_level::info;
    std::filesystem::path file;  ///< empty: stderr. Made with mode 0600, appended to.
};

/// "debug", "info", "warning", "error"; errc::config for another word.
result<log_level> parse_log_level(std::string_view word);

/// A terminal gets `12:03:04 info text`, anything else `2026-11-22T12:03:04.123Z info text`, in UTC.
/// errc::state_unreadable if the file cannot be written.
result<logger> make_logger(const log_options& options);

}  // namespace buri::daemon
