#include "cli/invocation.hpp"

#include "cli/launch.hpp"
#include "cli/moment.hpp"

#include <cmath>
#include <cstdlib>

namespace buri::cli {

std::optional<std::string> invocation::value(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::optional<unsigned> invocation::number(std::string_view name) const {
    const auto text = value(name);
    if (!text || text->empty()) return std::nullopt;
    return static_cast<unsigned>(std::strtoul(text->c_str(), nullptr, 10));
}

std::optional<std::chrono::milliseconds> invocation::seconds(std::string_view name) const {
    const auto text = value(name);
    if (!text || text->empty()) return std::nullopt;
    return std::chrono::milliseconds(std::llround(std::strtod(text->c_str(), nullptr) * 1000));
}

result<std::optional<wall_time>> invocation::moment(std::string_view name) const {
    const auto text = value(name);
    if (!text) return std::optional<wall_time>();
    const auto now = around_.now();
    const auto when = parse_moment(*text, now);
    if (when && *when > now) return when;
    return fail(errc::usage, "'" + *text + "' for " + std::string(name) + " is over already. Name a time to come");
}

palette invocation::colors() const {
    const auto when = value("--color").value_or("auto");
    if (when != "auto") return palette(when == "always");
    const auto refused = around_.variable("NO_COLOR");
    return palette(around_.is_out_terminal && (!refused || refused->empty()));
}

std::optional<std::string> invocation::option_or_variable(std::string_view option, const std::string& variable) const {
    auto given = value(option);
    if (!given) given = around_.variable(variable);
    if (given && given->empty()) given.reset();
    return given;
}

std::filesystem::path invocation::state_directory(std::string_view by_default) const {
    const auto given = option_or_variable("--state", "VPN_STATE");
    return std::filesystem::absolute(given ? *given : std::string(by_default)).lexically_normal();
}

std::filesystem::path invocation::config_file() const {
    const auto given = option_or_variable("--config", "VPN_CONFIG");
    return given ? std::filesystem::absolute(*given) : std::filesystem::path();
}

std::filesystem::path invocation::socket() const {
    const auto given = option_or_variable("--socket", "VPN_SOCKET");
    return given ? std::filesystem::absolute(*given) : state_directory() / "vpn.sock";
}

std::filesystem::path invocation::server_socket() const {
    const auto given = value("--socket");
    return given ? std::filesystem::absolute(*given) : daemon::server_socket(state_directory(server_state_directory));
}

void invocation::answer(const wire::json& document, std::string_view text) const {
    if (!wants_json()) {
        around_.out << text;
        return;
    }
    const int indent = around_.is_out_terminal ? 2 : -1;
    around_.out << document.dump(indent, ' ', false, wire::json::error_handler_t::replace) << '\n';
}

void invocation::remark(std::string_view text) const {
    if (!is_quiet()) around_.err << text << '\n';
}

}  // namespace buri::cli
