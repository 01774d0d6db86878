#include "buri/base/host_port.hpp"

#include "buri/base/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace buri {
namespace {

constexpr std::size_t longest_name = 253;

bool is_name(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    };
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, fits);
}

bool is_bracketed_v6(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('[') || !text.ends_with(']')) return false;
    const auto address = ip_address::parse(text.substr(1, text.size() - 2));
    return address && text.find(':') != std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

}  // namespace

std::optional<host_port> parse_host_port(std::string_view text) {
    const auto after_host = text.starts_with('[') ? text.find(']') : std::size_t{0};
    if (after_host == std::string_view::npos) return std::nullopt;
    const auto colon = text.find(':', after_host);
    const auto host = text.substr(0, colon);
    host_port out;
    if (is_bracketed_v6(host)) {
        out.host = host.substr(1, host.size() - 2);
    } else if (is_name(host)) {
        out.host = host;
    } else {
        return std::nullopt;
    }
    if (colon == std::string_view::npos) return out;
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    out.port = *port;
    return out;
}

std::string to_string(const host_port& where) {
    const bool is_v6 = where.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

}  // namespace buri
