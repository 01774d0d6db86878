#include "daemon/log_sink.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace buri::daemon {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};

spdlog::level::level_enum as_spdlog(log_level level) {
    switch (level) {
        case log_level::debug:
            return spdlog::level::debug;
        case log_level::info:
            return spdlog::level::info;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// Makes the file before spdlog opens it, so that it is never readable by others.
result<void> make_private_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return fail(errc::state_unreadable, "cannot write the log " + file.string() + ": " + std::strerror(errno));
    }
    ::close(descriptor);
    return {};
}

result<spdlog::sink_ptr> make_sink(const std::filesystem::path& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    if (const auto made = make_private_file(file); !made) return fail(made.error());
    try {
        return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    } catch (const spdlog::spdlog_ex& problem) {
        return fail(errc::state_unreadable, "cannot write the log " + file.string() + ": " + problem.what());
    }
}

std::unique_ptr<spdlog::formatter> make_format(bool terminal) {
    return std::make_unique<spdlog::pattern_formatter>(
        terminal ? "%H:%M:%S %l %v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
        terminal ? spdlog::pattern_time_type::local : spdlog::pattern_time_type::utc);
}

}  // namespace

result<log_level> parse_log_level(std::string_view word) {
    for (std::size_t i = 0; i < level_names.size(); ++i) {
        if (level_names[i] == word) return static_cast<log_level>(i);
    }
    return fail(errc::config,
                "'" + std::string(word.substr(0, 64)) + "' is not a log level. Use debug, info, warning or error");
}

result<log_sink> log_sink::open(const log_options& options) {
    auto sink = make_sink(options.file);
    if (!sink) return fail(std::move(sink.error()));
    auto lines = std::make_shared<spdlog::logger>("vpn", *sink);
    lines->set_formatter(make_format(options.file.empty() && ::isatty(STDERR_FILENO) == 1));
    lines->set_level(as_spdlog(options.level));
    lines->flush_on(spdlog::level::debug);
    return log_sink(std::move(lines));
}

logger log_sink::lines() const {
    return logger([lines = lines_](log_level level, std::string_view line) {
        lines->log(as_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
    });
}

void log_sink::set_level(log_level level) {
    lines_->set_level(as_spdlog(level));
}

}  // namespace buri::daemon
