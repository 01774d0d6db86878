#pragma once
// Names of things, as types of their own so that they cannot be mistaken for each other.
#include "buri/base/result.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace buri {

/// A node's identity: its 32-bit VPN address (protocol section 1), shown as dotted decimal. 0 is "none yet".
struct node_id {
    std::uint32_t value = 0;

    auto operator<=>(const node_id&) const = default;
    explicit operator bool() const { return value != 0; }
};

std::string to_string(node_id id);
result<node_id> parse_node_id(std::string_view text);

/// A security parameter index: top bit set, the lowest two bits are the key epoch (protocol section 4).
struct spi {
    std::uint32_t value = 0;

    auto operator<=>(const spi&) const = default;
    explicit operator bool() const { return value != 0; }

    [[nodiscard]] spi base() const { return {value & ~3U}; }
    [[nodiscard]] std::uint8_t epoch() const { return static_cast<std::uint8_t>(value & 3U); }
    [[nodiscard]] spi with_epoch(std::uint8_t epoch) const { return {(value & ~3U) | (epoch & 3U)}; }
};

std::string to_string(spi value);

/// A network's name: 4 to 64 characters of a-z A-Z 0-9 - _ . kept as written, compared without case.
class network_name {
public:
    static constexpr std::size_t min_length = 4;
    static constexpr std::size_t max_length = 64;

    network_name() = default;
    static result<network_name> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// The form that is compared: lower case.
    [[nodiscard]] const std::string& key() const { return key_; }

    bool operator==(const network_name& other) const { return key_ == other.key_; }
    auto operator<=>(const network_name& other) const { return key_ <=> other.key_; }

private:
    std::string text_;
    std::string key_;
};

/// A nickname: a DNS label (RFC 1123), 1 to 63 letters, digits and hyphens, so that nick.network.vpn can resolve.
result<std::string> parse_nickname(std::string_view text);

/// A valid nickname made from any text (a host name, say): what does not fit becomes a hyphen; "node" if nothing is
/// left.
std::string nickname_from(std::string_view text);

}  // namespace buri

template <>
struct std::hash<buri::node_id> {
    std::size_t operator()(buri::node_id id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
template <>
struct std::hash<buri::spi> {
    std::size_t operator()(buri::spi value) const noexcept { return std::hash<std::uint32_t>{}(value.value); }
};
template <>
struct std::hash<buri::network_name> {
    std::size_t operator()(const buri::network_name& name) const noexcept {
        return std::hash<std::string>{}(name.key());
    }
};
