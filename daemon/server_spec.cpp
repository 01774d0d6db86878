#include "daemon/server_spec.hpp"

#include "buri/base/endpoint.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>
#include <charconv>

namespace buri::daemon {
namespace {

constexpr std::string_view shape = "A server is HOST[:PORT][#SHA256:…], as 'vpn server init' printed it";

tl::unexpected<error> not_a_server(std::string_view text, std::string_view why) {
    return fail(errc::usage, "'" + std::string(text.substr(0, 256)) + "' is not a server: " + std::string(why) + ". " +
                                 std::string(shape));
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 253 && text.front() != '-' && std::ranges::all_of(text, is_host_character);
}

bool is_v6(std::string_view text) {
    const auto address = ip_address::parse(text);
    return address.has_value() && text.find(':') != std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// Splits "host:port", "[v6]:port", "[v6]", "v6" and "host".
std::pair<std::string_view, std::optional<std::string_view>> split_port(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return {text, std::nullopt};
        const auto rest = text.substr(end + 1);
        if (rest.empty()) return {text.substr(1, end - 1), std::nullopt};
        if (rest.front() == ':') return {text.substr(1, end - 1), rest.substr(1)};
        return {text, std::nullopt};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || is_v6(text)) return {text, std::nullopt};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

result<server_spec> parse_server_spec(std::string_view text) {
    server_spec spec;
    const auto hash = text.find('#');
    if (hash != std::string_view::npos) {
        const auto digest = crypto::parse_fingerprint(text.substr(hash + 1));
        if (!digest)
            return not_a_server(text, "what follows the '#' is not a fingerprint like SHA256:… with 43 characters");
        spec.fingerprint = *digest;
    }
    const auto [host, port] = split_port(text.substr(0, hash));
    const bool bracketed = text.starts_with('[');
    if (bracketed ? !is_v6(host) : !is_v6(host) && !is_host(host)) {
        return not_a_server(text, host.empty() ? "it has no host" : "the host is neither a name nor an address");
    }
    spec.host = host;
    if (port) {
        const auto number = parse_port(*port);
        if (!number) return not_a_server(text, "the port is not a number from 1 to 65535");
        spec.port = *number;
    }
    return spec;
}

std::string host_and_port(const server_spec& spec) {
    const bool v6 = spec.host.find(':') != std::string::npos;
    return (v6 ? "[" + spec.host + "]" : spec.host) + ":" + std::to_string(spec.port);
}

std::string to_string(const server_spec& spec) {
    const bool v6 = spec.host.find(':') != std::string::npos;
    std::string out = spec.port != server_spec::default_port ? host_and_port(spec)
                      : v6                                   ? "[" + spec.host + "]"
                                                             : spec.host;
    if (spec.fingerprint) out += "#SHA256:" + to_base64(*spec.fingerprint);
    return out;
}

}  // namespace buri::daemon
