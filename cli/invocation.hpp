#pragma once
// One call of a command: what was given, what it touches, and how it prints.
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"
#include "cli/command_table.hpp"
#include "cli/palette.hpp"
#include "cli/surroundings.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace buri::cli {

/// Options by their long name, arguments by their name. A flag, or an option given without its value, has an empty
/// text.
using given_values = std::map<std::string, std::string, std::less<>>;

class invocation {
public:
    invocation(const command_info& command, given_values values, surroundings& around)
        : command_(command), values_(std::move(values)), around_(around) {}

    [[nodiscard]] const command_info& command() const { return command_; }
    [[nodiscard]] surroundings& around() const { return around_; }

    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
    [[nodiscard]] std::string argument(std::string_view name) const { return value(name).value_or(""); }
    /// Values were checked when they were parsed.
    [[nodiscard]] std::optional<unsigned> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> seconds(std::string_view name) const;

    /// Of value_kind::moment. errc::usage for one that is over already.
    [[nodiscard]] result<std::optional<wall_time>> moment(std::string_view name) const;

    [[nodiscard]] bool wants_json() const { return has("--json"); }
    [[nodiscard]] bool is_quiet() const { return has("--quiet"); }
    [[nodiscard]] palette colors() const;

    // Places, absolute: the option, then the environment, then the default.
    [[nodiscard]] std::filesystem::path state_directory(std::string_view by_default = "/var/lib/vpn") const;
    [[nodiscard]] std::filesystem::path config_file() const;  ///< empty: not named
    [[nodiscard]] std::filesystem::path socket() const;
    /// Of a mediation server. VPN_SOCKET is a node's.
    [[nodiscard]] std::filesystem::path server_socket() const;

    /// The answer: `document` with --json, else `text`, on stdout.
    void answer(const wire::json& document, std::string_view text) const;
    /// Something said on the side, on stderr, not with --quiet.
    void remark(std::string_view text) const;

private:
    [[nodiscard]] std::optional<std::string> option_or_variable(std::string_view option,
                                                                const std::string& variable) const;

    const command_info& command_;
    given_values values_;
    surroundings& around_;
};

}  // namespace buri::cli
