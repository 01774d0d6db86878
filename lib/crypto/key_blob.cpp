#include "buri/crypto/key_blob.hpp"

#include <algorithm>
#include <bit>

namespace buri::crypto {
namespace {

constexpr std::size_t min_rsa_bits = 2048;
constexpr std::size_t max_rsa_bits = 4096;

/// Nothing if the string's length is not there; then `rest` is unchanged.
std::optional<byte_view> take_string(byte_view& rest) {
    if (rest.size() < 4) return std::nullopt;
    const auto size = std::size_t{rest[0]} << 24U | std::size_t{rest[1]} << 16U | std::size_t{rest[2]} << 8U | rest[3];
    if (rest.size() - 4 < size) return std::nullopt;
    const auto value = rest.subspan(4, size);
    rest = rest.subspan(4 + size);
    return value;
}

/// A positive mpint (RFC 4251 section 5) in its only form: the top bit clear, no zero byte in front that is not needed
/// for that.
std::optional<bytes> take_number(byte_view& rest) {
    const auto value = take_string(rest);
    if (!value || value->empty() || (value->front() & 0x80U) != 0) return std::nullopt;
    if (value->front() != 0) return bytes(value->begin(), value->end());
    if (value->size() < 2 || ((*value)[1] & 0x80U) == 0) return std::nullopt;
    return bytes(value->begin() + 1, value->end());
}

void put_string(bytes& to, byte_view value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        to.push_back(static_cast<std::uint8_t>(value.size() >> shift));
    append(to, value);
}

void put_number(bytes& to, byte_view value) {
    bytes padded;
    if ((value.front() & 0x80U) != 0) padded.push_back(0);
    append(padded, value);
    put_string(to, padded);
}

std::optional<key_parts> parse_rsa(byte_view rest) {
    rsa_parts parts;
    auto exponent = take_number(rest);
    if (!exponent) return std::nullopt;
    auto modulus = take_number(rest);
    if (!modulus || !rest.empty()) return std::nullopt;
    parts.exponent = std::move(*exponent);
    parts.modulus = std::move(*modulus);
    return parts;
}

std::optional<key_parts> parse_ed25519(byte_view rest) {
    ed25519_parts parts;
    const auto point = take_string(rest);
    if (!point || point->size() != parts.point.size() || !rest.empty()) return std::nullopt;
    std::ranges::copy(*point, parts.point.begin());
    return parts;
}

std::string_view unsuitable_rsa(const rsa_parts& key) {
    const auto bits = key.modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(key.modulus.front()));
    if (bits < min_rsa_bits || bits > max_rsa_bits) return "is RSA, but not of 2048 to 4096 bits";
    if ((key.modulus.back() & 1U) == 0) return "is RSA with an even modulus";
    const auto& e = key.exponent;
    const bool above_16_bits = e.size() == 4 || (e.size() == 3 && (e[0] > 1 || (e[1] | e[2]) != 0));
    if (!above_16_bits || (e.back() & 1U) == 0) return "is RSA with an unusual exponent";
    return {};
}

/// The y coordinates of the points of order 1, 2, 4 and 8, little-endian: with such a key a signature proves nothing.
constexpr std::array<std::string_view, 5> small_order{
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
};

std::string_view unsuitable_ed25519(const ed25519_parts& key) {
    auto y = key.point;
    y.back() &= 0x7fU;
    if (std::ranges::find(small_order, to_hex(y)) != small_order.end()) return "is a point of small order";
    // p is 2^255 - 19: what is not below it is a second encoding of a smaller value.
    const bool high =
        y.back() == 0x7f && std::all_of(y.begin() + 1, y.end() - 1, [](auto byte) { return byte == 0xff; });
    if (high && y.front() >= 0xed) return "is not encoded in its only form";
    return {};
}

}  // namespace

bytes encode_key_blob(const key_parts& parts) {
    bytes out;
    if (const auto* const ed25519 = std::get_if<ed25519_parts>(&parts)) {
        put_string(out, as_bytes(ssh_ed25519));
        put_string(out, ed25519->point);
        return out;
    }
    const auto& rsa = std::get<rsa_parts>(parts);
    put_string(out, as_bytes(ssh_rsa));
    put_number(out, rsa.exponent);
    put_number(out, rsa.modulus);
    return out;
}

std::optional<key_parts> parse_key_blob(byte_view blob) {
    const auto kind = take_string(blob);
    if (!kind) return std::nullopt;
    if (std::ranges::equal(*kind, as_bytes(ssh_rsa))) return parse_rsa(blob);
    if (std::ranges::equal(*kind, as_bytes(ssh_ed25519))) return parse_ed25519(blob);
    return std::nullopt;
}

std::string_view unsuitable_reason(const key_parts& parts) {
    if (const auto* const rsa = std::get_if<rsa_parts>(&parts)) return unsuitable_rsa(*rsa);
    return unsuitable_ed25519(std::get<ed25519_parts>(parts));
}

}  // namespace buri::crypto
