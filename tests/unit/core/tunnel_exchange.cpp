// The key exchange inside a tunnel, as a script whose every step is lost, doubled, cut, flipped, delayed, replayed, moved.
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/punch_mac.hpp"
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>

namespace buri::test {
namespace {

using wire::clear_tag;

void require_traffic(world& net) {
    const auto before_a = net.a.delivered;
    const auto before_b = net.b.delivered;
    net.send_user(net.a);
    net.send_user(net.b);
    net.run_for(50ms);
    REQUIRE(net.a.delivered == before_a + 1);
    REQUIRE(net.b.delivered == before_b + 1);
}

bool is_sealed(const flight& what) {
    return wire::classify(what.data) == wire::datagram_kind::tunnel_sealed;
}

/// The steps of an exchange by how they look on the wire; the dummy is the first sealed message.
struct step {
    const char* name;
    std::function<bool(const flight&)> is;
};
std::vector<step> all_steps() {
    const auto tagged = [](clear_tag tag) { return [tag](const flight& what) { return tag_of(what) == tag; }; };
    return {{"PROBE", tagged(clear_tag::probe)}, {"PROBE ACK", tagged(clear_tag::probe_ack)},
            {"KE1", tagged(clear_tag::ke1)},     {"KE2", tagged(clear_tag::ke2)},
            {"KE3", tagged(clear_tag::ke3)},     {"dummy", is_sealed}};
}

struct snapshot_of_end {
    std::size_t states, paths, epochs;
    unsigned dropped, stopped;
    time_point deadline;
    bool operator==(const snapshot_of_end&) const = default;
};
snapshot_of_end look_at(const tunnel_end& end) {
    return {end.states.size(), end.paths.size(), end.send_epochs.size(),
            end.dropped_keys,  end.stopped,      end.machine->next_deadline()};
}

}  // namespace

TEST_CASE("a tunnel comes up and carries packets both ways, in every suite", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        CAPTURE(describe(suite).name);
        world net({.suite = suite});
        REQUIRE(net.come_up());
        REQUIRE(net.elapsed() < 200ms);
        REQUIRE(net.a.machine->status().epoch == 0);
        REQUIRE(net.b.machine->status().epoch == 0);
        REQUIRE(net.a.machine->status().problem.empty());
        require_traffic(net);
        REQUIRE(net.a.unopenable + net.b.unopenable == 0);
    }
}

TEST_CASE("each step of an exchange may be lost, doubled or late", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        for (const auto& which : all_steps()) {
            for (const char* fate : {"lost", "doubled", "late", "lost three times"}) {
                CAPTURE(describe(suite).name, which.name, fate);
                world net({.suite = suite});
                unsigned met = 0;
                net.network = [&](const flight& what) -> std::vector<flight> {
                    if (!which.is(what)) return {what};
                    const auto number = ++met;
                    const std::string_view means = fate;
                    if (means == "lost three times") return number <= 3 ? std::vector<flight>{} : std::vector{what};
                    if (number > 1) return {what};
                    if (means == "lost") return {};
                    auto copy = what;
                    copy.takes = 1s;
                    if (means == "late") return {copy};
                    return {what, what, copy};
                };
                REQUIRE(net.come_up());
                net.run_for(3s);
                require_traffic(net);
                REQUIRE(net.a.send_epochs.size() == 1);
                REQUIRE(net.b.send_epochs.size() == 1);
                REQUIRE(net.a.unopenable + net.b.unopenable == 0);
            }
        }
    }
}

TEST_CASE("a damaged datagram changes nothing, whatever byte is wrong or missing", "[core][tunnel]") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        for (const auto& which : all_steps()) {
            if (which.name == std::string_view("dummy")) continue;
            CAPTURE(describe(suite).name, which.name);
            world net({.suite = suite});
            bool done = false;
            std::optional<flight> caught;
            net.network = [&](const flight& what) -> std::vector<flight> {
                if (!caught && which.is(what)) caught = what;
                return {what};
            };
            REQUIRE(net.run_while_not([&] { return caught.has_value(); }, 1s));
            auto& to = caught->to == net.a.addresses.front() ? net.a : net.b;
            const auto before = look_at(to);
            const auto refuse = [&](const bytes& data) {
                to.machine->on_clear_datagram(caught->from, data, net.now());
                REQUIRE_FALSE(to.machine->poll_output());
                REQUIRE(look_at(to) == before);
            };
            for (std::size_t size = 0; size < caught->data.size(); ++size) {
                refuse(bytes(caught->data.begin(), caught->data.begin() + static_cast<std::ptrdiff_t>(size)));
            }
            for (std::size_t index = 0; index < caught->data.size() * 8; ++index) {
                auto flipped = caught->data;
                flipped[index / 8] ^= static_cast<std::uint8_t>(1U << index % 8);
                refuse(flipped);
            }
            auto longer = caught->data;
            longer.push_back(0);
            refuse(longer);
            done = net.come_up();
            REQUIRE(done);
            require_traffic(net);
        }
    }
}

TEST_CASE("in suite 1, without macs, damaged messages of an exchange cost bounded work and do not end it",
          "[core][tunnel]") {
    for (const auto& which : all_steps()) {
        if (which.name == std::string_view("dummy")) continue;
        CAPTURE(which.name);
        world net({.suite = suite_id::classic});
        std::optional<flight> caught;
        net.network = [&](const flight& what) -> std::vector<flight> {
            if (!caught && which.is(what)) caught = what;
            return {what};
        };
        REQUIRE(net.run_while_not([&] { return caught.has_value(); }, 1s));
        auto& to = caught->to == net.a.addresses.front() ? net.a : net.b;
        const auto states = to.states.size();
        unsigned answers = 0;
        for (std::size_t index = 0; index < caught->data.size(); ++index) {
            auto flipped = caught->data;
            flipped[index] ^= 1U;
            to.machine->on_clear_datagram(caught->from, flipped, net.now());
            while (auto what = to.machine->poll_output()) {
                REQUIRE(std::holds_alternative<send_clear>(*what));
                ++answers;
            }
        }
        REQUIRE(answers <= 8);
        REQUIRE(to.states.size() == states);
        REQUIRE(net.come_up(20s));
        require_traffic(net);
    }
}

TEST_CASE("messages of an old exchange, replayed at every point of a later one, change nothing", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        CAPTURE(describe(suite).name);
        world net({.suite = suite});
        REQUIRE(net.come_up());
        net.run_for(1s);
        const auto old = net.recorded;
        const auto replay = [&](bool swapped) {
            for (const auto& each : old) {
                if (!is_clear(each) || tag_of(each) == clear_tag::probe) continue;
                auto& to = (each.to == net.a.addresses.front()) != swapped ? net.a : net.b;
                net.inject(to, each.from, each.data);
            }
        };
        net.network = [&](const flight& what) -> std::vector<flight> {
            // Only the exchange; replaying inside of replaying would not end.
            return {what};
        };
        for (unsigned i = 0; i < 1300; ++i) {
            net.run_for(100ms);
            if (i % 10 == 0 || i > 1180) replay(false);
            if (i % 10 == 5) replay(true);
        }
        REQUIRE(net.a.is_up());
        REQUIRE(net.b.is_up());
        REQUIRE(net.a.machine->status().epoch == 1);
        REQUIRE(net.b.machine->status().epoch == 1);
        REQUIRE(net.a.send_epochs.size() == 2);
        REQUIRE(net.b.send_epochs.size() == 2);
        require_traffic(net);
        REQUIRE(net.a.unopenable + net.b.unopenable == 0);
    }
}

TEST_CASE("a node's own messages, reflected, change nothing", "[core][tunnel]") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        world net({.suite = suite});
        REQUIRE(net.come_up());
        net.run_for(2s);
        const auto sent = net.recorded;
        const auto before_a = look_at(net.a);
        const auto before_b = look_at(net.b);
        for (const auto& each : sent) {
            if (!is_clear(each)) continue;
            auto& sender = each.from == net.a.addresses.front() ? net.a : net.b;
            for (const bool readdressed : {false, true}) {
                auto data = each.data;
                if (readdressed) wire::write_datagram_header({sender.machine->spi_in(), 0}, data);
                sender.machine->on_clear_datagram(each.to, data, net.now());
                REQUIRE_FALSE(sender.machine->poll_output());
            }
        }
        REQUIRE(look_at(net.a) == before_a);
        REQUIRE(look_at(net.b) == before_b);
    }
}

TEST_CASE("without the same punch key nothing is proven and nothing is agreed", "[core][tunnel]") {
    world net({.punch_of_b = bytes(16, 0x5b)});
    net.run_for(30s);
    REQUIRE(net.a.states.empty());
    REQUIRE(net.b.states.empty());
    REQUIRE(net.a.paths.empty());
    for (const auto& each : net.recorded)
        REQUIRE(tag_of(each) == clear_tag::probe);
}

TEST_CASE("an offer that cannot be used is refused with its reason", "[core][tunnel]") {
    seeded_random random(1);
    const std::array modern{suite_id::aes};
    const auto good = offer_for(world::id_b, ed25519_key(1), world::spi_a, world::spi_b, suite_id::aes, {});
    const auto code_of = [&](const wire::tunnel_open& offer, std::span<const suite_id> suites) {
        tunnel_surroundings around;
        const auto made = tunnel::make(world::id_a, ed25519_key(0), offer, suites, around, random, {}, time_point{});
        return made ? std::optional<errc>() : made.error().code;
    };
    REQUIRE_FALSE(code_of(good, modern));
    const auto changed = [&](auto change) {
        auto offer = good;
        change(offer);
        return offer;
    };
    using offer = wire::tunnel_open;
    CHECK(code_of(changed([](offer& o) { o.key = ed25519_key(0).public_part().blob(); }), modern) ==
          errc::key_unsuitable);
    CHECK(code_of(changed([](offer& o) { o.peer = world::id_a; }), modern) == errc::key_unsuitable);
    CHECK(code_of(changed([](offer& o) { o.key.pop_back(); }), modern) == errc::key_unsuitable);
    CHECK(code_of(changed([](offer& o) { o.key.clear(); }), modern) == errc::key_unsuitable);
    CHECK(code_of(changed([](offer& o) { o.suite = 3; }), modern) == errc::suite_refused);
    CHECK(code_of(changed([](offer& o) { o.suite = 4; }), every_suite) == errc::suite_refused);
    CHECK(code_of(changed([](offer& o) { o.suite = 0; }), every_suite) == errc::suite_refused);
    CHECK(code_of(changed([](offer& o) { o.suite = 1; }), every_suite) == errc::key_unsuitable);
    CHECK(code_of(changed([](offer& o) { o.punch.push_back(0); }), modern) == errc::malformed);
    CHECK(code_of(changed([](offer& o) { o.punch.pop_back(); }), modern) == errc::malformed);
    CHECK(code_of(changed([](offer& o) { o.in = o.out; }), modern) == errc::malformed);
    CHECK(code_of(changed([](offer& o) { o.in.value |= 1U; }), modern) == errc::malformed);
    CHECK(code_of(changed([](offer& o) { o.out.value &= 0x7fffffffU; }), modern) == errc::malformed);
    CHECK(code_of(changed([](offer& o) { o.peer = {}; }), modern) == errc::malformed);
}

TEST_CASE("a stranger's flood of KE1 in suite 1 gets few answers and does not keep the exchange from ending",
          "[core][tunnel]") {
    world net({.suite = suite_id::classic});
    REQUIRE(net.come_up());
    const auto before = look_at(net.b);
    seeded_random noise(9);
    unsigned answers = 0;
    for (unsigned i = 0; i < 1000; ++i) {
        wire::ke1 message{static_cast<std::uint8_t>(i % 4), bytes(128), bytes(256)};
        noise.fill(message.nonce);
        noise.fill(message.dh);
        const auto data = wire::encode_clear_datagram(world::spi_b, message, suite_id::classic);
        net.b.machine->on_clear_datagram(at("198.51.100.7:4000"), data, net.now());
        while (auto what = net.b.machine->poll_output()) {
            const auto& sent = std::get<send_clear>(*what);
            REQUIRE(sent.datagram.size() <= 3 * data.size());
            ++answers;
        }
    }
    REQUIRE(answers <= 4);
    REQUIRE(look_at(net.b).epochs == before.epochs);
    REQUIRE(look_at(net.b).states == before.states);
    require_traffic(net);
}

TEST_CASE("a peer whose key is not the one that the server named never gets a tunnel", "[core][tunnel]") {
    // E sits at B's addresses and knows the punch key, but not B's key.
    world net;
    const auto forged =
        offer_for(world::id_a, ed25519_key(0), world::spi_b, world::spi_a, suite_id::aes, net.a.addresses);
    net.b.machine =
        tunnel::make(world::id_b, ed25519_key(2), forged, every_suite, net.b.around, net.random(), {}, net.now())
            .value();
    net.run_for(25s);
    REQUIRE(net.a.send_epochs.empty());
    REQUIRE(net.a.machine->status().problem == "the peer's messages are not signed by its key");
    net.run_for(20s);
    REQUIRE(net.a.machine->state() == tunnel_state::failed);
    REQUIRE(net.a.introductions.size() == 1);
    REQUIRE_FALSE(net.a.path);
}

}  // namespace buri::test
