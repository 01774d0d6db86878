#include "tests/unit/core/control_by_hand.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

bytes from(byte_view value) {
    return {value.begin(), value.end()};
}

std::size_t nonce_size(suite_id suite) {
    return suite == suite_id::classic ? 128 : 32;
}

std::size_t dh_size(suite_id suite) {
    return suite == suite_id::classic ? 256 : 32;
}

bytes key_digest(suite_id suite, byte_view key) {
    if (suite == suite_id::classic) return from(crypto::sha1(key));
    return from(crypto::sha256(key));
}

crypto::direction_keys direction(byte_view cipher, byte_view mac, byte_view iv) {
    crypto::direction_keys out;
    std::ranges::copy(cipher, out.cipher.writable().begin());
    std::ranges::copy(mac, out.mac.writable().begin());
    std::ranges::copy(iv, out.iv.writable().begin());
    return out;
}

}  // namespace

bytes joined(std::initializer_list<byte_view> parts) {
    bytes out;
    for (const auto part : parts)
        append(out, part);
    return out;
}

bytes number(std::uint64_t value, std::size_t size) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[size - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
    return out;
}

bytes var(byte_view value) {
    return joined({number(value.size(), 2), value});
}

bytes clear_frame(byte_view payload) {
    return joined({number(payload.size() + 4, 4), number(0, 4), payload});
}

bytes field_taker::take(std::size_t size) {
    REQUIRE(rest_.size() >= size);
    bytes out(rest_.begin(), rest_.begin() + static_cast<long>(size));
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<long>(size));
    return out;
}

bytes field_taker::take_var() {
    const auto size = take(2);
    return take(std::size_t{size[0]} << 8U | size[1]);
}

hand_keys hand_keys::derive(suite_id suite, byte_view shared, byte_view ni, byte_view nr, byte_view helo_payload,
                            byte_view gr) {
    hand_keys out;
    out.suite = suite;
    if (suite == suite_id::classic) {
        const auto t1 = crypto::hmac_sha1(shared, joined({ni, nr, number(1, 1)}));
        const auto t2 = crypto::hmac_sha1(shared, joined({t1, ni, nr, number(2, 1)}));
        const auto t3 = crypto::hmac_sha1(shared, joined({t2, ni, nr, number(3, 1)}));
        field_taker keymat(joined({t1, t2, t3}));
        out.cipher_to_server = out.cipher_to_node = keymat.take(32);
        out.mac = keymat.take(20);
        return out;
    }
    const auto prk = crypto::hmac_sha256(joined({ni, nr}), shared);
    const auto info = joined({as_bytes("buri control"), crypto::sha256(joined({helo_payload, nr, gr}))});
    const auto t1 = crypto::hmac_sha256(prk, joined({info, number(1, 1)}));
    const auto t2 = crypto::hmac_sha256(prk, joined({t1, info, number(2, 1)}));
    const auto t3 = crypto::hmac_sha256(prk, joined({t2, info, number(3, 1)}));
    field_taker material(joined({t1, t2, t3}));
    out.cipher_to_server = material.take(32);
    out.cipher_to_node = material.take(32);
    out.iv_to_server = material.take(12);
    out.iv_to_node = material.take(12);
    return out;
}

bytes hand_keys::seal(bool to_server, std::uint32_t id, byte_view payload) const {
    const auto keys =
        direction(to_server ? cipher_to_server : cipher_to_node, mac, to_server ? iv_to_server : iv_to_node);
    const auto size = suite == suite_id::classic ? (payload.size() / 16 + 1) * 16 + 28 : payload.size() + 16;
    auto frame = joined({number(size + 4, 4), number(id, 4)});
    frame.resize(8 + size);
    const auto header = std::span<const std::uint8_t>(frame).first<8>();
    crypto::sealer(suite, keys).seal(header, payload, byte_span(frame).subspan(8));
    return frame;
}

std::optional<bytes> hand_keys::open(bool to_server, byte_view frame) const {
    const auto keys =
        direction(to_server ? cipher_to_server : cipher_to_node, mac, to_server ? iv_to_server : iv_to_node);
    auto copy = from(frame);
    const auto header = std::span<const std::uint8_t>(copy).first<8>();
    const auto payload = crypto::opener(suite, keys).open(header, byte_span(copy).subspan(8));
    if (!payload) return std::nullopt;
    return from(*payload);
}

hand_end::hand_end(suite_id which) : suite(which), own_nonce(nonce_size(which)) {
    random.fill(own_nonce);
}

bytes hand_end::helo(byte_view server_key) {
    ni = own_nonce;
    gi = from(ephemeral.public_value());
    const auto suite_byte = number(static_cast<std::uint8_t>(suite), 1);
    helo_payload = joined({number(0x01, 1), number(1, 1), suite_byte, var(key_digest(suite, server_key)), ni, gi});
    transcript = helo_payload;
    return clear_frame(helo_payload);
}

bool hand_end::take_helo_ok(byte_view frame, const crypto::public_key& server) {
    field_taker fields(frame);
    REQUIRE(fields.take(4) == number(frame.size() - 4, 4));
    REQUIRE(fields.take(4) == number(0, 4));
    REQUIRE(fields.take(1) == number(0x02, 1));
    nr = fields.take(nonce_size(suite));
    gr = fields.take(dh_size(suite));
    if (suite != suite_id::classic) {
        const auto key = fields.take_var();
        CHECK(key == server.blob());
        const auto signed_part = joined({number(0x02, 1), nr, gr, var(key)});
        const auto signature = fields.take_var();
        if (!server.verify(suite, signed_data("buri HELO OK", signed_part), signature)) return false;
    }
    CHECK(fields.is_empty());
    append(transcript, frame.subspan(8));
    keys = hand_keys::derive(suite, ephemeral.agree(gr)->view(), ni, nr, helo_payload, gr);
    return true;
}

void hand_end::take_helo(byte_view frame, byte_view server_key) {
    field_taker fields(frame);
    REQUIRE(fields.take(4) == number(frame.size() - 4, 4));
    REQUIRE(fields.take(4) == number(0, 4));
    helo_payload = from(frame.subspan(8));
    transcript = helo_payload;
    CHECK(fields.take(3) == joined({number(0x01, 1), number(1, 1), number(static_cast<std::uint8_t>(suite), 1)}));
    CHECK(fields.take_var() == key_digest(suite, server_key));
    ni = fields.take(nonce_size(suite));
    gi = fields.take(dh_size(suite));
    CHECK(fields.is_empty());
}

bytes hand_end::helo_ok(const crypto::identity_key& server) {
    nr = own_nonce;
    gr = from(ephemeral.public_value());
    auto payload = joined({number(0x02, 1), nr, gr});
    if (suite != suite_id::classic) {
        append(payload, var(server.public_part().blob()));
        signed_payload("buri HELO OK", payload, server);
        payload = bytes(transcript.begin() + static_cast<long>(helo_payload.size()), transcript.end());
    }
    keys = hand_keys::derive(suite, ephemeral.agree(gi)->view(), ni, nr, helo_payload, gr);
    return clear_frame(payload);
}

bytes hand_end::signed_data(std::string_view label, byte_view unsigned_payload) const {
    if (suite == suite_id::classic) {
        if (label == "buri AUTH") return joined({number(1, 1), ni, nr, gi, gr});
        return joined({nr, ni, gr, gi});
    }
    return joined({as_bytes(label), crypto::sha256(joined({transcript, unsigned_payload}))});
}

bytes hand_end::signed_payload(std::string_view label, byte_view unsigned_payload, const crypto::identity_key& key) {
    const auto signature = key.sign(suite, signed_data(label, unsigned_payload));
    auto payload = joined({unsigned_payload, var(signature)});
    append(transcript, payload);
    return payload;
}

}  // namespace buri::test::control
