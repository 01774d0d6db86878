#include "buri/net/portal_probe.hpp"

#include "buri/net/byte_stream.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/tcp_connect.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace buri::net {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::size_t longest_header = 4096;
constexpr std::size_t longest_shown = 200;

bool is_letter_of(char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
}

bool equals(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, is_letter_of);
}

/// The value of the header field "location".
std::string_view location_in(std::string_view header) {
    constexpr std::string_view name = "location:";
    while (!header.empty()) {
        const auto end = header.find('\n');
        auto line = header.substr(0, end);
        header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
        if (!equals(line.substr(0, name.size()), name)) continue;
        line.remove_prefix(std::min(line.find_first_not_of(' ', name.size()), line.size()));
        return line.substr(0, line.find_last_not_of(" \r") + 1);
    }
    return {};
}

/// Of "http://HOST[:PORT]/…"; empty if it has none.
std::string_view host_in(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    url.remove_prefix(scheme + 3);
    if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
    return url.substr(0, url.find_first_of(":/?#"));
}

std::string printable(std::string_view text) {
    std::string out(text.substr(0, longest_shown));
    std::ranges::replace_if(
        out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

}  // namespace

std::optional<std::string> portal_in(std::string_view answer, std::string_view host) {
    constexpr std::size_t status_at = 9;
    if (!answer.starts_with("HTTP/1.") || answer.size() < status_at + 3) return std::nullopt;
    const auto status = answer.substr(status_at, 3);
    if (status == "511") return "the network wants a login: it says so to HTTP";
    const auto to = location_in(answer);
    const auto other = host_in(to);
    if (!status.starts_with('3') || other.empty() || equals(other, host)) return std::nullopt;
    return "the network sends who asks for http://" + std::string(host) + "/ to " + printable(to);
}

asio::awaitable<std::optional<std::string>> async_find_portal(std::string host, ip_address at, time_point until) {
    const endpoint to{at, http_port};
    auto socket = co_await async_connect(to, until);
    if (!socket) co_return std::nullopt;
    const auto stream = make_tcp_stream(std::move(*socket));
    const auto shown = at.is_v4() || host != to_string(at) ? host : "[" + host + "]";
    const auto request = "GET / HTTP/1.1\r\nHost: " + shown + "\r\nConnection: close\r\n\r\n";
    const auto written = co_await stream->async_write(as_bytes(request));
    std::string answer;
    std::array<std::uint8_t, 1024> buffer{};
    while (written && answer.size() < longest_header && answer.find("\r\n\r\n") == std::string::npos) {
        const auto count = co_await stream->async_read(buffer, until);
        if (!count) break;
        answer += to_string(byte_view(buffer).first(*count));
    }
    co_return portal_in(answer, host);
}

}  // namespace buri::net
