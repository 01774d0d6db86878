#include "buri/wire/pcp.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

namespace buri::wire {
namespace {

constexpr std::uint8_t version = 2;
constexpr std::uint8_t announce_opcode = 0;
constexpr std::uint8_t map_opcode = 1;
constexpr std::uint8_t response_bit = 0x80;
/// RFC 6887 section 7: longer messages are invalid, and so are those that do not end on a word.
constexpr std::size_t max_size = 1100;

constexpr std::array<std::string_view, 14> sentences = {
    "success",
    "PCP of another version",
    "not authorized",
    "malformed request",
    "no mappings at all",
    "unsupported option",
    "malformed option",
    "no connection to the internet",
    "out of resources",
    "unsupported protocol",
    "too many mappings of this host",
    "the external port cannot be had",
    "another NAT lies between this host and the gateway",
    "too many remote peers",
};

void write_address(writer& out, const ip_address& address) {
    out.raw(address.v6_bytes());
}

bool read_options(reader& in) {
    while (in.ok() && in.remaining() > 0) {
        in.u8();
        in.u8();
        const std::size_t size = in.u16();
        in.take(size);
        in.take((4 - size % 4) % 4);
    }
    return in.finish();
}

}  // namespace

std::string_view describe(pcp_result code) {
    const auto number = static_cast<std::size_t>(code);
    return number < sentences.size() ? sentences[number] : "a reason that PCP does not have";
}

bytes encode_pcp_map(const pcp_map_request& request) {
    writer out;
    out.u8(version).u8(map_opcode).u16(0).u32(request.lifetime);
    write_address(out, request.client);
    out.raw(request.nonce).u8(request.protocol).u8(0).u16(0);
    out.u16(request.internal_port).u16(request.suggested.port);
    // "No suggestion" is written in the family of the mapping that is asked for.
    const bool has_suggestion = !request.suggested.address.is_unspecified();
    const auto any = request.client.is_v4() ? ip_address() : ip_address::v6({});
    write_address(out, has_suggestion ? request.suggested.address : any);
    return out.take();
}

std::optional<pcp_map_response> parse_pcp_map(byte_view datagram) {
    if (datagram.size() > max_size || datagram.size() % 4 != 0) return std::nullopt;
    reader in(datagram);
    const bool is_ours = in.u8() == version;
    const bool is_map = in.u8() == (map_opcode | response_bit);
    in.u8();
    pcp_map_response out;
    out.result = static_cast<pcp_result>(in.u8());
    out.lifetime = in.u32();
    out.epoch = in.u32();
    in.take(12);
    out.nonce = in.array<12>();
    out.protocol = in.u8();
    in.take(3);
    out.internal_port = in.u16();
    out.external.port = in.u16();
    out.external.address = ip_address::v6(in.array<16>());
    if (!is_ours || !is_map || !read_options(in)) return std::nullopt;
    return out;
}

std::optional<std::uint32_t> parse_pcp_announcement(byte_view datagram) {
    reader in(datagram);
    const bool is_ours = in.u8() == version;
    const bool is_announcement = in.u8() == (announce_opcode | response_bit);
    in.u8();
    const bool is_success = in.u8() == static_cast<std::uint8_t>(pcp_result::success);
    in.u32();
    const auto epoch = in.u32();
    in.take(12);
    if (!in.finish() || !is_ours || !is_announcement || !is_success) return std::nullopt;
    return epoch;
}

bool is_pcp_refused_by_version(byte_view datagram) {
    reader in(datagram);
    in.u8();
    const bool is_response = (in.u8() & response_bit) != 0;
    in.u8();
    // NAT-PMP's result is the u16 whose second byte this is.
    const bool is_refused = in.u8() == static_cast<std::uint8_t>(pcp_result::unsupported_version);
    return in.ok() && is_response && is_refused;
}

}  // namespace buri::wire
