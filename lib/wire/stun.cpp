#include "buri/wire/stun.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <string_view>

namespace buri::wire {
namespace {

constexpr std::uint32_t magic_cookie = 0x2112a442U;
constexpr std::uint16_t binding_request = 0x0001;
constexpr std::uint16_t binding_success = 0x0101;
constexpr std::size_t attribute_header_size = 4;

constexpr std::uint16_t mapped_address = 0x0001;
constexpr std::uint16_t source_address = 0x0004;  // RFC 3489; some servers still send both
constexpr std::uint16_t changed_address = 0x0005;
constexpr std::uint16_t xor_mapped_address = 0x0020;
constexpr std::uint16_t first_optional_attribute = 0x8000;
constexpr std::uint16_t software = 0x8022;
constexpr std::uint8_t family_v4 = 1;
constexpr std::uint8_t family_v6 = 2;

/// With its attribute header this is as long as XOR-MAPPED-ADDRESS of IPv6.
constexpr std::string_view software_text = "Buri VPN STUN client";
static_assert(software_text.size() == 20);

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

std::optional<endpoint> read_xor_address(byte_view value, const stun_transaction& transaction) {
    reader in(value);
    in.u8();
    const auto family = in.u8();
    endpoint out;
    out.port = static_cast<std::uint16_t>(in.u16() ^ magic_cookie >> 16U);
    if (family == family_v4) {
        out.address = ip_address::v4(in.u32() ^ magic_cookie);
    } else if (family == family_v6) {
        auto raw = in.array<16>();
        const auto mask = address_mask(transaction);
        for (std::size_t i = 0; i < raw.size(); ++i)
            raw[i] ^= mask[i];
        out.address = ip_address::v6(raw);
    } else {
        return std::nullopt;
    }
    if (!in.finish() || out.port == 0) return std::nullopt;
    return out;
}

bool is_understood_in_response(std::uint16_t type) {
    return type >= first_optional_attribute || type == xor_mapped_address || type == mapped_address ||
           type == source_address || type == changed_address;
}

writer message(std::uint16_t type, std::size_t attributes, const stun_transaction& transaction) {
    writer out;
    out.u16(type).u16(static_cast<std::uint16_t>(attributes)).u32(magic_cookie).raw(transaction);
    return out;
}

}  // namespace

bytes encode_stun_request(const stun_transaction& transaction) {
    auto out = message(binding_request, attribute_header_size + software_text.size(), transaction);
    out.u16(software).var(as_bytes(software_text));
    return out.take();
}

bytes encode_stun_response(const stun_transaction& transaction, const endpoint& mapped) {
    writer value;
    value.u8(0).u8(mapped.address.is_v4() ? family_v4 : family_v6);
    value.u16(static_cast<std::uint16_t>(mapped.port ^ magic_cookie >> 16U));
    const auto mask = address_mask(transaction);
    const auto raw = mapped.address.network_bytes();
    for (std::size_t i = 0; i < raw.size(); ++i)
        value.u8(raw[i] ^ mask[i]);
    auto out = message(binding_success, attribute_header_size + value.data().size(), transaction);
    out.u16(xor_mapped_address).var(value.data());
    return out.take();
}

std::optional<stun_transaction> parse_stun_request(byte_view datagram) {
    reader in(datagram);
    const auto transaction = read_header(in, binding_request);
    while (transaction && in.ok() && in.remaining() > 0) {
        if (read_attribute(in).type < first_optional_attribute) return std::nullopt;
    }
    if (!in.finish()) return std::nullopt;
    return transaction;
}

std::optional<stun_response> parse_stun_response(byte_view datagram) {
    reader in(datagram);
    const auto transaction = read_header(in, binding_success);
    if (!transaction) return std::nullopt;
    std::optional<endpoint> mapped;
    while (in.ok() && in.remaining() > 0) {
        const auto [type, value] = read_attribute(in);
        if (!is_understood_in_response(type)) return std::nullopt;
        if (type != xor_mapped_address || mapped) continue;
        mapped = read_xor_address(value, *transaction);
        if (!mapped) return std::nullopt;
    }
    if (!in.finish() || !mapped) return std::nullopt;
    return stun_response{*transaction, *mapped};
}

}  // namespace buri::wire
