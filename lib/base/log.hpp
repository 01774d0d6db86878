#pragma once
// Logging as an interface: the process decides where lines go. A line is lower case, without a full stop, with fields
// of fixed names (peer, network, endpoint, via, state, reason, path, error). What a stranger can trigger is never above
// debug.
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace buri {

enum class log_level { debug, info, warning, error };

struct log_field {
    std::string_view name;
    std::string value;
};

class logger {
public:
    using sink = std::function<void(log_level, std::string_view line)>;

    logger() = default;  ///< says nothing
    explicit logger(sink to) : sink_(std::move(to)) {}

    void debug(std::string_view text, std::initializer_list<log_field> fields = {}) const {
        write(log_level::debug, text, fields);
    }
    void info(std::string_view text, std::initializer_list<log_field> fields = {}) const {
        write(log_level::info, text, fields);
    }
    void warning(std::string_view text, std::initializer_list<log_field> fields = {}) const {
        write(log_level::warning, text, fields);
    }
    void error(std::string_view text, std::initializer_list<log_field> fields = {}) const {
        write(log_level::error, text, fields);
    }

private:
    void write(log_level level, std::string_view text, std::initializer_list<log_field> fields) const;

    sink sink_;
};

}  // namespace buri
