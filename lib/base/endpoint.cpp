#include "buri/base/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace buri {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

tl::unexpected<error> not_an(std::string_view what, std::string_view text) {
    return fail(errc::usage, "'" + std::string(text.substr(0, 128)) + "' is not " + std::string(what));
}

template <typename Number>
bool parse_whole(std::string_view text, Number& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

ip_address ip_address::v4(std::uint32_t host_order) {
    ip_address out;
    for (unsigned i = 0; i < 4; ++i)
        out.raw_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return out;
}

ip_address ip_address::v6(const std::array<std::uint8_t, 16>& network_order) {
    ip_address out;
    out.raw_ = network_order;
    out.is_v4_ = std::ranges::equal(mapped_prefix, std::span(network_order).first<12>());
    return out;
}

result<ip_address> ip_address::parse(std::string_view text) {
    const std::string terminated(text);
    if (terminated.find('\0') != std::string::npos) return not_an("an IP address", text);  // C would stop reading there
    in_addr v4_raw{};
    if (inet_pton(AF_INET, terminated.c_str(), &v4_raw) == 1) return v4(ntohl(v4_raw.s_addr));
    std::array<std::uint8_t, 16> v6_raw{};
    if (inet_pton(AF_INET6, terminated.c_str(), v6_raw.data()) == 1) return v6(v6_raw);
    return not_an("an IP address", text);
}

std::uint32_t ip_address::v4_value() const {
    return std::uint32_t{raw_[12]} << 24U | std::uint32_t{raw_[13]} << 16U | std::uint32_t{raw_[14]} << 8U | raw_[15];
}

byte_view ip_address::network_bytes() const {
    return is_v4_ ? byte_view(raw_).subspan(12) : byte_view(raw_);
}

bool ip_address::is_unspecified() const {
    return std::ranges::all_of(network_bytes(), [](std::uint8_t byte) { return byte == 0; });
}

bool ip_address::is_loopback() const {
    if (is_v4_) return raw_[12] == 127;
    return raw_[15] == 1 && std::ranges::all_of(byte_view(raw_).first(15), [](std::uint8_t byte) { return byte == 0; });
}

bool ip_address::is_multicast() const {
    if (!is_v4_) return raw_[0] == 0xff;
    return (raw_[12] & 0xf0U) == 0xe0U || v4_value() == 0xffffffffU;
}

bool ip_address::is_link_local() const {
    if (is_v4_) return raw_[12] == 169 && raw_[13] == 254;
    return raw_[0] == 0xfe && (raw_[1] & 0xc0U) == 0x80U;
}

std::string to_string(const ip_address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.network_bytes().data(), text.data(), text.size());
    return text.data();
}

std::string to_string(const endpoint& where) {
    const auto host = to_string(where.address);
    return (where.address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(where.port);
}

result<endpoint> parse_endpoint(std::string_view text) {
    constexpr std::string_view what = "an endpoint like 192.0.2.1:4000 or [2001:db8::1]:4000";
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return not_an(what, text);
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = ip_address::parse(host);
    std::uint16_t port = 0;
    // An IPv6 address without brackets would be ambiguous.
    if (!address || (host.find(':') != std::string_view::npos) != bracketed ||
        !parse_whole(text.substr(colon + 1), port)) {
        return not_an(what, text);
    }
    return endpoint{*address, port};
}

bool ip_prefix::contains(const ip_address& other) const {
    if (address.is_v4() != other.is_v4()) return false;
    const auto mine = address.network_bytes();
    const auto theirs = other.network_bytes();
    const auto whole = length / 8;
    if (!std::ranges::equal(mine.first(whole), theirs.first(whole))) return false;
    const auto rest = length % 8;
    return rest == 0 || (mine[whole] ^ theirs[whole]) >> (8 - rest) == 0;
}

std::string to_string(const ip_prefix& prefix) {
    return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}

result<ip_prefix> parse_ip_prefix(std::string_view text) {
    constexpr std::string_view what = "a range like 100.64.0.0/10";
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return not_an(what, text);
    const auto address = ip_address::parse(text.substr(0, slash));
    ip_prefix prefix;
    if (!address || !parse_whole(text.substr(slash + 1), prefix.length)) return not_an(what, text);
    prefix.address = *address;
    const auto raw = address->network_bytes();
    if (prefix.length > raw.size() * 8) return not_an(what, text);
    for (std::size_t bit = prefix.length; bit < raw.size() * 8; ++bit) {
        if ((raw[bit / 8] >> (7 - bit % 8) & 1U) != 0) {
            return fail(errc::usage, "'" + std::string(text) + "' has bits set beyond its length");
        }
    }
    return prefix;
}

ip_address ula_of(const ip_prefix& ula, node_id id) {
    auto raw = ula.address.v6_bytes();
    for (unsigned i = 0; i < 4; ++i)
        raw[12 + i] = static_cast<std::uint8_t>(id.value >> (24 - 8 * i));
    return ip_address::v6(raw);
}

}  // namespace buri

std::size_t std::hash<buri::ip_address>::operator()(const buri::ip_address& address) const noexcept {
    const auto raw = address.network_bytes();
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::size_t std::hash<buri::endpoint>::operator()(const buri::endpoint& where) const noexcept {
    return std::hash<buri::ip_address>{}(where.address) * 31 + where.port;
}
