#include "buri/wire/nat_pmp.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <array>

namespace buri::wire {
namespace {

constexpr std::uint8_t version = 0;
constexpr std::uint8_t response_bit = 0x80;

constexpr std::array<std::string_view, 6> sentences = {
    "success",          "NAT-PMP of another version", "not authorized", "no connection to the internet",
    "out of resources", "no mappings of this kind",
};

}  // namespace

std::string_view describe(nat_pmp_result code) {
    const auto number = static_cast<std::size_t>(code);
    return number < sentences.size() ? sentences[number] : "a reason that NAT-PMP does not have";
}

bytes encode_nat_pmp_address() {
    return {version, static_cast<std::uint8_t>(nat_pmp_opcode::address)};
}

bytes encode_nat_pmp_map(const nat_pmp_map_request& request) {
    writer out;
    out.u8(version).u8(static_cast<std::uint8_t>(request.opcode)).u16(0);
    out.u16(request.internal_port).u16(request.suggested_port).u32(request.lifetime);
    return out.take();
}

std::optional<nat_pmp_response> parse_nat_pmp(byte_view datagram) {
    reader in(datagram);
    const bool is_ours = in.u8() == version;
    const auto opcode = static_cast<std::uint8_t>(in.u8() ^ response_bit);
    nat_pmp_response out;
    out.opcode = static_cast<nat_pmp_opcode>(opcode);
    out.result = static_cast<nat_pmp_result>(in.u16());
    out.epoch = in.u32();
    if (!in.ok() || !is_ours || opcode > static_cast<std::uint8_t>(nat_pmp_opcode::map_tcp)) return std::nullopt;
    if (out.result != nat_pmp_result::success && in.finish()) return out;
    if (out.opcode == nat_pmp_opcode::address) {
        out.address = ip_address::v4(in.u32());
    } else {
        out.internal_port = in.u16();
        out.external_port = in.u16();
        out.lifetime = in.u32();
    }
    if (!in.finish()) return std::nullopt;
    return out;
}

}  // namespace buri::wire
