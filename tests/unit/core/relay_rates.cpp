// How much a relay carries, and how much it takes to carry it.
#include "tests/unit/core/relay_world.hpp"

using namespace buri;
using namespace buri::test;

namespace {

const auto alice_at = udp("198.51.100.1:4000");
const auto bob_at = udp("203.0.113.2:5000", 1);
const auto alice_in = spi_of(1);
const auto bob_in = spi_of(2);
constexpr std::size_t full_size = 1400;

/// Bytes that go through when `way` sends a datagram every millisecond.
std::size_t bytes_through(relay_world& world, const path_address& way, spi to, duration time) {
    std::size_t through = 0;
    for (const auto until = world.now + time; world.now < until; world.now += 1ms)
        through += world.send(way, to, full_size) ? full_size : 0;
    return through;
}

}  // namespace

TEST_CASE("a node sends at its token's rate, after half a second at once") {
    relay_world world;
    world.bind(alice_at, 1, alice_in, 256);
    world.bind(bob_at, 2, bob_in);
    std::size_t at_once = 0;
    while (world.send(alice_at, bob_in, full_size))
        at_once += full_size;
    CHECK(at_once >= 16'000);
    CHECK(at_once < 16'000 + full_size);
    const auto through = bytes_through(world, alice_at, bob_in, 20s);
    CHECK(through <= 20 * 32'000 + full_size);
    CHECK(through >= 20 * 32'000 - full_size);
    CHECK(world.dropped(relay_drop::rate) == 1 + 20'000 - through / full_size);
}

TEST_CASE("one node's rate is not another's, and 0 is no limit") {
    relay_world world;
    world.bind(alice_at, 1, alice_in, 256);
    world.bind(bob_at, 2, bob_in, 0);
    bytes_through(world, alice_at, bob_in, 1s);
    CHECK(bytes_through(world, bob_at, alice_in, 5s) == 5'000 * full_size);
}

TEST_CASE("a rate is of the node, not of each of its bindings") {
    relay_world world;
    world.bind(bob_at, 2, bob_in);
    for (std::uint32_t i = 10; i < 20; ++i)
        world.bind(alice_at, 1, spi_of(i), 256);
    CHECK(bytes_through(world, alice_at, bob_in, 10s) <= 10 * 32'000 + 16'000 + full_size);
}

TEST_CASE("a node's newest token decides its rate") {
    relay_world world;
    world.bind(bob_at, 2, bob_in);
    world.bind(alice_at, 1, alice_in, 256);
    world.bind(alice_at, 1, spi_of(10), 0);
    CHECK(bytes_through(world, alice_at, bob_in, 1s) == 1'000 * full_size);
}

TEST_CASE("a datagram larger than half a second is carried, and paid for") {
    relay_world world;
    world.bind(bob_at, 2, bob_in);
    world.bind(alice_at, 1, alice_in, 8);
    CHECK(world.send(alice_at, bob_in, 2'000));
    CHECK_FALSE(world.send(alice_at, bob_in, 2'000));
    world.pass(1499ms);
    CHECK_FALSE(world.send(alice_at, bob_in, 2'000));
    world.pass(2ms);
    CHECK(world.send(alice_at, bob_in, 2'000));
}

TEST_CASE("a relay carries no more than its own limit") {
    auto settings = relay_world::settings();
    settings.max_kbit = 800;
    relay_world world(settings);
    world.bind(alice_at, 1, alice_in);
    world.bind(bob_at, 2, bob_in);
    CHECK(bytes_through(world, alice_at, bob_in, 10s) <= 1'050'000 + full_size);
}

TEST_CASE("a relay is full with its last binding") {
    auto settings = relay_world::settings();
    settings.max_bindings = 2;
    relay_world world(settings);
    world.bind(alice_at, 1, alice_in);
    CHECK_FALSE(world.relay.statistics(world.now).is_full);
    world.bind(bob_at, 2, bob_in);
    CHECK(world.relay.statistics(world.now).is_full);
}

TEST_CASE("a relay is full while it carries nine tenths of its limit") {
    auto settings = relay_world::settings();
    settings.max_kbit = 12'000;
    relay_world world(settings);
    world.bind(alice_at, 1, alice_in);
    world.bind(bob_at, 2, bob_in);
    bytes_through(world, alice_at, bob_in, 20s);
    CHECK(world.relay.statistics(world.now).kbit < 12'000);
    CHECK(world.relay.statistics(world.now).is_full);
    for (int i = 0; i < 4; ++i) {
        world.pass(5s);
        world.send(alice_at, bob_in, full_size);
        world.send(bob_at, alice_in, full_size);
    }
    CHECK_FALSE(world.relay.statistics(world.now).is_full);
}

TEST_CASE("the rate of late is of the last ten seconds") {
    relay_world world;
    world.bind(alice_at, 1, alice_in);
    world.bind(bob_at, 2, bob_in);
    bytes_through(world, alice_at, bob_in, 10s);
    CHECK(world.relay.statistics(world.now).kbit == 11'200);
    world.now += 10s;
    CHECK(world.relay.statistics(world.now).kbit == 0);
    bytes_through(world, alice_at, bob_in, 1s);
    world.now += 1min;
    CHECK(world.relay.statistics(world.now).kbit == 0);
}

TEST_CASE("what the socket did not take is not counted as sent") {
    relay_world world;
    world.bind(alice_at, 1, alice_in);
    world.bind(bob_at, 2, bob_in);
    world.send(alice_at, bob_in);
    world.send(alice_at, bob_in);
    world.relay.on_not_sent(1, sealed_size);
    const auto statistics = world.relay.statistics(world.now);
    CHECK(statistics.datagrams == 1);
    CHECK(statistics.bytes == sealed_size);
    CHECK(statistics.dropped(relay_drop::queue) == 1);
}

TEST_CASE("a train is carried as its datagrams are one by one, at every rate") {
    const auto kbit = GENERATE(0U, 100U, 1'000U, 5'000U);
    const auto of_all = GENERATE(0U, 700U);
    const std::size_t segment = 1'000;
    auto settings = relay_world::settings();
    settings.max_kbit = of_all;
    relay_world trains(settings);
    relay_world singles(settings);
    for (auto* const world : {&trains, &singles}) {
        world->bind(alice_at, 1, alice_in, kbit);
        world->bind(bob_at, 2, bob_in);
    }
    for (const std::size_t last : {1'000U, 8U, 500U, 999U}) {
        bytes train;
        for (int i = 0; i < 40; ++i)
            append(train, relay_world::sealed(bob_in, i == 39 ? last : segment));
        const auto slice = trains.relay.route(alice_at, train, segment, trains.now);
        CHECK(slice.bytes == train.size());
        std::size_t sent = 0;
        for (int i = 0; i < 40; ++i) {
            const auto size = i == 39 ? last : segment;
            if (singles.send(alice_at, bob_in, size)) sent += size;
        }
        CHECK(slice.sent == sent);
        CHECK(slice.to.has_value() == (sent > 0));
        trains.now += 50ms;
        singles.now += 50ms;
    }
    const auto one = trains.relay.statistics(trains.now);
    const auto other = singles.relay.statistics(singles.now);
    CHECK(one.datagrams == other.datagrams);
    CHECK(one.bytes == other.bytes);
    CHECK(one.drops == other.drops);
}

TEST_CASE("a slice of a train ends where the destination changes, or a datagram is none of a tunnel") {
    relay_world world;
    world.bind(alice_at, 1, alice_in);
    world.bind(bob_at, 2, bob_in);
    const std::size_t segment = 20;
    bytes train;
    for (const auto to : {bob_in, bob_in.with_epoch(3), bob_in.with_epoch(1), alice_in, spi{0x40000000}, bob_in})
        append(train, relay_world::sealed(to, segment));
    train.resize(train.size() + 7, 0xff);
    const auto sizes = [&](const path_address& from) {
        std::vector<std::size_t> out;
        for (std::size_t done = 0; done < train.size(); done += out.back())
            out.push_back(world.relay.route(from, byte_view(train).subspan(done), segment, world.now).bytes);
        return out;
    };
    CHECK(sizes(alice_at) == std::vector<std::size_t>{60, 20, 20, 20, 7});
    const auto statistics = world.relay.statistics(world.now);
    CHECK(statistics.datagrams == 5);
    CHECK(statistics.bytes == 100);
    CHECK(world.dropped(relay_drop::malformed) == 2);
    CHECK(sizes({endpoint{alice_at.at.address, 9}}) == std::vector<std::size_t>{60, 20, 20, 20, 7});
    CHECK(world.dropped(relay_drop::unbound_way) == 7);
    // A header that reaches into the next datagram is none.
    CHECK(world.relay.route(alice_at, byte_view(train).first(21), 7, world.now).bytes == 7);
    CHECK(world.dropped(relay_drop::malformed) == 3);
}
