#include "buri/wire/datagram.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <algorithm>
#include <cassert>

namespace buri::wire {
namespace {

constexpr std::uint32_t tunnel_bit = 0x80000000U;
constexpr std::uint8_t last_epoch = 3;
constexpr std::uint8_t family_v4 = 4;
constexpr std::uint8_t family_v6 = 6;

bytes copy(byte_view from) {
    return {from.begin(), from.end()};
}

probe_ack read_probe_ack(reader& in) {
    probe_ack out;
    out.nonce = in.array<12>();
    const auto family = in.u8();
    out.seen.port = in.u16();
    if (family == family_v4) {
        out.seen.address = ip_address::v4(in.u32());
    } else if (family == family_v6) {
        out.seen.address = ip_address::v6(in.array<16>());
        if (out.seen.address.is_v4()) in.fail();  // an IPv4 address has one encoding only
    } else {
        in.fail();
    }
    return out;
}

template <typename Message>
Message read_exchange(reader& in, const suite_info& sizes) {
    Message out;
    out.epoch = in.u8();
    if (out.epoch > last_epoch) in.fail();
    out.nonce = copy(in.take(sizes.nonce_size));
    out.dh = copy(in.take(sizes.dh_size));
    if constexpr (requires { out.signature; }) out.signature = copy(in.var(max_signature));
    return out;
}

std::optional<clear_message> read_body(reader& in, clear_tag tag, const suite_info& sizes) {
    switch (tag) {
        case clear_tag::probe:
            return probe{in.array<12>()};
        case clear_tag::probe_ack:
            return read_probe_ack(in);
        case clear_tag::ke1:
            return read_exchange<ke1>(in, sizes);
        case clear_tag::ke2:
            return read_exchange<ke2>(in, sizes);
        case clear_tag::ke3:
            return read_exchange<ke3>(in, sizes);
    }
    return std::nullopt;
}

bool ends_with_mac(clear_tag tag, suite_id suite) {
    return tag == clear_tag::probe || tag == clear_tag::probe_ack || suite != suite_id::classic;
}

struct clear_encoder {
    writer& out;

    void operator()(const probe& message) const { tag(clear_tag::probe).raw(message.nonce); }
    void operator()(const probe_ack& message) const {
        tag(clear_tag::probe_ack).raw(message.nonce);
        out.u8(message.seen.address.is_v4() ? family_v4 : family_v6).u16(message.seen.port);
        out.raw(message.seen.address.network_bytes());
    }
    void operator()(const ke1& message) const { exchange(clear_tag::ke1, message); }
    void operator()(const ke2& message) const { exchange(clear_tag::ke2, message).var(message.signature); }
    void operator()(const ke3& message) const { exchange(clear_tag::ke3, message).var(message.signature); }

private:
    writer& tag(clear_tag value) const { return out.u8(static_cast<std::uint8_t>(value)); }
    template <typename Message>
    writer& exchange(clear_tag kind, const Message& message) const {
        return tag(kind).u8(message.epoch).raw(message.nonce).raw(message.dh);
    }
};

}  // namespace

datagram_kind classify(byte_view datagram) {
    if (datagram.empty()) return datagram_kind::unknown;
    const auto first_bits = datagram[0] >> 6U;
    if (first_bits == 0) return datagram_kind::stun;
    if (first_bits == 1) return datagram_kind::relay_control;
    const auto header = parse_datagram_header(datagram);
    if (!header) return datagram_kind::unknown;
    return header->id == 0 ? datagram_kind::tunnel_clear : datagram_kind::tunnel_sealed;
}

void write_datagram_header(const datagram_header& header, byte_span out) {
    assert(out.size() >= datagram_header_size);
    for (unsigned i = 0; i < 4; ++i) {
        out[i] = static_cast<std::uint8_t>(header.to.value >> (24 - 8 * i));
        out[4 + i] = static_cast<std::uint8_t>(header.id >> (24 - 8 * i));
    }
}

std::optional<clear_datagram> parse_clear_datagram(byte_view datagram, suite_id suite) {
    const auto header = parse_datagram_header(datagram);
    if (!header || header->id != 0 || (header->to.value & tunnel_bit) == 0 || header->to.epoch() != 0)
        return std::nullopt;
    reader in(datagram.subspan(datagram_header_size));
    const auto tag = static_cast<clear_tag>(in.u8());
    auto body = read_body(in, tag, describe(suite));
    if (!body) return std::nullopt;
    clear_datagram out{header->to, std::move(*body), {}, {}};
    if (ends_with_mac(tag, suite)) {
        out.mac = in.take(punch_mac_size);
        out.authenticated = datagram.first(datagram.size() - out.mac.size());
    }
    if (!in.finish()) return std::nullopt;
    return out;
}

bytes encode_clear_datagram(spi to, const clear_message& message, suite_id) {
    writer out;
    out.u32(to.base().value).u32(0);
    std::visit(clear_encoder{out}, message);
    return out.take();
}

bool has_punch_mac(const clear_message& message, suite_id suite) {
    return std::holds_alternative<probe>(message) || std::holds_alternative<probe_ack>(message) ||
           suite != suite_id::classic;
}

inner_kind classify_inner(byte_view plaintext) {
    if (plaintext.empty()) return inner_kind::keepalive;
    if (plaintext[0] >> 4U == 4) return inner_kind::ipv4;
    if (plaintext[0] >> 4U == 6) return inner_kind::ipv6;
    if (plaintext[0] == 0xe0) return inner_kind::ethernet;
    if (plaintext[0] == inner_control_byte) return inner_kind::control;
    return inner_kind::unknown;
}

}  // namespace buri::wire
