#include "tests/unit/dataplane/forwarder_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;
using test::forwarder_fixture;

namespace {

suite_id each_suite() {
    return GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
}

/// What an authentic datagram must not have changed when it was refused.
struct observed {
    explicit observed(const forwarder_fixture& pair)
        : packets(pair.bob.link.statistics->received_packets),
          bytes_(pair.bob.link.statistics->received_bytes),
          newest(pair.bob.link.receive[0]->newest_id),
          confirmed(pair.bob.link.receive[0]->confirmed) {}
    bool operator==(const observed&) const = default;
    std::uint64_t packets;
    std::uint64_t bytes_;
    std::uint32_t newest;
    bool confirmed;
};

bytes clear_datagram(spi to, std::size_t body) {
    bytes out(wire::datagram_header_size + body, 0x31);
    wire::write_datagram_header({to, 0}, byte_span(out).first(wire::datagram_header_size));
    return out;
}

}  // namespace

TEST_CASE("only the peer's own IPv4 address passes as a source") {
    forwarder_fixture pair(each_suite());
    const auto own = pair.alice.self.value;
    std::vector<std::uint32_t> sources = {own ^ 1U, own + 1,     own ^ 0x80000000U, pair.bob.self.value,
                                          0,        0xffffffffU, 0x7f000001U};
    for (unsigned bit = 0; bit < 32; ++bit)
        sources.push_back(own ^ 1U << bit);
    for (int i = 0; i < 500; ++i)
        sources.push_back(pair.random.u32());
    std::uint64_t spoofed = 0;
    for (const auto source : sources) {
        if (source == own) continue;
        const auto got = pair.open(pair.sealed_message(test::v4_packet(ip_address::v4(source), pair.bob.v4(), 30)));
        CHECK(got.message.dropped == drop_reason::wrong_source);
        CHECK(got.message.what == inbound::kind::dropped);
        CHECK(got.content.empty());
        ++spoofed;
    }
    CHECK(pair.bob.link.statistics->dropped_source == spoofed);
    CHECK(pair.dropped_by_bob(drop_reason::wrong_source) == spoofed);
    CHECK(pair.open(pair.sealed(pair.packet_to_bob())).message.what == inbound::kind::packet);
}

TEST_CASE("only the peer's own IPv6 address passes as a source") {
    forwarder_fixture pair(each_suite());
    const auto own = pair.alice.v6().v6_bytes();
    std::vector<std::array<std::uint8_t, 16>> sources;
    for (std::size_t bit = 0; bit < 128; ++bit) {
        auto source = own;
        source[bit / 8] = static_cast<std::uint8_t>(source[bit / 8] ^ 1U << bit % 8);
        sources.push_back(source);
    }
    for (int i = 0; i < 500; ++i) {
        auto source = own;
        pair.random.fill(byte_span(source).subspan(pair.random.below(16)));
        if (source != own) sources.push_back(source);
    }
    sources.push_back(ip_address::parse("::100.64.0.1").value().v6_bytes());
    sources.push_back(pair.alice.v4().v6_bytes());
    for (const auto& source : sources) {
        const auto packet = test::v6_packet(ip_address::v6(source), pair.bob.v6(), 30);
        CHECK(pair.opening_fails(pair.sealed_message(packet)) == drop_reason::wrong_source);
    }
    CHECK(pair.bob.link.statistics->dropped_source == sources.size());
    CHECK(pair.open(pair.sealed(test::v6_packet(pair.alice.v6(), pair.bob.v6(), 30))).message.what ==
          inbound::kind::packet);
}

TEST_CASE("a packet for anybody else than this node is not written to its interface") {
    forwarder_fixture pair;
    for (const auto* text :
         {"100.64.0.1", "100.64.0.3", "255.255.255.255", "100.127.255.255", "224.0.0.251", "192.168.1.1"}) {
        const auto packet = test::v4_packet(pair.alice.v4(), ip_address::parse(text).value(), 30);
        CHECK(pair.opening_fails(pair.sealed_message(packet)) == drop_reason::wrong_destination);
    }
    for (const auto* text : {"ff02::1", "fe80::1", "::1", "fd12:3456:789a:bcde:0:1:6440:2", "::ffff:100.64.0.2"}) {
        const auto packet = test::v6_packet(pair.alice.v6(), ip_address::parse(text).value(), 30);
        CHECK(pair.opening_fails(pair.sealed_message(packet)) == drop_reason::wrong_destination);
    }
    CHECK(pair.bob.link.statistics->dropped_source == 0);
}

TEST_CASE("an inner packet whose lengths do not fit is dropped") {
    forwarder_fixture pair;
    for (const auto& packet : {pair.packet_to_bob(), test::v6_packet(pair.alice.v6(), pair.bob.v6(), 64)}) {
        for (std::size_t size = 1; size < packet.size(); ++size) {
            CHECK(pair.opening_fails(pair.sealed_message(byte_view(packet).first(size))) == drop_reason::not_ip);
        }
        auto longer = packet;
        longer.push_back(0);
        CHECK(pair.opening_fails(pair.sealed_message(longer)) == drop_reason::not_ip);
    }
}

TEST_CASE("a replayed datagram is refused, at once and much later") {
    forwarder_fixture pair(each_suite());
    const auto first = pair.sealed(pair.packet_to_bob());
    CHECK(pair.open(first).message.what == inbound::kind::packet);
    CHECK(pair.opening_fails(first) == drop_reason::replayed);
    for (int i = 0; i < 10'000; ++i)
        CHECK(pair.open(pair.sealed_message({})).message.what == inbound::kind::keepalive);
    CHECK(pair.opening_fails(first) == drop_reason::replayed);
    CHECK(pair.bob.link.statistics->dropped_replayed == 2);
    CHECK(pair.bob.link.statistics->received_packets == 10'001);
}

TEST_CASE("datagrams that overtake each other within the window all pass once, in any order") {
    forwarder_fixture pair(each_suite());
    constexpr std::uint32_t count = 1000;
    std::vector<bytes> datagrams;
    for (std::uint32_t i = 0; i < count; ++i)
        datagrams.push_back(pair.sealed(pair.packet_to_bob(i % 50)));
    for (std::uint32_t i = count - 1; i > 0; --i)
        std::swap(datagrams[i], datagrams[pair.random.below(i + 1)]);
    for (const auto& datagram : datagrams)
        CHECK(pair.open(datagram).message.what == inbound::kind::packet);
    for (const auto& datagram : datagrams)
        CHECK(pair.opening_fails(datagram) == drop_reason::replayed);
    CHECK(pair.bob.link.receive[0]->newest_id == count);
}

TEST_CASE("a datagram at the window's edge passes, one before it does not") {
    forwarder_fixture pair;
    std::vector<bytes> old;
    for (int i = 0; i < 2; ++i)
        old.push_back(pair.sealed_message({}));
    pair.alice.link.send->last_id = 1 + crypto::replay_window::size;
    CHECK(pair.open(pair.sealed_message({})).message.what == inbound::kind::keepalive);
    CHECK(pair.opening_fails(old[0]) == drop_reason::replayed);
    CHECK(pair.open(old[1]).message.what == inbound::kind::keepalive);
}

TEST_CASE("a forged datagram changes nothing, and the genuine one still passes after it") {
    forwarder_fixture pair(each_suite());
    const auto genuine = pair.sealed(pair.packet_to_bob(20));
    const observed before(pair);
    SECTION("cut short anywhere") {
        for (std::size_t size = 0; size < genuine.size(); ++size) {
            const auto got = pair.open(bytes(genuine.begin(), genuine.begin() + static_cast<std::ptrdiff_t>(size)));
            CHECK(got.message.what == inbound::kind::dropped);
            CHECK(got.content.empty());
            CHECK_FALSE(got.message.first_in_epoch);
            CHECK_FALSE(got.message.from_elsewhere);
        }
    }
    SECTION("any bit turned") {
        for (std::size_t bit = 0; bit < genuine.size() * 8; ++bit) {
            auto forged = genuine;
            forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ 1U << bit % 8);
            const auto got = pair.open(forged);
            if (got.message.what != inbound::kind::clear) CHECK(got.message.what == inbound::kind::dropped);
            CHECK_FALSE(got.message.first_in_epoch);
            CHECK_FALSE(got.message.from_elsewhere);
        }
    }
    SECTION("bytes appended") {
        auto longer = genuine;
        for (int i = 0; i < 40; ++i) {
            longer.push_back(0);
            CHECK(pair.opening_fails(longer) == drop_reason::forged);
        }
        CHECK(pair.bob.link.statistics->dropped_forged == 40);
    }
    SECTION("sealed by somebody with other keys") {
        forwarder_fixture stranger(pair.suite);
        stranger.random.u32();
        stranger.add_receive_keys(0);
        stranger.switch_send_keys(0);
        stranger.install();
        CHECK(pair.opening_fails(stranger.sealed(pair.packet_to_bob())) == drop_reason::forged);
    }
    CHECK(observed(pair) == before);
    const auto got = pair.open(genuine);
    CHECK(got.message.what == inbound::kind::packet);
    CHECK(got.message.first_in_epoch);
}

TEST_CASE("an id past the limit of a key is refused even if it is authentic") {
    forwarder_fixture pair(each_suite());
    crypto::sealer seal(pair.suite, pair.to_bob[0]);
    for (const auto id : {max_message_id, max_message_id + 1, 0x80000000U, 0xffffffffU}) {
        bytes datagram(wire::datagram_header_size + crypto::sealed_size(pair.suite, 0));
        const auto header = byte_span(datagram).first<wire::datagram_header_size>();
        wire::write_datagram_header({pair.bob.link.in, id}, header);
        seal.seal(header, {}, byte_span(datagram).subspan(header.size()));
        const auto expected = id <= max_message_id ? inbound::kind::keepalive : inbound::kind::dropped;
        CHECK(pair.open(datagram).message.what == expected);
    }
    CHECK(pair.bob.link.receive[0]->newest_id == max_message_id);
}

TEST_CASE("old and new keys are read side by side during a rekey, and each epoch is confirmed once") {
    forwarder_fixture pair(each_suite());
    const auto old = pair.sealed(pair.packet_to_bob());
    const auto older = pair.sealed(pair.packet_to_bob());
    pair.add_receive_keys(1);
    pair.install();
    CHECK(pair.open(older).message.first_in_epoch);

    pair.switch_send_keys(1);
    pair.install();
    const auto fresh = pair.open(pair.sealed(pair.packet_to_bob()));
    CHECK(fresh.message.what == inbound::kind::packet);
    CHECK(fresh.message.first_in_epoch);
    CHECK(fresh.message.in == pair.bob.link.in.with_epoch(1));
    const auto late = pair.open(old);
    CHECK(late.message.what == inbound::kind::packet);
    CHECK_FALSE(late.message.first_in_epoch);
    CHECK(late.message.in == pair.bob.link.in);

    pair.bob.link.receive[0].reset();
    pair.install();
    CHECK(pair.opening_fails(older) == drop_reason::unknown_epoch);
    CHECK_FALSE(pair.open(pair.sealed(pair.packet_to_bob())).message.first_in_epoch);
    CHECK(pair.dropped_by_bob(drop_reason::unknown_epoch) == 1);
}

TEST_CASE("a datagram does not pass under another epoch of its tunnel") {
    forwarder_fixture pair(each_suite());
    for (std::uint8_t epoch = 1; epoch < 4; ++epoch)
        pair.add_receive_keys(epoch);
    pair.install();
    auto datagram = pair.sealed(pair.packet_to_bob());
    for (std::uint8_t epoch = 1; epoch < 4; ++epoch) {
        datagram[3] = static_cast<std::uint8_t>((datagram[3] & ~3U) | epoch);
        CHECK(pair.opening_fails(datagram) == drop_reason::forged);
    }
}

TEST_CASE("an authentic message from another address says so, whatever is in it") {
    forwarder_fixture pair;
    const auto elsewhere = parse_endpoint("[2001:db8::7]:4000").value();
    CHECK_FALSE(pair.open(pair.sealed_message({})).message.from_elsewhere);
    CHECK(pair.open(pair.sealed_message({}), elsewhere).message.from_elsewhere);
    const auto spoofed = test::v4_packet(pair.bob.v4(), pair.bob.v4(), 0);
    const auto got = pair.open(pair.sealed_message(spoofed), elsewhere);
    CHECK(got.message.dropped == drop_reason::wrong_source);
    CHECK(got.message.from_elsewhere);
}

TEST_CASE("a message is told apart by its first byte") {
    forwarder_fixture pair;
    for (unsigned first = 0; first < 256; ++first) {
        const bytes plaintext = {static_cast<std::uint8_t>(first), 0xa0};
        const auto got = pair.open(pair.sealed_message(plaintext));
        const auto version = first >> 4U;
        if (first == wire::inner_control_byte) {
            CHECK(got.message.what == inbound::kind::control);
            CHECK(got.content == plaintext);
        } else if (version == 4 || version == 6) {
            CHECK(got.message.dropped == drop_reason::not_ip);
        } else {
            CHECK(got.message.dropped == drop_reason::unknown_kind);
        }
    }
}

TEST_CASE("clear datagrams for a known tunnel, STUN and relay control go to control as they are; no others do") {
    forwarder_fixture pair;
    const auto known = clear_datagram(pair.bob.link.in, 29);
    const auto got = pair.open(known);
    CHECK(got.message.what == inbound::kind::clear);
    CHECK(got.content == known);
    CHECK(got.message.in == pair.bob.link.in);
    CHECK(pair.open(bytes(20)).message.what == inbound::kind::clear);
    CHECK(pair.opening_fails(clear_datagram(pair.bob.link.in.with_epoch(2), 29)) == drop_reason::unknown_epoch);
    CHECK(pair.opening_fails(clear_datagram(spi{0x80000004}, 29)) == drop_reason::unknown_spi);
    auto relay = known;
    relay[0] = 0x40;
    CHECK(pair.open(relay).message.what == inbound::kind::clear);
    for (std::size_t size = 0; size < wire::datagram_header_size; ++size)
        CHECK(pair.open(bytes(size, 0x90)).message.what == inbound::kind::dropped);
}

TEST_CASE("random datagrams for a known tunnel never open") {
    forwarder_fixture pair(each_suite());
    for (int i = 0; i < 5000; ++i) {
        bytes datagram(wire::datagram_header_size + pair.random.below(200));
        pair.random.fill(datagram);
        const auto header = byte_span(datagram).first(wire::datagram_header_size);
        wire::write_datagram_header({pair.bob.link.in, pair.random.u32()}, header);
        const auto got = pair.open(datagram);
        CHECK(got.message.what != inbound::kind::packet);
        CHECK_FALSE(got.message.first_in_epoch);
    }
}
