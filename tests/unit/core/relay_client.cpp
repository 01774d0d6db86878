// A node's use of relays, in virtual time against a relay that answers as protocol section 6 says.
#include "buri/core/node/relay_client.hpp"

#include "buri/wire/relay_control.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr spi first_in{0x80000010U};
constexpr spi second_in{0x80000020U};

endpoint at(const char* text) {
    return *parse_endpoint(text);
}

wire::relay_info info_of(std::uint32_t id, const char* udp, bool with_tls = true) {
    wire::relay_info out;
    out.id = id;
    out.name = "relay" + std::to_string(id);
    out.udp = {at(udp)};
    if (with_tls) out.tls = {{out.udp.front().address, 443}};
    return out;
}

wire::relay_grant grant_of(std::uint32_t relay, spi in, std::uint8_t version = 0) {
    const auto token =
        wire::with_signature({.relay = relay, .node = node_id{7}, .in = in, .kbit = version, .expires = 1}, bytes(64));
    return {relay, token};
}

/// A node's client and relays that answer after a while, unless they are off.
struct world {
    explicit world(bool has_list = true) {
        if (has_list) client.on_list({info_of(1, "192.0.2.1:17771"), info_of(2, "192.0.2.2:17771")}, now);
    }

    struct far_relay {
        duration one_way = 10ms;
        bool udp_works = true;
        bool is_on = true;
        std::map<spi, path_address> bound;
        unsigned binds = 0;
        unsigned pings = 0;
    };

    void answer(std::uint32_t id, const send_plain& sent) {
        auto& relay = relays[id];
        if (!relay.is_on || (sent.to.channel == main_channel && !relay.udp_works)) return;
        const auto message = wire::parse_relay_message(sent.datagram);
        REQUIRE(message);
        if (const auto* const ping = std::get_if<wire::relay_ping>(&*message)) {
            ++relay.pings;
            const auto from_here = [&](const auto& each) { return each.second == sent.to; };
            const auto count = static_cast<std::uint32_t>(std::ranges::count_if(relay.bound, from_here));
            reply(relay, sent.to, wire::relay_pong{ping->nonce, {1}, count});
        } else if (const auto* const bind = std::get_if<wire::relay_bind>(&*message)) {
            ++relay.binds;
            const auto token = wire::parse_relay_token(bind->token);
            REQUIRE(token);
            REQUIRE(token->claims.relay == id);
            for (auto& [in, way] : relay.bound)
                way = sent.to;
            relay.bound[token->claims.in] = sent.to;
            reply(relay, sent.to, wire::relay_bind_ok{token->claims.in, 60});
        }
    }
    void reply(const far_relay& relay, const path_address& from, const wire::relay_message& message) {
        arrivals.emplace(now + 2 * relay.one_way, std::pair(from, encode(message)));
    }
    void drain() {
        while (auto output = client.poll_output()) {
            if (const auto* const sent = std::get_if<send_plain>(&*output)) {
                ++datagrams;
                answer(id_of(sent->to), *sent);
            } else if (const auto* const open = std::get_if<open_relay_stream>(&*output)) {
                streams[open->channel] = open->relay.id;
                opened.push_back(now);
                if (streams_work) {
                    const auto remote = open->relay.tls.front();
                    later.emplace(now + 60ms, [this, channel = open->channel, remote] {
                        client.on_channel_open(channel, remote, now);
                    });
                } else {
                    later.emplace(now + 60ms,
                                  [this, channel = open->channel] { client.on_channel_closed(channel, now); });
                }
            } else if (const auto* const closed = std::get_if<close_own_channel>(&*output)) {
                CHECK(streams.erase(closed->channel) == 1);
            } else if (const auto* const binding = std::get_if<tunnel_binding>(&*output)) {
                begun.emplace_back(binding->in, binding->at);
            } else if (const auto* const bound = std::get_if<tunnel_bound>(&*output)) {
                told[bound->in] = bound->at;
                ++tellings;
            }
        }
    }
    std::uint32_t id_of(const path_address& to) {
        if (to.channel != main_channel) return streams.at(to.channel);
        return to.at.address == at("192.0.2.1:1").address ? 1 : 2;
    }
    void run_until(time_point end) {
        drain();
        for (;;) {
            auto next = client.next_deadline();
            if (!arrivals.empty()) next = std::min(next, arrivals.begin()->first);
            if (!later.empty()) next = std::min(next, later.begin()->first);
            if (next > end) break;
            now = std::max(now, next);
            while (!later.empty() && later.begin()->first <= now) {
                const auto what = later.begin()->second;
                later.erase(later.begin());
                what();
            }
            while (!arrivals.empty() && arrivals.begin()->first <= now) {
                const auto [from, datagram] = arrivals.begin()->second;
                arrivals.erase(arrivals.begin());
                client.on_datagram(from, datagram, now);
            }
            if (client.next_deadline() <= now) client.on_deadline(now);
            REQUIRE(client.next_deadline() > now);
            drain();
        }
        now = end;
    }
    void run_for(duration time) { run_until(now + time); }

    tunnel_surroundings around;
    test::seeded_random random{1};
    logger log;
    relay_client client{around, random, log};
    time_point now = time_point{} + 1h;
    std::map<std::uint32_t, far_relay> relays{{1, {}}, {2, {.one_way = 30ms}}};
    std::multimap<time_point, std::pair<path_address, bytes>> arrivals;
    std::multimap<time_point, std::function<void()>> later;
    std::map<channel_id, std::uint32_t> streams;
    std::map<spi, std::vector<relay_path>> told;
    std::vector<std::pair<spi, path_address>> begun;
    std::vector<time_point> opened;
    unsigned datagrams = 0;
    unsigned tellings = 0;
    bool streams_work = true;
};

}  // namespace

TEST_CASE("every relay is measured, and the server hears of it", "[core][relay_client]") {
    world w;
    w.run_for(200ms);
    const auto measured = w.client.round_trips();
    REQUIRE(measured.size() == 2);
    CHECK(measured[0] == wire::relay_round_trip{1, 20});
    CHECK(measured[1] == wire::relay_round_trip{2, 60});
    w.run_for(20s);
    CHECK(w.client.round_trips() == measured);
    CHECK(w.relays[1].pings == 1);  // nobody needs it
}

TEST_CASE("a tunnel is bound at the relays that it was granted, best first", "[core][relay_client]") {
    world w;
    w.run_for(200ms);
    w.client.on_grants(first_in, {grant_of(2, first_in), grant_of(1, first_in)}, w.now);
    w.run_for(25ms);
    CHECK(w.told[first_in] == std::vector<relay_path>{{1, at("192.0.2.1:17771")}});
    w.run_for(100ms);
    CHECK(w.told[first_in] == std::vector<relay_path>{{2, at("192.0.2.2:17771")}, {1, at("192.0.2.1:17771")}});
    CHECK(w.relays[1].binds == 1);
}

TEST_CASE("a tunnel hears of the first BIND on its way, and of no other", "[core][relay_client]") {
    world w;
    w.run_for(200ms);
    w.client.on_grants(first_in, {grant_of(2, first_in), grant_of(1, first_in)}, w.now);
    w.drain();
    const std::vector<std::pair<spi, path_address>> both{{first_in, at("192.0.2.2:17771")},
                                                         {first_in, at("192.0.2.1:17771")}};
    CHECK(w.begun == both);
    CHECK(w.told[first_in].empty());
    w.run_for(1s);
    w.client.on_grants(first_in, {grant_of(2, first_in, 1)}, w.now);
    w.run_for(1s);
    CHECK(w.begun == both);
}

TEST_CASE("the server's own relay is asked before the list is there, and used when it comes", "[core][relay_client]") {
    world w(false);
    w.client.on_server(at("192.0.2.1:17771"), w.now);
    CHECK(w.client.views().empty());
    CHECK(w.client.round_trips().empty());
    const auto bind_takes = [&w](duration before_list) {
        w.run_for(before_list);
        w.client.on_list({info_of(1, "192.0.2.1:17771")}, w.now);
        w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
        const auto asked = w.now;
        while (w.told[first_in].empty() && w.now - asked < 1s)
            w.run_for(1ms);
        return w.now - asked;
    };
    SECTION("which it is when it has answered") {
        CHECK(bind_takes(25ms) <= 21ms);
        CHECK(w.relays[1].pings == 1);
    }
    SECTION("and when its answer is still on its way") {
        CHECK(bind_takes(5ms) <= 36ms);
        CHECK(w.relays[1].pings == 1);
    }
    SECTION("though the server has none") {
        w.run_for(25ms);
        w.client.on_list({}, w.now);
        CHECK(w.client.views().empty());
        w.run_for(60s);
        CHECK(w.relays[1].pings == 1);
    }
}

TEST_CASE("a relay that tunnels need gets one datagram in 25 s, however many they are", "[core][relay_client]") {
    world w;
    w.relays[2].is_on = false;
    w.client.on_list({info_of(1, "192.0.2.1:17771")}, w.now);
    for (std::uint32_t i = 0; i < 50; ++i) {
        const spi in{first_in.value + 4 * i};
        w.client.on_grants(in, {grant_of(1, in)}, w.now);
    }
    w.run_for(10s);
    CHECK(w.relays[1].bound.size() == 50);
    const auto before = w.datagrams;
    w.run_for(250s);
    CHECK(w.datagrams - before <= 10);
}

TEST_CASE("of the relays of a tunnel at rest only the best is kept, and the others are back when it wakes",
          "[core][relay_client]") {
    world w;
    w.client.on_grants(first_in, {grant_of(1, first_in), grant_of(2, first_in)}, w.now);
    w.run_for(1s);
    w.client.on_rest(first_in, true, w.now);
    const auto before = w.datagrams;
    w.run_for(250s);
    CHECK(w.datagrams - before <= 12);
    CHECK(w.relays[1].pings >= 10);
    w.relays[2].bound.clear();  // a relay forgets who is silent for a minute

    SECTION("the tunnel wakes") {
        w.client.on_rest(first_in, false, w.now);
        w.run_for(130ms);
        CHECK(w.relays[2].bound.size() == 1);
    }
    SECTION("the best dies") {
        w.relays[1].is_on = false;
        w.run_for(30s);
        CHECK(w.told[first_in] == std::vector<relay_path>{{2, at("192.0.2.2:17771")}});
        CHECK(w.relays[2].bound.size() == 1);
    }
}

TEST_CASE("a relay that was restarted gets its bindings again", "[core][relay_client]") {
    world w;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.client.on_grants(second_in, {grant_of(1, second_in)}, w.now);
    w.run_for(1s);
    REQUIRE(w.relays[1].bound.size() == 2);
    w.relays[1].bound.clear();
    w.client.on_doubt(w.now);  // a tunnel's probes are not answered
    w.run_for(100ms);
    CHECK(w.relays[1].bound.size() == 2);
}

TEST_CASE("where UDP is blocked a stream is opened within a second and used", "[core][relay_client]") {
    world w;
    w.relays[1].udp_works = false;
    w.relays[2].is_on = false;
    const auto begun = w.now;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.run_for(1s);
    REQUIRE(w.told[first_in].size() == 1);
    const auto way = w.told[first_in].front().where;
    CHECK(way.channel != main_channel);
    CHECK(w.opened.front() - begun <= 500ms);
    CHECK(w.client.views().front().by_stream);

    SECTION("UDP is taken back when it works again") {
        w.relays[1].udp_works = true;
        w.run_for(12s);
        CHECK(w.told[first_in] == std::vector<relay_path>{{1, at("192.0.2.1:17771")}});
        CHECK(w.streams.empty());
        CHECK(w.relays[1].bound.at(first_in) == path_address(at("192.0.2.1:17771")));
    }
    SECTION("a stream that breaks is opened again") {
        w.client.on_channel_closed(way.channel, w.now);
        w.run_for(10ms);
        CHECK(w.told[first_in].empty());
        w.run_for(2s);
        CHECK(w.told[first_in].size() == 1);
    }
}

TEST_CASE("streams that cannot be opened are tried ever more rarely", "[core][relay_client]") {
    world w;
    w.relays[1].is_on = false;
    w.relays[2].is_on = false;
    w.streams_work = false;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.run_for(600s);
    CHECK(w.opened.size() >= 8);
    CHECK(w.opened.size() <= 20);
    CHECK(w.told[first_in].empty());
}

TEST_CASE("a relay that dies is noticed, told, and found again", "[core][relay_client]") {
    world w;
    w.streams_work = false;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.run_for(1s);
    REQUIRE(w.told[first_in].size() == 1);
    w.relays[1].is_on = false;
    w.client.on_doubt(w.now);
    w.run_for(1s);
    CHECK(w.told[first_in].empty());
    CHECK(w.client.round_trips().size() == 1);
    w.relays[1].is_on = true;
    w.run_for(15s);
    CHECK(w.told[first_in].size() == 1);
}

TEST_CASE("a fresh token is bound without a gap", "[core][relay_client]") {
    world w;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.run_for(1s);
    const auto tellings = w.tellings;
    w.client.on_grants(first_in, {grant_of(1, first_in, 2)}, w.now);
    w.run_for(1s);
    CHECK(w.relays[1].binds == 2);
    CHECK(w.tellings == tellings);
}

TEST_CASE("other addresses of this machine move every binding", "[core][relay_client]") {
    world w;
    w.client.on_grants(first_in, {grant_of(1, first_in)}, w.now);
    w.run_for(1s);
    w.relays[1].bound[first_in] = at("198.51.100.9:1");  // to the relay it is another address now
    w.client.on_network_change(w.now);
    w.run_for(200ms);
    CHECK(w.relays[1].bound[first_in] == path_address(at("192.0.2.1:17771")));
}

TEST_CASE("what no relay was asked for is nothing", "[core][relay_client]") {
    world w;
    w.run_for(1s);
    const auto before = w.client.round_trips();
    const auto pong = encode(wire::relay_message{wire::relay_pong{{9}, {2}, 0}});
    w.client.on_datagram(at("192.0.2.1:17771"), pong, w.now);
    w.client.on_datagram(at("203.0.113.66:1"), pong, w.now);
    w.client.on_datagram(at("192.0.2.1:17771"), bytes{0x42, 0x55, 0x52, 0x49, 9}, w.now);
    w.client.on_datagram(at("192.0.2.1:17771"), encode(wire::relay_message{wire::relay_bind_ok{first_in, 60}}), w.now);
    w.run_for(1s);
    CHECK(w.client.round_trips() == before);
    CHECK(w.told.empty());
}

}  // namespace buri::core
