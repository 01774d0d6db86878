#include "buri/net/connect_reply.hpp"

#include <algorithm>
#include <string_view>

namespace buri::net {
namespace {

constexpr std::size_t max_quoted = 80;

/// What strangers sent, fit for a terminal.
std::string printable(std::string_view text) {
    std::string out(text.substr(0, max_quoted));
    std::ranges::replace_if(
        out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// RFC 9112 section 4: "HTTP/1.x CODE reason". 0 if it is none.
int status_of(std::string_view line) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t shortest = 12;
    const bool is_status = line.size() >= shortest && line.starts_with(version) && is_digit(line[7]) &&
                           line[8] == ' ' && is_digit(line[9]) && is_digit(line[10]) && is_digit(line[11]) &&
                           (line.size() == shortest || line[shortest] == ' ');
    if (!is_status) return 0;
    return (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
}

std::string reason_for(int status, std::string_view line) {
    const auto said = " (it says '" + printable(line) + "')";
    switch (status) {
        case 401:  // what tinyproxy says of a wrong password
        case 407:
            return "it wants a user and password, or other ones: set them in 'proxy' of the configuration, or in "
                   "https_proxy, as "
                   "http://USER:PASSWORD@HOST:PORT" +
                   said;
        case 403:
        case 405:
            return "it forbids connections to that host or port" + said;
        case 502:
        case 503:
        case 504:
            return "it cannot reach the server" + said;
        default:
            return "it refuses" + said;
    }
}

result<void> judge(std::string_view header) {
    auto line = header.substr(0, header.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const int status = status_of(line);
    if (status == 0)
        return fail(errc::server_unreachable, "it is not an HTTP proxy (it says '" + printable(line) + "')");
    if (status < 200 || status > 299) return fail(errc::server_unreachable, reason_for(status, line));
    return {};
}

/// Of the blank line that ends a header; npos if it is not there yet.
std::size_t end_of_header(std::string_view text) {
    const auto strict = text.find("\r\n\r\n");
    const auto lax = text.find("\n\n");
    const auto strict_end = strict == std::string_view::npos ? strict : strict + 4;
    const auto lax_end = lax == std::string_view::npos ? lax : lax + 2;
    return std::min(strict_end, lax_end);
}

/// RFC 4648 section 4, with padding, as RFC 7617 wants it.
std::string padded_base64(std::string_view text) {
    auto out = to_base64(as_bytes(text));
    while (out.size() % 4 != 0)
        out += '=';
    return out;
}

}  // namespace

std::optional<result<void>> connect_reply::feed(byte_view data) {
    header_ += to_string(data.first(std::min(data.size(), max_header + 1 - std::min(header_.size(), max_header))));
    constexpr std::string_view start = "HTTP/";
    const auto begins = std::string_view(header_).substr(0, start.size());
    // Whatever else it is: it may never send the end of a header.
    if (begins != start.substr(0, begins.size())) return judge(header_);
    const auto end = end_of_header(header_);
    if (end == std::string::npos) {
        if (header_.size() <= max_header) return std::nullopt;
        return fail(errc::server_unreachable, "it is not an HTTP proxy (its answer is longer than 8 KiB)");
    }
    const auto verdict = judge(std::string_view(header_).substr(0, end));
    // In TLS the client speaks first.
    if (verdict && (header_.size() > end || data.size() > max_header)) {
        return fail(errc::server_unreachable, "it sends data of its own into the connection");
    }
    return verdict;
}

std::string connect_request(const std::string& host, std::uint16_t port, const std::string& user,
                            const std::string& password) {
    const bool is_v6 = host.find(':') != std::string::npos;
    const auto target = (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    auto out = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!user.empty()) out += "Proxy-Authorization: Basic " + padded_base64(user + ":" + password) + "\r\n";
    return out + "\r\n";
}

}  // namespace buri::net
