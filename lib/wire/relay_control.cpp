#include "buri/wire/relay_control.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

namespace buri::wire {
namespace {

constexpr std::uint32_t magic = 0x42555249U;  // "BURI"
constexpr std::uint8_t token_version = 1;
constexpr std::string_view token_label = "buri relay token";

relay_message read_body(reader& in, relay_tag tag) {
    switch (tag) {
        case relay_tag::bind: {
            relay_bind out;
            out.cookie = in.array<8>();
            const auto token = in.var(relay_token_size);
            out.token.assign(token.begin(), token.end());
            return out;
        }
        case relay_tag::bind_ok: {
            relay_bind_ok out;
            out.bound = spi{in.u32()};
            out.seconds = in.u16();
            return out;
        }
        case relay_tag::bind_err: {
            relay_bind_err out;
            out.refused = spi{in.u32()};
            out.code = in.u16();
            return out;
        }
        case relay_tag::ping: {
            relay_ping out;
            out.nonce = in.array<8>();
            if (in.array<12>() != std::array<std::uint8_t, 12>{}) in.fail();
            return out;
        }
        case relay_tag::pong: {
            relay_pong out;
            out.nonce = in.array<8>();
            out.cookie = in.array<8>();
            out.bindings = in.u32();
            return out;
        }
    }
    in.fail();
    return relay_ping{};
}

writer& write_claims(writer& out, const relay_token& token) {
    return out.u8(token_version)
        .u32(token.relay)
        .u32(token.node.value)
        .u32(token.in.value)
        .u32(token.kbit)
        .u64(token.expires);
}

}  // namespace

std::optional<relay_message> parse_relay_message(byte_view datagram) {
    reader in(datagram);
    if (in.u32() != magic) return std::nullopt;
    auto message = read_body(in, static_cast<relay_tag>(in.u8()));
    if (!in.finish()) return std::nullopt;
    return message;
}

bytes encode(const relay_message& message) {
    writer out;
    out.u32(magic);
    const auto tagged = [&](relay_tag tag) -> writer& { return out.u8(static_cast<std::uint8_t>(tag)); };
    std::visit(
        overloaded{
            [&](const relay_bind& it) { tagged(relay_tag::bind).raw(it.cookie).var(it.token); },
            [&](const relay_bind_ok& it) { tagged(relay_tag::bind_ok).u32(it.bound.value).u16(it.seconds); },
            [&](const relay_bind_err& it) { tagged(relay_tag::bind_err).u32(it.refused.value).u16(it.code); },
            [&](const relay_ping& it) { tagged(relay_tag::ping).raw(it.nonce).raw(std::array<std::uint8_t, 12>{}); },
            [&](const relay_pong& it) { tagged(relay_tag::pong).raw(it.nonce).raw(it.cookie).u32(it.bindings); },
        },
        message);
    return out.take();
}

bytes signed_part(const relay_token& token) {
    writer out;
    out.raw(as_bytes(token_label));
    write_claims(out, token);
    return out.take();
}

bytes with_signature(const relay_token& token, byte_view signature) {
    writer out;
    write_claims(out, token).raw(signature);
    return out.take();
}

std::optional<signed_relay_token> parse_relay_token(byte_view token) {
    reader in(token);
    signed_relay_token out;
    const bool is_known = in.u8() == token_version;
    out.claims.relay = in.u32();
    out.claims.node = node_id{in.u32()};
    out.claims.in = spi{in.u32()};
    out.claims.kbit = in.u32();
    out.claims.expires = in.u64();
    out.signature = in.take(relay_signature_size);
    if (!in.finish() || !is_known) return std::nullopt;
    out.signed_bytes = signed_part(out.claims);
    return out;
}

}  // namespace buri::wire
