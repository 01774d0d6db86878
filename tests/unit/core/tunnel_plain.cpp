// Tunnels without encryption: what everybody can read, and what nobody can change.
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>

namespace buri::test {
namespace {

constexpr std::array plain_suites{suite_id::aes, suite_id::chacha};

world_settings plain_in(suite_id suite) {
    world_settings settings;
    settings.suite = suite;
    settings.plain_at_a = settings.plain_at_b = true;
    return settings;
}

bool shows_user_packet(const flight& what) {
    return std::ranges::search(what.data, user_packet).begin() != what.data.end();
}

/// The last user packet that was sent.
flight last_user_packet(const world& net) {
    const auto found = std::ranges::find_if(net.recorded.rbegin(), net.recorded.rend(), shows_user_packet);
    REQUIRE(found != net.recorded.rend());
    return *found;
}

}  // namespace

TEST_CASE("a tunnel without encryption comes up, carries packets in the clear, and says so", "[core][tunnel]") {
    for (const auto suite : plain_suites) {
        world net(plain_in(suite));
        REQUIRE(net.come_up());
        CHECK(net.a.machine->status().plain);
        CHECK(net.b.machine->status().plain);
        net.send_user(net.a);
        net.send_user(net.b);
        net.run_for(1s);
        CHECK(net.a.delivered == 1);
        CHECK(net.b.delivered == 1);
        CHECK(net.a.unopenable + net.b.unopenable == 0);
        CHECK(std::ranges::count_if(net.recorded, shows_user_packet) == 2);
    }
}

TEST_CASE("an encrypted tunnel shows nobody its packets, whether it is said or left out", "[core][tunnel]") {
    for (const auto said : {std::optional<bool>(), std::optional(false)}) {
        auto settings = plain_in(suite_id::aes);
        settings.plain_at_a = settings.plain_at_b = said;
        world net(settings);
        REQUIRE(net.come_up());
        CHECK_FALSE(net.a.machine->status().plain);
        net.send_user(net.a);
        net.run_for(1s);
        CHECK(net.b.delivered == 1);
        CHECK(std::ranges::none_of(net.recorded, shows_user_packet));
    }
}

TEST_CASE("a tunnel without encryption stays one through four rekeys, and loses nothing", "[core][tunnel]") {
    world net(plain_in(suite_id::aes));
    REQUIRE(net.come_up());
    net.traffic_interval = 200ms;
    net.traffic = [&] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
    net.run_for(500s);
    net.traffic = nullptr;
    net.run_for(1s);
    CHECK(net.a.send_epochs.size() == 5);
    CHECK(net.b.delivered == static_cast<unsigned>(std::ranges::count_if(net.recorded, [&](const flight& what) {
              return what.from == net.a.addresses.front() && shows_user_packet(what);
          })));
    CHECK(net.a.unopenable + net.b.unopenable == 0);
    CHECK(net.a.machine->status().plain);
}

TEST_CASE("no byte of a message without encryption can be changed, and none is taken twice or sent back",
          "[core][tunnel]") {
    for (const auto suite : plain_suites) {
        world net(plain_in(suite));
        REQUIRE(net.come_up());
        net.send_user(net.a);
        net.run_for(1s);
        REQUIRE(net.b.delivered == 1);
        net.send_user(net.a);
        const auto good = last_user_packet(net);
        for (std::size_t bit = 0; bit < good.data.size() * 8; ++bit) {
            auto bad = good.data;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
            net.inject(net.b, good.from, bad);
            net.inject(net.a, good.to, bad);
        }
        for (std::size_t size = 0; size < good.data.size(); ++size)
            net.inject(net.b, good.from, byte_view(good.data).first(size));
        CHECK(net.b.delivered == 1);
        for (int i = 0; i < 3; ++i)
            net.inject(net.b, good.from, good.data);
        CHECK(net.b.delivered == 2);
        // Sent back, as it is and under the sender's own SPI.
        net.inject(net.a, good.to, good.data);
        auto reflected = good.data;
        wire::write_datagram_header({world::spi_a.with_epoch(0), wire::parse_datagram_header(good.data)->id},
                                    reflected);
        net.inject(net.a, good.to, reflected);
        net.run_for(1s);
        CHECK(net.a.delivered == 0);
        CHECK(net.b.delivered == 2);
    }
}

TEST_CASE("ends that disagree about encryption never share keys, and deliver nothing either way", "[core][tunnel]") {
    for (const auto suite : plain_suites) {
        for (const bool at_a : {true, false}) {
            world_settings settings;
            settings.suite = suite;
            settings.plain_at_a = at_a;
            settings.plain_at_b = !at_a;
            world net(settings);
            net.traffic = [&] {
                net.send_user(net.a);
                net.send_user(net.b);
            };
            CHECK_FALSE(net.run_while_not([&] { return net.a.is_up() || net.b.is_up(); }, 40s));
            CHECK(net.a.delivered + net.b.delivered == 0);
            CHECK(net.a.sample.received_packets + net.b.sample.received_packets == 0);
            CHECK(net.a.send_epochs.empty());
            CHECK(net.b.send_epochs.empty());
            CHECK_FALSE(net.a.machine->status().problem.empty());
        }
    }
}

TEST_CASE("suite classic is never without encryption", "[core][tunnel]") {
    seeded_random random(3);
    auto offer = offer_for(world::id_b, rsa_key(1), world::spi_a, world::spi_b, suite_id::classic, {});
    const auto made = [&] {
        tunnel_surroundings around;
        return tunnel::make(world::id_a, rsa_key(0), offer, every_suite, around, random, {}, time_point{} + 1h);
    };
    offer.plain = true;
    REQUIRE_FALSE(made());
    CHECK(made().error().code == errc::suite_refused);
    offer.plain = false;
    CHECK(made());
}

}  // namespace buri::test
