#include "buri/core/tunnel/introduction.hpp"

#include "buri/wire/writer.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::uint32_t spi_top_bit = 0x80000000U;

bool is_tunnel_spi(spi value) {
    return (value.value & spi_top_bit) != 0 && value.epoch() == 0;
}

bytes labelled(std::string_view label, const crypto::sha256_digest& hash) {
    wire::writer out;
    out.raw(as_bytes(label)).raw(hash);
    return out.take();
}

/// Suite 1: the signer's nonce and DH value first. Every length is fixed, so the concatenation is unambiguous.
bytes classic_order(byte_view own_nonce, byte_view other_nonce, byte_view own_dh, byte_view other_dh) {
    wire::writer out;
    out.raw(own_nonce).raw(other_nonce).raw(own_dh).raw(other_dh);
    return out.take();
}

}  // namespace

result<introduction> introduction::from_offer(node_id own, const crypto::identity_key& own_key,
                                              const wire::tunnel_open& offer, std::span<const suite_id> suites) {
    if (!own || !offer.peer || !is_tunnel_spi(offer.in) || !is_tunnel_spi(offer.out) || offer.in == offer.out ||
        offer.punch.size() != punch_key_size) {
        return fail(errc::malformed,
                    "the server's introduction to a peer is malformed; update the server or this node");
    }
    const auto suite = suite_from_wire(offer.suite);
    if (!suite || std::ranges::find(suites, *suite) == suites.end()) {
        return fail(errc::suite_refused,
                    "the server offers a tunnel with a suite that this node does not allow; "
                    "see suites in config.toml");
    }
    const bool plain = offer.plain.value_or(false);
    if (plain && *suite == suite_id::classic) {
        return fail(errc::suite_refused,
                    "the server offers a tunnel without encryption in the suite classic, which has no such mode; "
                    "allow another suite in config.toml");
    }
    // A node that takes its own key for a peer's would agree on keys with its own reflection.
    if (offer.peer == own || std::ranges::equal(offer.key, own_key.public_part().blob())) {
        return fail(errc::key_unsuitable,
                    "the server offers this node's own key as a peer's; such a tunnel is refused");
    }
    auto peer_key = crypto::public_key::from_blob(offer.key);
    if (!peer_key) return fail(peer_key.error());
    if (!own_key.fits(*suite) || (*suite == suite_id::classic && peer_key->type() != crypto::key_type::rsa)) {
        return fail(errc::key_unsuitable,
                    "suite classic needs RSA keys on both sides; allow another suite or make an RSA key");
    }
    return introduction{own,      offer.peer,
                        offer.in, offer.out,
                        *suite,   plain,
                        false,    punch_key(std::span(offer.punch).first<punch_key_size>()),
                        &own_key, *std::move(peer_key)};
}

crypto::sha256_digest transcript_hash(const introduction& between, const exchange_values& values) {
    const bool initiates = between.is_initiator();
    const auto& own_blob = between.own_key->public_part().blob();
    const auto& peer_blob = between.peer_key.blob();
    wire::writer out;
    // Both modes seal an empty message alike: only here are ends told apart that disagree about encryption.
    constexpr unsigned plain_bit = 0x80;
    const unsigned mode = static_cast<unsigned>(between.suite) | (between.plain ? plain_bit : 0U);
    out.u8(static_cast<std::uint8_t>(mode)).u8(values.epoch);
    out.u32((initiates ? between.in : between.out).value).u32((initiates ? between.out : between.in).value);
    out.u32((initiates ? between.own : between.peer).value).u32((initiates ? between.peer : between.own).value);
    out.var(initiates ? own_blob : peer_blob).var(initiates ? peer_blob : own_blob);
    out.raw(between.punch.view());
    out.raw(values.nonce_initiator).raw(values.nonce_responder).raw(values.dh_initiator).raw(values.dh_responder);
    auto hashed = out.take();
    const auto hash = crypto::sha256(hashed);
    wipe(hashed);
    return hash;
}

bytes signed_in_ke2(const introduction& between, const exchange_values& values) {
    if (between.suite != suite_id::classic) return labelled("buri KE2", transcript_hash(between, values));
    return classic_order(values.nonce_responder, values.nonce_initiator, values.dh_responder, values.dh_initiator);
}

bytes signed_in_ke3(const introduction& between, const exchange_values& values) {
    if (between.suite != suite_id::classic) return labelled("buri KE3", transcript_hash(between, values));
    return classic_order(values.nonce_initiator, values.nonce_responder, values.dh_initiator, values.dh_responder);
}

}  // namespace buri::core
