// What a relay refuses, and what that costs it.
#include "tests/unit/core/relay_world.hpp"

using namespace buri;
using namespace buri::test;

namespace {

const auto alice_at = udp("198.51.100.1:4000");
const auto bob_at = udp("203.0.113.2:5000", 1);
const auto alice_in = spi_of(1);
const auto bob_in = spi_of(2);

}  // namespace

TEST_CASE("a cookie counts from the address that it was given to, and nowhere else") {
    relay_world world;
    const auto token = relay_world::sign(world.claims(1, alice_in));
    const auto cookie = world.cookie(alice_at);
    CHECK(world.bind(udp("198.51.100.1:4001"), token, cookie) == errc::out_of_order);
    CHECK(world.bind(udp("198.51.100.2:4000"), token, cookie) == errc::out_of_order);
    CHECK(world.bind(udp("[2001:db8::1]:4000"), token, cookie) == errc::out_of_order);
    CHECK(world.bind(alice_at, token, {}) == errc::out_of_order);
    CHECK(world.dropped(relay_drop::cookie) == 4);
    CHECK(world.relay.statistics(world.now).nodes == 0);
    CHECK_FALSE(world.bind(alice_at, token, cookie));
}

TEST_CASE("every bit of a cookie counts") {
    relay_world world;
    const auto token = relay_world::sign(world.claims(1, alice_in));
    const auto cookie = world.cookie(alice_at);
    for (std::size_t bit = 0; bit < 64; ++bit) {
        auto other = cookie;
        other[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        CHECK(world.bind(alice_at, token, other) == errc::out_of_order);
    }
}

TEST_CASE("a cookie lasts two minutes at least and four at most") {
    const auto token_of = [](const relay_world& world) { return relay_world::sign(world.claims(1, alice_in)); };
    for (const auto given_after : {0s, 60s, 119s}) {
        relay_world world;
        world.pass(given_after);
        const auto cookie = world.cookie(alice_at);
        world.pass(2min);
        CHECK_FALSE(world.bind(alice_at, token_of(world), cookie));
        world.pass(2min);
        CHECK(world.bind(alice_at, token_of(world), cookie) == errc::out_of_order);
    }
}

TEST_CASE("a cookie lasts no longer when its secret was replaced late") {
    relay_world world;
    const auto cookie = world.cookie(alice_at);
    world.pass(4min - 1s);
    world.cookie(bob_at);
    world.pass(1s);
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, alice_in)), cookie) == errc::out_of_order);
}

TEST_CASE("a cookie from long ago does not count, though nothing happened meanwhile") {
    relay_world world;
    const auto cookie = world.cookie(alice_at);
    world.now += 5min;
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, alice_in)), cookie) == errc::out_of_order);
}

TEST_CASE("a forged token binds nothing, whichever bit was changed") {
    relay_world world;
    auto settings = relay_world::settings();
    settings.checks_of_network = {10'000, 10'000};
    settings.checks_of_all = {10'000, 10'000};
    world.relay = core::relay(settings, world.random(), world.now);
    const auto token = relay_world::sign(world.claims(1, alice_in));
    const auto cookie = world.cookie(alice_at);
    for (std::size_t bit = 0; bit < 8 * token.size(); ++bit) {
        auto forged = token;
        forged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO("bit " << bit);
        CHECK(world.bind(alice_at, forged, cookie));
    }
    CHECK(world.relay.statistics(world.now).nodes == 0);
    CHECK_FALSE(world.bind(alice_at, token, cookie));
}

TEST_CASE("a token that was cut or made longer is no token") {
    relay_world world;
    auto token = relay_world::sign(world.claims(1, alice_in));
    const auto cookie = world.cookie(alice_at);
    for (std::size_t size = 0; size < token.size(); ++size)
        CHECK(world.bind(alice_at, bytes(token.begin(), token.begin() + std::ptrdiff_t(size)), cookie) ==
              errc::malformed);
    token.push_back(0);
    CHECK_FALSE(world.control(alice_at, wire::relay_bind{cookie, token}));
}

TEST_CASE("a token of another server, of another relay, or past its end binds nothing") {
    relay_world world;
    seeded_random random(5);
    const auto other_server = crypto::identity_key::generate_ed25519(random);
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, alice_in), other_server)) ==
          errc::relay_token_invalid);
    auto other_relay = world.claims(1, alice_in);
    other_relay.relay = relay_number + 1;
    CHECK(world.bind(alice_at, relay_world::sign(other_relay)) == errc::relay_token_invalid);
    auto over = world.claims(1, alice_in);
    over.expires = world.wall_seconds();
    CHECK(world.bind(alice_at, relay_world::sign(over)) == errc::relay_token_invalid);
    over.expires = 0;
    CHECK(world.bind(alice_at, relay_world::sign(over)) == errc::relay_token_invalid);
    CHECK(world.dropped(relay_drop::token) == 4);
    CHECK(world.relay.statistics(world.now).nodes == 0);
}

TEST_CASE("a token for nobody, or for what is no tunnel's SPI, binds nothing") {
    relay_world world;
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(0, alice_in))) == errc::relay_token_invalid);
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, alice_in.with_epoch(2)))) ==
          errc::relay_token_invalid);
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, {0x42555248U}))) == errc::relay_token_invalid);
}

TEST_CASE("a token that was refreshed counts for no longer than it says") {
    relay_world world;
    auto brief = world.claims(1, alice_in);
    brief.expires = world.wall_seconds() + 30;
    const auto token = relay_world::sign(brief);
    REQUIRE_FALSE(world.bind(alice_at, token));
    world.pass(29s);
    CHECK_FALSE(world.bind(alice_at, token));
    world.pass(1s);
    CHECK(world.bind(alice_at, token) == errc::relay_token_invalid);
    CHECK_FALSE(world.relay.bound(alice_in, world.now));
}

TEST_CASE("no answer to what nobody proved is larger than it, and there is only one") {
    relay_world world;
    seeded_random random(99);
    for (int i = 0; i < 20'000; ++i) {
        bytes datagram{0x42, 0x55, 0x52, 0x49, static_cast<std::uint8_t>(random.below(8))};
        datagram.resize(datagram.size() + random.below(120));
        random.fill(byte_span(datagram).subspan(5));
        if (random.below(2) == 0) datagram.resize(25);
        if (random.below(2) == 0) std::fill(datagram.begin() + 5, datagram.end(), std::uint8_t{0});
        if (random.below(4) == 0) {
            // A BIND as long as one is, with a token that has the right form.
            datagram =
                wire::encode(wire::relay_bind{{}, relay_world::sign(world.claims(random.u32(), {random.u32()}))});
        }
        const auto answer = world.relay.on_control(alice_at, datagram, world.now, world.wall());
        if (answer) CHECK(answer->size() <= datagram.size());
        CHECK_FALSE(world.relay.route(alice_at, datagram, world.now));
    }
    CHECK(world.relay.statistics(world.now).nodes == 0);
}

TEST_CASE("a relay answers no answers") {
    relay_world world;
    CHECK_FALSE(world.control(alice_at, wire::relay_pong{}));
    CHECK_FALSE(world.control(alice_at, wire::relay_bind_ok{alice_in, 60}));
    CHECK_FALSE(world.control(alice_at, wire::relay_bind_err{alice_in, 1}));
    CHECK(world.dropped(relay_drop::malformed) == 3);
}

TEST_CASE("a network may have so many signatures checked, and others are not held up") {
    relay_world world;
    const auto forged = [&](std::uint32_t number) {
        auto token = relay_world::sign(world.claims(1, spi_of(number)));
        token.back() ^= 1U;
        return token;
    };
    std::size_t checked = 0;
    for (std::uint32_t i = 0; i < 400; ++i)
        checked += world.bind(alice_at, forged(i)) == errc::relay_token_invalid ? 1U : 0U;
    CHECK(checked == 256);
    CHECK(world.bind(udp("198.51.100.200:1"), forged(1)) == errc::too_many_requests);
    CHECK(world.bind(udp("198.51.101.1:1"), forged(1)) == errc::relay_token_invalid);
    world.pass(1s);
    checked = 0;
    for (std::uint32_t i = 0; i < 400; ++i)
        checked += world.bind(alice_at, forged(i)) == errc::relay_token_invalid ? 1U : 0U;
    CHECK(checked == 64);
}

TEST_CASE("an IPv6 network is a /64") {
    auto settings = relay_world::settings();
    settings.checks_of_network = {1, 1};
    relay_world world(settings);
    const auto token = [&](std::uint32_t number) { return relay_world::sign(world.claims(number, spi_of(number))); };
    CHECK_FALSE(world.bind(udp("[2001:db8:0:1::1]:1"), token(1)));
    CHECK(world.bind(udp("[2001:db8:0:1:ffff::2]:1"), token(2)) == errc::too_many_requests);
    CHECK_FALSE(world.bind(udp("[2001:db8:0:2::1]:1"), token(3)));
}

TEST_CASE("all networks together have so many signatures checked") {
    auto settings = relay_world::settings();
    settings.checks_of_all = {3, 3};
    relay_world world(settings);
    for (std::uint32_t i = 1; i <= 5; ++i) {
        const path_address way{0, endpoint{ip_address::v4(0xc6336401U + (i << 8U)), 4000}};
        const auto refusal = world.bind(way, relay_world::sign(world.claims(i, spi_of(i))));
        CHECK(refusal == (i <= 3 ? std::nullopt : std::optional(errc::too_many_requests)));
    }
}

TEST_CASE("a token that is bound is not checked again: refreshing and roaming cost no signature") {
    auto settings = relay_world::settings();
    settings.checks_of_all = {1, 1};
    relay_world world(settings);
    const auto token = relay_world::sign(world.claims(1, alice_in));
    REQUIRE_FALSE(world.bind(alice_at, token));
    CHECK_FALSE(world.bind(alice_at, token));
    CHECK_FALSE(world.bind(udp("192.0.2.9:9"), token));
    CHECK(world.relay.bound(alice_in, world.now) == udp("192.0.2.9:9"));
    CHECK(world.bind(bob_at, relay_world::sign(world.claims(2, bob_in))) == errc::too_many_requests);
}

TEST_CASE("a node has so many bindings, and so has the relay; what is bound can be refreshed") {
    auto settings = relay_world::settings();
    settings.max_bindings_of_node = 3;
    settings.max_bindings = 5;
    relay_world world(settings);
    for (std::uint32_t i = 1; i <= 3; ++i)
        world.bind(alice_at, 1, spi_of(i));
    CHECK(world.bind(alice_at, relay_world::sign(world.claims(1, spi_of(4)))) == errc::relay_full);
    world.bind(bob_at, 2, spi_of(11));
    world.bind(bob_at, 2, spi_of(12));
    CHECK(world.bind(bob_at, relay_world::sign(world.claims(2, spi_of(13)))) == errc::relay_full);
    world.bind(alice_at, 1, spi_of(2));
    CHECK(world.dropped(relay_drop::full) == 2);
    CHECK(world.relay.statistics(world.now).bindings == 5);
    world.pass(61s);
    world.bind(bob_at, 2, spi_of(13));
}

TEST_CASE("a binding of a node that is full gives way to one that ends an hour later or more") {
    auto settings = relay_world::settings();
    settings.max_bindings_of_node = 3;
    relay_world world(settings);
    const auto lasting = [&](std::uint32_t number, std::chrono::minutes time) {
        auto claims = world.claims(1, spi_of(number));
        claims.expires = world.wall_seconds() + static_cast<std::uint64_t>(std::chrono::seconds(time).count());
        return relay_world::sign(claims);
    };
    CHECK_FALSE(world.bind(alice_at, lasting(1, 90min)));
    CHECK_FALSE(world.bind(alice_at, lasting(2, 60min)));
    CHECK_FALSE(world.bind(alice_at, lasting(3, 95min)));
    CHECK(world.bind(alice_at, lasting(4, 119min)) == errc::relay_full);
    auto forged = lasting(5, 120min);
    forged.back() ^= 1U;
    CHECK(world.bind(alice_at, forged) == errc::relay_token_invalid);
    CHECK(world.ping(alice_at).bindings == 3);
    CHECK_FALSE(world.bind(alice_at, lasting(5, 120min)));
    CHECK(world.ping(alice_at).bindings == 3);
    CHECK_FALSE(world.relay.bound(spi_of(2), world.now));
    CHECK(world.relay.bound(spi_of(5), world.now) == alice_at);
    CHECK(world.relay.bound(spi_of(1), world.now) == alice_at);
}
