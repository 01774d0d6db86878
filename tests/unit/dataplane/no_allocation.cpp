// Counts what this thread takes from the heap while packets pass.
#include "buri/dataplane/channel_set.hpp"
#include "buri/dataplane/too_big.hpp"
#include "buri/dataplane/waiting_packets.hpp"
#include "tests/unit/dataplane/channel_fixture.hpp"
#include "tests/unit/dataplane/forwarder_fixture.hpp"
#include "tests/unit/dataplane/tcp_packet.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t allocations = 0;

void* counted(std::size_t size) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_throw(std::size_t size) {
    if (void* const out = counted(size)) return out;
    throw std::bad_alloc();
}

}  // namespace

// All forms, since a sanitizer brings its own of those that are missing.
void* operator new(std::size_t size) {
    return counted_or_throw(size);
}
void* operator new[](std::size_t size) {
    return counted_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}

using namespace buri;
using namespace buri::dataplane;

TEST_CASE("10,000 packets pass both forwarders without one allocation") {
    using crypto::secrecy;
    const auto [suite, kept] = GENERATE(table<suite_id, secrecy>({{suite_id::classic, secrecy::encrypted},
                                                                  {suite_id::aes, secrecy::encrypted},
                                                                  {suite_id::chacha, secrecy::encrypted},
                                                                  {suite_id::aes, secrecy::authenticated_only},
                                                                  {suite_id::chacha, secrecy::authenticated_only}}));
    test::forwarder_fixture pair(suite, kept);
    const auto packet = pair.packet_to_bob(1360);
    const auto stray = test::v4_packet(pair.alice.v4(), ip_address::v4(1), 1360);
    const auto elsewhere = parse_endpoint("198.51.100.1:5000").value();
    bytes given(packet.size());
    bytes sealed(room_for(packet.size()));
    std::uint64_t passed = 0;
    std::uint64_t refused = 0;

    const auto before = allocations;
    for (int i = 0; i < 10'000; ++i) {
        std::ranges::copy(packet, given.begin());
        const auto ready = pair.alice_side.on_packet(given, sealed);
        const auto datagram = byte_span(sealed).first(ready.sealed.datagram.size());
        // Every third comes from another address, every fifth is forged, every seventh of the others is sent again.
        if (i % 5 == 0) datagram.back() ^= 1U;
        const auto got = pair.bob_side.in.on_datagram(i % 3 == 0 ? elsewhere : pair.bob.link.path, datagram);
        (got.what == inbound::kind::packet ? passed : refused) += 1;
        if (i % 7 == 0) (void)pair.bob_side.in.on_datagram(elsewhere, datagram);
        std::ranges::copy(stray, given.begin());
        (void)pair.alice_side.on_packet(given, sealed);
    }
    const auto taken = allocations - before;

    CHECK(taken == 0);
    CHECK(passed == 8000);
    CHECK(refused == 2000);
    const auto counted = allocations;
    CHECK(std::make_unique<int>(1) != nullptr);
    CHECK(allocations > counted);
}

TEST_CASE("packets of all sizes, and connections, pass a path whose size is known without one allocation") {
    test::forwarder_fixture pair;
    pair.alice.link.mtu = pair.bob.link.mtu = 1300;
    pair.install();
    const auto begin = test::tcp_packet(true, 0x02, test::mss_option(1460), 0);
    const auto large = test::v6_packet(pair.alice.v6(), pair.bob.v6(), 1400);
    bytes given(large.size());
    bytes sealed(room_for(large.size()));
    bytes answer(max_too_big_size);
    std::uint64_t passed = 0;
    const auto before = allocations;
    for (int i = 0; i < 1000; ++i) {
        for (const auto packet : {byte_view(begin), byte_view(large)}) {
            std::ranges::copy(packet, given.begin());
            const auto ready = pair.alice_side.on_packet(byte_span(given).first(packet.size()), sealed);
            if (ready.dropped() == drop_reason::over_mtu) (void)write_too_big(packet, ready.to.mtu, answer);
            if (ready.dropped() != drop_reason::none) continue;
            const auto datagram = byte_span(sealed).first(ready.sealed.datagram.size());
            passed +=
                pair.bob_side.in.on_datagram(pair.bob.link.path, datagram).what == inbound::kind::packet ? 1U : 0U;
        }
    }
    CHECK(allocations == before);
    CHECK(passed == 1000);
}

TEST_CASE("datagrams pass channels without one allocation") {
    test::open_channels set;
    const test::bound_socket bound;
    test::stream_pair stream;
    REQUIRE(set.add({1, bound.fd, std::nullopt}));
    REQUIRE(set.add({2, stream.mine, test::loopback_endpoint}));
    const bytes datagram(1400);
    bytes into(2000);
    const udp::send_options how{test::loopback, std::uint8_t{9}, true};
    int received = 0;
    const auto before = allocations;
    for (int i = 0; i < 1000; ++i) {
        (void)set.send({1, bound.where}, datagram, how);
        (void)stream.send(datagram);
        (void)set.send({3, bound.where}, datagram, how);
        while (set.receive(into))
            ++received;
    }
    CHECK(allocations == before);
    CHECK(received >= 1000);
}

TEST_CASE("a stream of packets to a sleeping peer does not take memory for each") {
    waiting_packets waiting;
    const bytes packet(1400);
    const node_id peer{1};
    for (int i = 0; i < 100; ++i)
        waiting.add(peer, packet, time_point{});
    const auto before = allocations;
    for (int i = 0; i < 10'000; ++i)
        waiting.add(peer, packet, time_point{std::chrono::milliseconds(i)});
    CHECK(allocations == before);
}
