#include "buri/base/proxy_settings.hpp"

#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <algorithm>
#include <optional>

namespace buri {
namespace {

constexpr std::uint16_t http_port = 80;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1) return std::nullopt;
        out += static_cast<char>(byte->front());
        i += 2;
    }
    return std::ranges::none_of(out, is_control) ? std::optional(out) : std::nullopt;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                              c == '.' || c == '_' || c == '~';
        const auto byte = static_cast<std::uint8_t>(c);
        out += is_plain ? std::string(1, c) : "%" + to_hex({&byte, 1});
    }
    return out;
}

bool read_user(std::string_view text, proxy_settings& out) {
    const auto colon = text.find(':');
    const auto user = percent_decoded(text.substr(0, colon));
    const auto password = percent_decoded(colon == std::string_view::npos ? "" : text.substr(colon + 1));
    // RFC 7617 section 2: no colon in the user.
    if (!user || !password || user->empty() || user->find(':') != std::string::npos) return false;
    out.user = *user;
    out.password = *password;
    return true;
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool covers(std::string_view entry, const std::string& host) {
    if (entry == "*") return true;
    const auto address = ip_address::parse(host);
    if (const auto prefix = parse_ip_prefix(entry); prefix && address) return prefix->contains(*address);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    const auto name = lowered(entry);
    return !name.empty() && (host == name || (!address && host.ends_with("." + name)));
}

}  // namespace

result<proxy_settings> parse_proxy(std::string_view url) {
    auto rest = url;
    constexpr std::string_view scheme = "http://";
    if (lowered(rest.substr(0, scheme.size())) == scheme) {
        rest.remove_prefix(scheme.size());
    } else if (rest.find("://") != std::string_view::npos) {
        return fail(errc::config, "only proxies that speak HTTP can be used: http://HOST:PORT");
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    proxy_settings out;
    const auto end_of_user = rest.rfind('@');
    const bool is_user_sound = end_of_user == std::string_view::npos || read_user(rest.substr(0, end_of_user), out);
    const auto at = parse_host_port(rest.substr(end_of_user == std::string_view::npos ? 0 : end_of_user + 1));
    if (!is_user_sound || !at) {
        return fail(errc::config,
                    "this is not a proxy; write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT");
    }
    out.at = {at->host, at->port == 0 ? http_port : at->port};
    return out;
}

std::string to_url(const proxy_settings& proxy) {
    const auto user =
        proxy.user.empty() ? "" : percent_encoded(proxy.user) + ":" + percent_encoded(proxy.password) + "@";
    return "http://" + user + to_string(proxy.at);
}

bool is_excepted(const proxy_settings& proxy, std::string_view host) {
    const auto name = lowered(host);
    std::string_view rest = proxy.except;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        if (covers(trimmed(rest.substr(0, comma)), name)) return true;
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return false;
}

}  // namespace buri
