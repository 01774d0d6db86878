#pragma once
// Where a process writes its log: stderr or a file, one line each.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

namespace spdlog {
class logger;
}

namespace buri::daemon {

struct log_options {
    log_level level = log_level::info;
    std::filesystem::path file;  ///< empty: stderr. Made with mode 0600, appended to.
};

/// "debug", "info", "warning", "error"; errc::config for another word.
result<log_level> parse_log_level(std::string_view word);

/// The lines of a process. Its level can change while the process runs.
class log_sink {
public:
    /// A terminal gets `12:03:04 info text`, anything else `2026-11-22T12:03:04.123Z info text`, in UTC.
    /// errc::state_unreadable if the file cannot be written.
    static result<log_sink> open(const log_options& options);

    [[nodiscard]] logger lines() const;
    void set_level(log_level level);

private:
    explicit log_sink(std::shared_ptr<spdlog::logger> lines) : lines_(std::move(lines)) {}

    std::shared_ptr<spdlog::logger> lines_;
};

}  // namespace buri::daemon
