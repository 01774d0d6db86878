// A tunnel without encryption, through both forwarders.
#include "tests/unit/dataplane/forwarder_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;
using buri::test::forwarder_fixture;

TEST_CASE("a packet without encryption is on the wire as it is, between its header and its tag") {
    forwarder_fixture pair(GENERATE(suite_id::aes, suite_id::chacha), crypto::secrecy::authenticated_only);
    forwarder_fixture encrypted(pair.suite);
    for (const std::size_t payload : {std::size_t{0}, std::size_t{64}, std::size_t{1360}, std::size_t{60000}}) {
        const auto packet = pair.packet_to_bob(payload);
        const auto datagram = pair.sealed(packet);
        REQUIRE(datagram.size() == 8 + packet.size() + 16);
        CHECK(datagram.size() == encrypted.sealed(packet).size());
        CHECK(std::ranges::equal(byte_view(datagram).subspan(8, packet.size()), packet));
        const auto got = pair.open(datagram);
        CHECK(got.message.what == inbound::kind::packet);
        CHECK(got.content == packet);
    }
}

TEST_CASE("dummies and control messages pass a tunnel without encryption") {
    forwarder_fixture pair(GENERATE(suite_id::aes, suite_id::chacha), crypto::secrecy::authenticated_only);
    const auto dummy = pair.open(pair.sealed_message({}));
    CHECK(dummy.message.what == inbound::kind::keepalive);
    CHECK(dummy.message.first_in_epoch);
    const bytes inner{0xf0, 0xa1, 0x61, 't', 0x61, 'x'};
    const auto control = pair.open(pair.sealed_message(inner));
    CHECK(control.message.what == inbound::kind::control);
    CHECK(control.content == inner);
}

TEST_CASE("a packet without encryption that was changed in any byte, cut or sent twice is dropped") {
    forwarder_fixture pair(GENERATE(suite_id::aes, suite_id::chacha), crypto::secrecy::authenticated_only);
    const auto good = pair.sealed(pair.packet_to_bob(20));
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] ^= 0x40U;
        INFO("byte " << at);
        CHECK(pair.open(bad).message.what == inbound::kind::dropped);
    }
    for (std::size_t size = 8; size < good.size(); ++size)
        CHECK(pair.opening_fails(bytes(good.begin(), good.begin() + static_cast<long>(size))) == drop_reason::forged);
    CHECK(pair.open(good).message.what == inbound::kind::packet);
    CHECK(pair.opening_fails(good) == drop_reason::replayed);
}

TEST_CASE("a packet without encryption that comes back to its sender is dropped") {
    forwarder_fixture pair(GENERATE(suite_id::aes, suite_id::chacha), crypto::secrecy::authenticated_only);
    auto back = pair.sealed(pair.packet_to_bob());
    CHECK(pair.alice_side.in.on_datagram(pair.alice.link.path, back).dropped == drop_reason::unknown_spi);
    wire::write_datagram_header({pair.alice.link.in, 1}, back);
    CHECK(pair.alice_side.in.on_datagram(pair.alice.link.path, back).dropped == drop_reason::forged);
}

TEST_CASE("an end that encrypts and one that does not take no packet of each other") {
    const auto suite = GENERATE(suite_id::aes, suite_id::chacha);
    forwarder_fixture plain(suite, crypto::secrecy::authenticated_only);
    forwarder_fixture encrypted(suite);  // the same seed, so the same keys
    CHECK(encrypted.opening_fails(plain.sealed(plain.packet_to_bob())) == drop_reason::forged);
    CHECK(plain.opening_fails(encrypted.sealed(encrypted.packet_to_bob())) == drop_reason::forged);
}
