#include "buri/wire/stun.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace buri::wire {
namespace {

constexpr std::uint32_t magic_cookie = 0x2112a442U;
constexpr std::uint16_t binding_request = 0x0001;
constexpr std::uint16_t binding_success = 0x0101;
constexpr std::uint16_t binding_error = 0x0111;
constexpr std::size_t header_size = 20;
constexpr std::size_t attribute_header_size = 4;

constexpr std::uint16_t mapped_address = 0x0001;
constexpr std::uint16_t change_request = 0x0003;  // RFC 5780 section 7.2
constexpr std::uint16_t source_address = 0x0004;  // RFC 3489; some servers still send both
constexpr std::uint16_t changed_address = 0x0005;
constexpr std::uint16_t error_code = 0x0009;
constexpr std::uint16_t xor_mapped_address = 0x0020;
constexpr std::uint16_t padding = 0x0026;
constexpr std::uint16_t response_port = 0x0027;
constexpr std::uint16_t first_optional_attribute = 0x8000;
constexpr std::uint16_t software = 0x8022;
constexpr std::uint16_t response_origin = 0x802b;
constexpr std::uint16_t other_address = 0x802c;
constexpr std::uint32_t change_address_flag = 0x04;
constexpr std::uint32_t change_port_flag = 0x02;
constexpr std::uint8_t family_v4 = 1;
constexpr std::uint8_t family_v6 = 2;

/// A response has at most three addresses of IPv6.
constexpr std::size_t largest_response = header_size + 3 * (attribute_header_size + 20);
constexpr std::string_view software_text = "Buri VPN STUN client";

/// RFC 8489 section 14.2: the cookie and the transaction, which the address is XORed with.
std::array<std::uint8_t, 16> address_mask(const stun_transaction& transaction) {
    std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xa4, 0x42};
    for (std::size_t i = 0; i < transaction.size(); ++i)
        mask[4 + i] = transaction[i];
    return mask;
}

struct attribute {
    std::uint16_t type = 0;
    byte_view value;
};

attribute read_attribute(reader& in) {
    attribute out;
    out.type = in.u16();
    const std::size_t size = in.u16();
    out.value = in.take(size);
    in.take((4 - size % 4) % 4);
    return out;
}

/// The transaction of a message of this type whose length field is true; leaves the reader at the attributes.
std::optional<stun_transaction> read_header(reader& in, std::uint16_t type) {
    const bool is_type = in.u16() == type;
    const std::size_t size = in.u16();
    const bool is_stun = in.u32() == magic_cookie;
    const auto transaction = in.array<12>();
    if (!in.ok() || !is_type || !is_stun || size % 4 != 0 || size != in.remaining()) return std::nullopt;
    return transaction;
}

/// `mask` hides addresses from boxes that rewrite them wherever they see them; zeros: a plain address.
std::optional<endpoint> read_address(byte_view value, const std::array<std::uint8_t, 16>& mask) {
    reader in(value);
    in.u8();
    const auto family = in.u8();
    endpoint out;
    out.port = static_cast<std::uint16_t>(in.u16() ^ (mask[0] << 8U | mask[1]));
    std::array<std::uint8_t, 16> raw{};
    const std::size_t size = family == family_v4 ? 4 : family == family_v6 ? 16 : 0;
    const auto given = in.take(size);
    for (std::size_t i = 0; i < given.size(); ++i)
        raw[i] = given[i] ^ mask[i];
    if (!in.finish() || size == 0 || out.port == 0) return std::nullopt;
    reader number(raw);
    out.address = size == 4 ? ip_address::v4(number.u32()) : ip_address::v6(raw);
    return out;
}

bytes address_value(const endpoint& where, const std::array<std::uint8_t, 16>& mask) {
    writer value;
    value.u8(0).u8(where.address.is_v4() ? family_v4 : family_v6);
    value.u16(static_cast<std::uint16_t>(where.port ^ (mask[0] << 8U | mask[1])));
    const auto raw = where.address.network_bytes();
    for (std::size_t i = 0; i < raw.size(); ++i)
        value.u8(raw[i] ^ mask[i]);
    return value.take();
}

bool is_understood_in_response(std::uint16_t type) {
    return type >= first_optional_attribute || type == xor_mapped_address || type == mapped_address ||
           type == source_address || type == changed_address;
}

bytes message(std::uint16_t type, const stun_transaction& transaction, const bytes& attributes) {
    writer out;
    out.u16(type).u16(static_cast<std::uint16_t>(attributes.size())).u32(magic_cookie).raw(transaction).raw(attributes);
    return out.take();
}

/// False for an attribute that has to be understood and is not.
bool take_request_attribute(const attribute& given, stun_request& out) {
    reader value(given.value);
    if (given.type == change_request) {
        const auto flags = value.u32();
        out.change_address = (flags & change_address_flag) != 0;
        out.change_port = (flags & change_port_flag) != 0;
        return value.finish();
    }
    if (given.type == response_port) {
        out.response_port = value.u16();
        if (value.remaining() == 2) value.u16();
        return value.finish() && *out.response_port != 0;
    }
    return given.type == padding || given.type >= first_optional_attribute;
}

bool take_response_attribute(const attribute& given, std::optional<endpoint>& mapped, stun_response& out) {
    if (!is_understood_in_response(given.type)) return false;
    if (given.type == xor_mapped_address && !mapped) {
        mapped = read_address(given.value, address_mask(out.transaction));
        return mapped.has_value();
    }
    if (given.type == response_origin) out.origin = read_address(given.value, {});
    if (given.type == other_address) out.other = read_address(given.value, {});
    return true;
}

}  // namespace

bytes encode_stun_request(const stun_request& request) {
    writer attributes;
    if (request.change_address || request.change_port) {
        attributes.u16(change_request)
            .u16(4)
            .u32((request.change_address ? change_address_flag : 0) | (request.change_port ? change_port_flag : 0));
    }
    if (request.response_port) attributes.u16(response_port).u16(4).u16(*request.response_port).u16(0);
    std::string text(software_text);
    const auto used = header_size + attributes.data().size() + attribute_header_size;
    text.resize(std::max(text.size(), largest_response - used), ' ');
    attributes.u16(software).var(as_bytes(text));
    return message(binding_request, request.transaction, attributes.data());
}

bytes encode_stun_response(const stun_response& response) {
    writer attributes;
    attributes.u16(xor_mapped_address).var(address_value(response.mapped, address_mask(response.transaction)));
    if (response.origin) attributes.u16(response_origin).var(address_value(*response.origin, {}));
    if (response.other) attributes.u16(other_address).var(address_value(*response.other, {}));
    return message(binding_success, response.transaction, attributes.data());
}

bytes encode_stun_refusal(const stun_transaction& transaction) {
    constexpr std::uint32_t unknown_attribute = 4U << 8U | 20U;
    writer attributes;
    attributes.u16(error_code).u16(4).u32(unknown_attribute);
    return message(binding_error, transaction, attributes.data());
}

std::optional<stun_request> parse_stun_request(byte_view datagram) {
    reader in(datagram);
    const auto transaction = read_header(in, binding_request);
    if (!transaction) return std::nullopt;
    stun_request out{.transaction = *transaction};
    while (in.ok() && in.remaining() > 0) {
        if (!take_request_attribute(read_attribute(in), out)) return std::nullopt;
    }
    if (!in.finish()) return std::nullopt;
    return out;
}

std::optional<stun_response> parse_stun_response(byte_view datagram) {
    reader in(datagram);
    const auto transaction = read_header(in, binding_success);
    if (!transaction) return std::nullopt;
    stun_response out{.transaction = *transaction};
    std::optional<endpoint> mapped;
    while (in.ok() && in.remaining() > 0) {
        if (!take_response_attribute(read_attribute(in), mapped, out)) return std::nullopt;
    }
    if (!in.finish() || !mapped) return std::nullopt;
    out.mapped = *mapped;
    return out;
}

}  // namespace buri::wire
