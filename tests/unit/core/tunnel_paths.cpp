// Paths: when probes go where, which address is chosen, how soon a dead one is noticed, what moves and what does not.
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/punch_mac.hpp"
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>
#include <tuple>

namespace buri::test {
namespace {

using wire::clear_tag;

const auto nowhere = at("198.51.100.9:9000");

void both_send(world& net) {
    net.traffic = [&net] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
}

std::vector<wire::candidate> candidates(const std::vector<endpoint>& from) {
    std::vector<wire::candidate> out;
    for (const auto& each : from)
        out.push_back({wire::candidate_kind::host, each});
    return out;
}

bytes probe_for(spi to, std::uint8_t fill) {
    wire::probe message;
    message.nonce.fill(fill);
    const punch_key key(std::span<const std::uint8_t, 16>(std::array<std::uint8_t, 16>{
        0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a}));
    return make_clear_datagram(to, message, suite_id::aes, key);
}

}  // namespace

TEST_CASE("an address that never answers gets twenty probes, then one each half minute", "[core][tunnel]") {
    world net({.b = {nowhere}});
    net.b.addresses = {at("203.0.113.1:1")};
    net.b.machine = tunnel::make(world::id_b, ed25519_key(1),
                                 offer_for(world::id_a, ed25519_key(0), world::spi_b, world::spi_a, suite_id::aes, {}),
                                 every_suite, net.b.around, net.random(), {}, net.now())
                        .value();
    net.run_for(5min);
    // One more than twenty: a probe of B's first life came from there.
    const auto& sent = net.a.probes[nowhere];
    const std::array openers{0ms, 20ms, 60ms, 140ms, 300ms, 620ms};
    for (std::size_t i = 0; i < openers.size(); ++i) {
        const auto off = sent[i] - net.start() - openers[i];
        REQUIRE(off <= openers[i] / 8 + 1ms);
        REQUIRE(off >= -openers[i] / 8 - 1ms);
    }
    const auto early = std::ranges::count_if(sent, [&](time_point when) { return when < net.start() + 1min; });
    REQUIRE(early >= 19);
    REQUIRE(early <= 21);
    for (std::size_t i = 21; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 1] >= 26s);
}

TEST_CASE("probes go to ten candidates at most, and never where no peer can be", "[core][tunnel]") {
    std::vector<endpoint> told{at("127.0.0.1:5000"),       at("[::1]:5000"),     at("224.0.0.5:5000"),
                               at("255.255.255.255:5000"), at("0.0.0.0:5000"),   at("[::]:5000"),
                               at("[ff02::1]:5000"),       at("[fe80::1]:5000"), at("198.51.100.1:5000"),
                               at("198.51.100.2:5000")};
    for (int i = 3; i < 20; ++i)
        told.push_back(at(("198.51.100." + std::to_string(i) + ":5000").c_str()));
    world net({.a = {at("192.0.2.1:40001"), at("[2001:db8::1]:40001")}, .b = told});
    net.run_for(20s);
    REQUIRE(net.a.probes.size() == 2);
    net.a.machine->on_candidates(candidates({told.begin() + 8, told.end()}), net.now());
    net.drain(net.a);
    net.run_for(20s);
    REQUIRE(net.a.probes.size() == 10);
    for (const auto& [to, times] : net.a.probes)
        REQUIRE(to_string(to).starts_with("198.51.100."));
}

TEST_CASE("a replayed probe makes no one flood a third party", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    const auto sent = probe_for(world::spi_a, 1);
    net.recorded.clear();
    for (unsigned i = 0; i < 30; ++i) {
        net.a.machine->on_clear_datagram(nowhere, sent, net.now());
        net.drain(net.a);
        net.run_for(37ms);
    }
    net.run_for(5min);
    std::size_t size = 0;
    for (const auto& each : net.recorded)
        size += each.to == nowhere ? each.data.size() : 0;
    REQUIRE(size > 0);
    REQUIRE(size <= 3 * 30 * sent.size());
    REQUIRE(net.a.paths.size() == 1);
}

TEST_CASE("an address that the server did not tell is found by the peer's probes", "[core][tunnel]") {
    // B is told A's address before a translation that only B's side sees.
    world net({.a = {at("192.0.2.1:40001")}});
    const auto seen_by_b = at("203.0.113.77:61000");
    const auto told = net.a.addresses.front();
    net.network = [&](const flight& what) -> std::vector<flight> {
        auto out = what;
        if (out.from == told) out.from = seen_by_b;
        if (out.to == told) return {};
        if (out.to == seen_by_b) out.to = told;
        return {out};
    };
    REQUIRE(net.come_up(2s));
    REQUIRE(net.b.path == seen_by_b);
}

TEST_CASE("the nearer address is chosen, but not for a trifle", "[core][tunnel]") {
    const auto four = at("192.0.2.2:40002");
    const auto six = at("[2001:db8::2]:40002");
    for (const auto& [slow, fast, expected] : std::vector<std::tuple<duration, duration, endpoint>>{
             {100ms, 5ms, six}, {20ms, 18ms, four}, {500us, 100us, four}, {10ms, 7ms, six}}) {
        bool first = true;
        const auto two_ways = [&, slow = slow, fast = fast](const flight& what) -> std::vector<flight> {
            auto out = what;
            out.takes = out.to.address.is_v4() ? slow : fast;
            if (!out.to.address.is_v4() && first) return {};
            return {out};
        };
        world net({.a = {at("192.0.2.1:40001"), at("[2001:db8::1]:40001")}, .b = {four, six}, .network = two_ways});
        CAPTURE(slow.count(), fast.count());
        REQUIRE(net.run_while_not([&] { return net.a.path == four; }, 1s));
        first = false;
        net.run_for(10s);
        both_send(net);
        net.run_for(3min);
        REQUIRE(to_string(net.a.path) == to_string(expected));
        REQUIRE(net.b.path.address.is_v4() == expected.address.is_v4());
        REQUIRE(net.a.paths.size() <= 3);
        REQUIRE(net.b.paths.size() <= 4);
    }
}

TEST_CASE("a path that dies under traffic and has no other is lost within 1 to 2 seconds and the keys are kept",
          "[core][tunnel]") {
    for (int offset = 0; offset < 20; ++offset) {
        world net({.seed = static_cast<std::uint64_t>(offset)});
        REQUIRE(net.come_up());
        both_send(net);
        net.run_for(8s + offset * 53ms);
        bool dead = true;
        net.network = [&](const flight& what) { return dead ? std::vector<flight>{} : std::vector{what}; };
        const auto died = net.now();
        REQUIRE(net.run_while_not([&] { return !net.a.path && !net.b.path; }, 10s));
        REQUIRE(net.a.paths.back().first - died >= 1s);
        REQUIRE(net.now() - died <= 2s);
        REQUIRE(net.a.machine->state() == tunnel_state::probing);
        dead = false;
        REQUIRE(net.come_up(3s));
        REQUIRE(net.a.send_epochs.size() == 1);
        REQUIRE(net.a.stopped == 0);
    }
}

TEST_CASE("another address takes over from a dead path without a gap in between", "[core][tunnel]") {
    world net({.a = {at("192.0.2.1:40001"), at("[2001:db8::1]:40001")},
               .b = {at("192.0.2.2:40002"), at("[2001:db8::2]:40002")}});
    REQUIRE(net.come_up());
    both_send(net);
    net.run_for(5s);
    const bool was_v4 = net.a.path.address.is_v4();
    net.network = [&](const flight& what) {
        return what.to.address.is_v4() == was_v4 ? std::vector<flight>{} : std::vector{what};
    };
    const auto died = net.now();
    REQUIRE(net.run_while_not([&] { return net.a.path && net.a.path.address.is_v4() != was_v4; }, 10s));
    REQUIRE(net.now() - died < 5s);
    REQUIRE(net.a.unsent + net.b.unsent == 0);
    REQUIRE(net.a.states.size() == 2);
}

TEST_CASE("an idle tunnel costs one keepalive in 25 seconds and nothing else", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    net.run_for(15s);
    net.recorded.clear();
    const auto a = net.a.dummies;
    const auto b = net.b.dummies;
    net.run_for(100s);
    REQUIRE(net.a.dummies - a == 4);
    REQUIRE(net.b.dummies - b == 4);
    REQUIRE(net.recorded.size() == 8);
}

TEST_CASE("traffic stands for keepalives", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    both_send(net);
    net.traffic_interval = 2s;
    const auto before = net.a.dummies;
    net.run_for(100s);
    REQUIRE(net.a.dummies == before);
}

TEST_CASE("a peer whose NAT gives it another port is followed at its next packet", "[core][tunnel]") {
    for (const bool initiator_moves : {true, false}) {
        world net;
        REQUIRE(net.come_up());
        both_send(net);
        net.run_for(5s);
        auto& mover = initiator_moves ? net.a : net.b;
        auto& other = initiator_moves ? net.b : net.a;
        const auto fresh = at("203.0.113.50:50505");
        mover.addresses = {fresh};
        const auto moved = net.now();
        REQUIRE(net.run_while_not([&] { return other.path == fresh; }, 10s));
        REQUIRE(net.now() - moved < 200ms);
        net.run_for(10s);
        REQUIRE(net.a.unsent + net.b.unsent == 0);
        REQUIRE(net.a.states.size() == 2);
    }
}

TEST_CASE("an idle peer that moves and knows it is followed at once", "[core][tunnel]") {
    for (const bool initiator_moves : {true, false}) {
        world net;
        REQUIRE(net.come_up());
        net.run_for(30s);
        auto& mover = initiator_moves ? net.a : net.b;
        auto& other = initiator_moves ? net.b : net.a;
        const auto fresh = at("203.0.113.50:50505");
        mover.addresses = {fresh};
        mover.machine->on_local_change(net.now());
        net.drain(mover);
        REQUIRE(net.run_while_not([&] { return other.path == fresh; }, 500ms));
        REQUIRE(mover.paths.size() == 1);
    }
}

TEST_CASE("both ends move at the same time and find each other when the server tells", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    both_send(net);
    net.run_for(5s);
    net.a.addresses = {at("203.0.113.50:50505")};
    net.b.addresses = {at("203.0.113.60:60606")};
    for (auto* const each : {&net.a, &net.b}) {
        each->machine->on_local_change(net.now());
        net.drain(*each);
    }
    net.run_for(200ms);
    net.a.machine->on_candidates(candidates(net.b.addresses), net.now());
    net.drain(net.a);
    net.b.machine->on_candidates(candidates(net.a.addresses), net.now());
    net.drain(net.b);
    const auto told = net.now();
    REQUIRE(net.run_while_not(
        [&] { return net.a.path == at("203.0.113.60:60606") && net.b.path == at("203.0.113.50:50505"); }, 5s));
    REQUIRE(net.now() - told < 3s);
    REQUIRE(net.a.send_epochs.size() == 1);
}

TEST_CASE("a fresh packet sent on from elsewhere does not move the path", "[core][tunnel]") {
    for (const bool initiator : {true, false}) {
        world net;
        REQUIRE(net.come_up());
        both_send(net);
        net.run_for(1s);
        auto& end = initiator ? net.a : net.b;
        const auto path = end.path;
        net.recorded.clear();
        end.machine->on_authentic_from(nowhere, net.now());
        net.drain(end);
        net.run_for(2min);
        REQUIRE(end.path == path);
        REQUIRE(end.paths.size() == 1);
        const auto probes = std::ranges::count(net.recorded, nowhere, &flight::to);
        REQUIRE(probes >= 2);
        REQUIRE(probes <= 21);
    }
}

TEST_CASE("ends that prefer different addresses do not chase each other", "[core][tunnel]") {
    const std::vector of_a{at("192.0.2.1:40001"), at("[2001:db8::1]:40001")};
    const std::vector of_b{at("192.0.2.2:40002"), at("[2001:db8::2]:40002")};
    // At first A's probes arrive only over IPv6 and B's only over IPv4.
    bool split = true;
    const auto half = [&](const flight& what) -> std::vector<flight> {
        const bool from_a = std::ranges::find(of_a, what.from) != of_a.end();
        const bool lost = split && tag_of(what) == clear_tag::probe && what.to.address.is_v4() == from_a;
        return lost ? std::vector<flight>{} : std::vector{what};
    };
    world net({.a = of_a, .b = of_b, .network = half});
    REQUIRE(net.come_up());
    split = false;
    REQUIRE(net.a.path.address.is_v4() != net.b.path.address.is_v4());
    both_send(net);
    net.run_for(1min);
    REQUIRE(net.a.path.address.is_v4() == net.b.path.address.is_v4());
    // They may swap once, when each first hears the other.
    REQUIRE(net.a.paths.size() + net.b.paths.size() <= 5);
}

TEST_CASE("deadlines may be served early or late", "[core][tunnel]") {
    world net;
    for (unsigned i = 0; i < 200; ++i) {
        net.run_for(std::chrono::milliseconds(net.random().below(300)));
        for (auto* const each : {&net.a, &net.b}) {
            each->machine->on_deadline(net.now());
            net.drain(*each);
            REQUIRE(each->machine->next_deadline() > net.now());
        }
    }
    REQUIRE(net.come_up());
    net.a.machine->on_deadline(net.now() + 100s);
    net.drain(net.a);
    REQUIRE(net.a.machine->next_deadline() > net.now() + 100s);
}

TEST_CASE("two hundred lossy, reordering, doubling networks all carry a tunnel", "[core][tunnel]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        world net({.suite = seed % 2 == 0 ? suite_id::aes : suite_id::chacha, .seed = seed});
        const auto loss = net.random().below(45);
        const auto spread = 1 + net.random().below(400);
        net.network = [&](const flight& what) {
            std::vector<flight> out;
            while (out.size() < 3) {
                auto copy = what;
                copy.takes = 1ms + std::chrono::milliseconds(net.random().below(spread));
                if (net.random().below(100) >= loss) out.push_back(copy);
                if (net.random().below(10) != 0) break;
            }
            return out;
        };
        REQUIRE(net.come_up(60s));
        both_send(net);
        net.run_for(5s);
        REQUIRE(net.a.delivered > 75);
        REQUIRE(net.b.delivered > 75);
        REQUIRE(net.a.unopenable + net.b.unopenable == 0);
    }
}

}  // namespace buri::test
