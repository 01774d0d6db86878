// Rounds of punching between two ends, and what a hostile peer can make of them.
#include "buri/core/tunnel/punch.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;
using wire::punch_outcome;
using wire::punch_step;
using wire::punch_strategy;

namespace {

endpoint at(std::string_view text) {
    return *parse_endpoint(text);
}

const endpoint stun_a = at("198.51.100.1:17771");
const endpoint stun_b = at("198.51.100.2:17771");

struct sent_packet {
    time_point when;
    path_address to;
};

struct fake_ground final : punch_ground {
    bool wants = true;
    bool direct = false;
    std::vector<sent_packet> probes;  ///< each with all its packets
    std::vector<sent_packet> scattered;
    std::vector<std::pair<time_point, wire::tunnel_message>> messages;
    std::vector<std::pair<path_address, wire::stun_transaction>> stun;
    std::set<channel_id> open;
    std::set<channel_id> used;
    std::size_t scatterings = 0;
    channel_id last = 0;

    [[nodiscard]] bool wants_direct_way() const override { return wants; }
    [[nodiscard]] bool is_direct() const override { return direct; }
    [[nodiscard]] std::optional<duration> relay_round_trip() const override { return 80ms; }
    unsigned probe(const path_address& to, unsigned count, std::optional<std::uint8_t>, time_point now) override {
        probes.push_back({now, to});
        return count;
    }
    void begin_scattering() override { ++scatterings; }
    void scatter(const path_address& to, std::optional<std::uint8_t>, time_point now) override {
        scattered.push_back({now, to});
    }
    void send_plain(const path_address& to, bytes datagram) override {
        stun.emplace_back(to, wire::parse_stun_request(datagram)->transaction);
    }
    bool send_message(const wire::tunnel_message& message, time_point now) override {
        messages.emplace_back(now, message);
        return true;
    }
    std::optional<channel_id> open_socket() override { return *open.insert(++last).first; }
    void close_channel(channel_id channel) override { open.erase(channel); }
    [[nodiscard]] bool is_used(channel_id channel) const override { return used.contains(channel); }
};

nat_report report_of(nat_mapping mapping, std::string_view mapped) {
    nat_report report;
    report.mapping = mapping;
    report.filtering = nat_filtering::address_port_dependent;
    report.mapped = at(mapped);
    report.stun_servers = {stun_a, stun_b};
    report.candidates = {{wire::candidate_kind::mapped, at(mapped)}};
    return report;
}

nat_report easy() {
    return report_of(nat_mapping::endpoint_independent, "203.0.113.1:5000");
}
nat_report random_ports_of(std::string_view mapped = "203.0.113.2:6000") {
    auto report = report_of(nat_mapping::address_port_dependent, mapped);
    report.ports = {6000, 42000, 23000, 60111};
    return report;
}
nat_report sequential() {
    auto report = random_ports_of();
    report.ports = {6000, 6001, 6002, 6003};
    report.step = 1;
    return report;
}

struct end {
    end(bool first, nat_report report, std::string_view peer_seen) {
        around.nat = std::move(report);
        around.pool = *parse_ip_prefix("100.64.0.0/10");
        machine.emplace(node_id{first ? 2U : 1U}, first, ground, around, random, log);
        if (!peer_seen.empty()) machine->on_seen(at(peer_seen), time_point{100s});
    }
    test::seeded_random random{7};
    logger log;
    fake_ground ground;
    tunnel_surroundings around;
    std::optional<core::punch> machine;
};

/// Two ends; messages take `delay`, and STUN answers `stun_delay`.
struct pair {
    pair(nat_report of_a, nat_report of_b)
        : a(true, std::move(of_a), "203.0.113.2:443"), b(false, std::move(of_b), "203.0.113.1:443") {}

    void run_for(duration span) {
        const auto until = now + span;
        while (now < until) {
            pump(a, b);
            pump(b, a);
            const auto next = std::min({until, a.machine->next_deadline(), b.machine->next_deadline(),
                                        flying.empty() ? never : flying.begin()->first});
            now = std::max(now, next);
            while (!flying.empty() && flying.begin()->first <= now)
                flying.extract(flying.begin()).mapped()();
            a.machine->on_deadline(now);
            b.machine->on_deadline(now);
        }
    }
    void pump(end& from, end& to) {
        for (auto& [when, message] : std::exchange(from.ground.messages, {})) {
            log.push_back(message);
            flying.emplace(now + delay, [&to, message = message, this] { to.machine->on_message(message, now); });
        }
        for (const auto& [server, transaction] : std::exchange(from.ground.stun, {})) {
            const endpoint mapped{from.around.nat.mapped->address, ++port};
            flying.emplace(now + stun_delay, [&from, server = server, mapped, transaction = transaction, this] {
                from.machine->on_stun(server, {transaction, mapped, {}, {}}, now);
            });
        }
    }

    end a;
    end b;
    time_point now{100s};
    duration delay = 40ms;
    duration stun_delay = 40ms;
    std::uint16_t port = 7000;
    std::multimap<time_point, std::function<void()>> flying;
    std::vector<wire::tunnel_message> log;
};

wire::punch call_of(std::uint32_t round, std::vector<wire::candidate> candidates) {
    wire::punch call;
    call.round = round;
    call.nat.mapping = nat_mapping::endpoint_independent;
    call.nat.filtering = nat_filtering::address_port_dependent;
    call.candidates = std::move(candidates);
    return call;
}

/// A hostile peer's rounds: call and go, over and over, while `span` lasts.
void call_again_and_again(end& victim, wire::punch call, duration span, duration every = 1s) {
    victim.ground.wants = true;
    for (time_point now{100s}; now < time_point{100s} + span; now += every) {
        ++call.round;
        call.step = punch_step::call;
        victim.machine->on_message(call, now);
        call.step = punch_step::go;
        victim.machine->on_message(call, now);
        for (auto due = now; due < now + every; due += 25ms)
            victim.machine->on_deadline(due);
    }
}

}  // namespace

TEST_CASE("a plain round gives way at once to what the own NAT turns out to need") {
    auto not_tested = easy();
    not_tested.filtering = nat_filtering::unknown;
    pair both(not_tested, sequential());
    both.run_for(500ms);
    REQUIRE(both.a.machine->evidence(both.now).trials.back().strategy == punch_strategy::plain);
    both.a.around.nat.filtering = nat_filtering::address_port_dependent;
    both.a.machine->on_nat(both.now);
    both.run_for(500ms);
    const auto trials = both.a.machine->evidence(both.now).trials;
    REQUIRE(trials.size() == 2);
    REQUIRE(trials.back().strategy == punch_strategy::predicted_peer);
    REQUIRE(both.b.machine->evidence(both.now).trials.back().strategy == punch_strategy::predicted_own);
}

TEST_CASE("both ends begin at the same instant, though both called at once") {
    pair both(easy(), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(500ms);
    REQUIRE(both.a.ground.probes.size() == 1);
    REQUIRE(both.b.ground.probes.size() == 1);
    CHECK(both.a.ground.probes[0].when == both.b.ground.probes[0].when);
    CHECK(both.a.ground.probes[0].when == time_point{100s} + 120ms);
    CHECK(both.a.ground.probes[0].to == path_address(at("203.0.113.2:6000")));
}

TEST_CASE("the time that an answer was held does not shift the instant") {
    pair both(easy(), sequential());
    both.stun_delay = 150ms;
    both.run_for(1s);
    REQUIRE_FALSE(both.b.ground.probes.empty());
    REQUIRE_FALSE(both.a.ground.scattered.empty());
    CHECK(both.a.ground.scattered[0].when == both.b.ground.probes[0].when);
}

TEST_CASE("a predictable port is guessed from what a STUN server just said, 64 ports, twice at most") {
    pair both(easy(), sequential());
    both.run_for(900ms);
    const auto& guesses = both.a.ground.scattered;
    REQUIRE(guesses.size() == 128);
    CHECK(guesses[0].to.at == at("203.0.113.2:7003"));  // two requests, then the next
    CHECK(guesses[63].to.at.port == 7066);
    CHECK(both.b.ground.probes[0].to.channel != main_channel);
    CHECK(both.b.ground.probes[0].to.at == at("203.0.113.1:5000"));
}

TEST_CASE("a round that failed is tried again after 1 s, 5 s, 30 s and each five minutes, from a fresh port") {
    pair both(easy(), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(20min);
    std::vector<duration> rounds;
    for (const auto& each : both.a.ground.probes) {
        if (rounds.empty() || each.when - time_point{100s} - rounds.back() > 1s)
            rounds.push_back(each.when - time_point{100s});
    }
    REQUIRE(rounds.size() >= 6);
    CHECK(rounds[1] - rounds[0] > 2500ms);
    CHECK(rounds[1] - rounds[0] < 5s);
    CHECK(rounds[2] - rounds[1] < 12s);
    CHECK(rounds[3] - rounds[2] < 40s);
    CHECK(rounds[4] - rounds[3] > 250s);
    CHECK(both.a.ground.last > 0);
    CHECK(both.a.ground.open.empty());
    CHECK(both.a.machine->evidence(both.now).trials.back().strategy == punch_strategy::fresh);
    CHECK(both.a.machine->evidence(both.now).trials.back().outcome == punch_outcome::nothing_came);
}

TEST_CASE("another mapping starts a round at once; more knowledge of the same does not while nothing is wanted") {
    pair both(easy(), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(100s);
    const auto before = both.a.ground.probes.size();
    both.a.around.nat.mapped = at("203.0.113.1:5999");
    both.a.machine->on_nat(both.now);
    both.run_for(1s);
    CHECK(both.a.ground.probes.size() == before + 1);
}

TEST_CASE("the first proof ends a spray, keeps its socket and closes the others") {
    pair both(random_ports_of("203.0.113.1:5000"), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(2s);
    CHECK(both.a.ground.open.size() == 256);
    CHECK(both.b.ground.scattered.size() >= 200);
    const auto winner = *both.a.ground.open.begin();
    both.a.ground.used.insert(winner);
    for (auto* const each : {&both.a, &both.b}) {
        each->ground.wants = false;
        each->ground.direct = true;
    }
    both.run_for(10s);
    const auto sprayed = both.b.ground.scattered.size();
    CHECK(both.a.ground.open == std::set{winner});
    CHECK(both.a.machine->evidence(both.now).trials.back().outcome == punch_outcome::direct);
    both.run_for(60s);
    CHECK(both.b.ground.scattered.size() == sprayed);
    both.a.ground.used.clear();
    both.run_for(60s);
    CHECK(both.a.ground.open.empty());
}

TEST_CASE("a spray stays within its budget and its address") {
    pair both(random_ports_of("203.0.113.1:5000"), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(9min);
    const auto& guesses = both.b.ground.scattered;
    CHECK(guesses.size() == 2048);
    std::set<std::uint16_t> ports;
    for (const auto& each : guesses) {
        ports.insert(each.to.at.port);
        if (each.to.at.address != at("203.0.113.1:1").address) FAIL("a guess at another address");
    }
    CHECK(ports.size() == 2048);
    for (const auto& sent : {guesses, both.a.ground.scattered}) {
        for (std::size_t i = 200; i < sent.size(); ++i)
            REQUIRE(sent[i].when - sent[i - 200].when >= 1s);
    }
    CHECK(both.a.ground.open.empty());
    CHECK(both.a.ground.scattered.size() == 3 * 256);
}

TEST_CASE("the sockets of a spray are open after a second, and reach what was probed before they were") {
    pair both(random_ports_of("203.0.113.1:5000"), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.run_for(10s);
    const auto& sent = both.a.ground.scattered;
    REQUIRE(sent.size() == 2 * 256);
    const auto begin = sent.front().when;
    CHECK(both.b.ground.scattered.front().when == begin);
    CHECK(sent[255].when - begin <= 1200ms);
    CHECK(sent.back().when - begin <= 3800ms);
    for (std::size_t i = 0; i < 256; ++i)
        REQUIRE(sent[i].to == sent[256 + i].to);
}

TEST_CASE("without leave to spray nothing is sprayed") {
    pair both(random_ports_of("203.0.113.1:5000"), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    both.b.around.may_spray = false;
    both.run_for(2min);
    CHECK(both.a.ground.scattered.empty());
    CHECK(both.b.ground.scattered.empty());
    CHECK(both.a.ground.open.empty());
}

TEST_CASE("a peer cannot have packets sent where none may go") {
    end victim(true, easy(), "203.0.113.2:443");
    std::vector<wire::candidate> bad;
    for (const auto* each : {"127.0.0.1:80", "[::1]:80", "224.0.0.1:80", "255.255.255.255:80", "0.0.0.0:80",
                             "169.254.1.1:80", "[fe80::1]:80", "100.64.0.9:80", "[ff02::1]:80"})
        bad.push_back({wire::candidate_kind::host, at(each)});
    auto call = call_of(0, bad);
    call.fresh = at("127.0.0.1:5000");
    call_again_and_again(victim, call, 60s);
    CHECK(victim.ground.probes.empty());
    CHECK(victim.ground.scattered.empty());
}

TEST_CASE("a peer may call three times at once, and then each five seconds") {
    end victim(true, easy(), "203.0.113.2:443");
    victim.ground.direct = true;
    victim.ground.wants = false;
    auto call = call_of(0, {});
    for (time_point now{100s}; now < time_point{160s}; now += 100ms) {
        ++call.round;
        victim.machine->on_message(call, now);
        victim.machine->on_deadline(now);
        if (now == time_point{100s} + 1s) CHECK(victim.ground.messages.size() == 3);
    }
    CHECK(victim.ground.messages.size() <= 3 + 12);
    CHECK(victim.ground.messages.size() >= 3 + 10);
}

TEST_CASE("a call opens no sockets while there is a direct way, or while the tunnel rests") {
    auto call = call_of(1, {{wire::candidate_kind::mapped, at("203.0.113.2:6000")}});
    for (const bool is_direct : {true, false}) {
        for (const auto& report : {sequential(), random_ports_of()}) {
            end victim(true, report, "203.0.113.2:443");
            victim.ground.wants = false;
            victim.ground.direct = is_direct;
            ++call.round;
            for (const auto step : {punch_step::call, punch_step::go}) {
                call.step = step;
                victim.machine->on_message(call, time_point{100s});
                for (auto now = time_point{100s}; now < time_point{101s}; now += 20ms)
                    victim.machine->on_deadline(now);
            }
            CHECK(victim.ground.last == 0);
            CHECK(victim.ground.stun.empty());
            CHECK(victim.ground.messages.size() == 1);
            CHECK_FALSE(victim.around.guesses.is_spraying());
        }
    }
}

TEST_CASE("a call that comes at rest waits for the packets that it is for") {
    end woken(true, sequential(), "203.0.113.2:443");
    woken.ground.wants = false;
    woken.machine->on_message(call_of(1, {{wire::candidate_kind::mapped, at("203.0.113.2:6000")}}), time_point{100s});
    CHECK(woken.ground.messages.empty());
    woken.ground.wants = true;
    woken.machine->on_deadline(time_point{100s} + 200ms);
    CHECK(woken.ground.last == 1);
    CHECK(woken.ground.stun.size() == 1);
}

TEST_CASE("a round whose sockets must wait for those of others is called again soon") {
    pair both(random_ports_of("203.0.113.1:5000"), report_of(nat_mapping::endpoint_independent, "203.0.113.2:6000"));
    using part = punch_budget::part;
    for (const auto each : {node_id{77}, node_id{78}})
        both.a.around.guesses.begin_spray(each, part::sockets, both.now);
    both.run_for(5s);
    CHECK(both.a.ground.open.empty());
    both.a.around.guesses.end_spray(node_id{77});
    both.run_for(15s);
    CHECK(both.a.ground.open.size() == 256);
}

TEST_CASE("each round of guesses has a probe of its own") {
    pair both(easy(), sequential());
    both.run_for(6s);
    CHECK(both.a.ground.scatterings == 2);
}

TEST_CASE("a peer that asks for sprays again and again gets one, and none before the server told its address") {
    auto call = call_of(0, {{wire::candidate_kind::mapped, at("203.0.113.2:6000")}});
    call.nat.mapping = nat_mapping::address_port_dependent;
    end careful(true, easy(), "");
    call_again_and_again(careful, call, 60s);
    CHECK(careful.ground.scattered.empty());

    end easy_side(true, easy(), "203.0.113.2:443");
    call_again_and_again(easy_side, call, 9min);
    CHECK(easy_side.ground.scattered.size() <= 2048);

    end hard_side(true, random_ports_of("203.0.113.1:5000"), "203.0.113.2:443");
    call.nat.mapping = nat_mapping::endpoint_independent;
    call_again_and_again(hard_side, call, 9min);
    CHECK(hard_side.ground.last <= 256);
    CHECK(hard_side.ground.scattered.size() <= 3 * 256);
}

TEST_CASE("windows of guesses are few, too") {
    end victim(true, easy(), "203.0.113.2:443");
    auto call = call_of(0, {{wire::candidate_kind::mapped, at("203.0.113.2:6000")}});
    call.nat.mapping = nat_mapping::address_port_dependent;
    call.nat.port_step = 7;
    call.nat.spray = false;
    call.fresh = at("203.0.113.2:6000");
    call_again_and_again(victim, call, 60s, 500ms);
    CHECK(victim.ground.scattered.size() <= 10 * 128);
}

TEST_CASE("a flood of calls is not answered, and nonsense in a message does no harm") {
    end victim(true, easy(), "203.0.113.2:443");
    for (std::uint32_t i = 0; i < 1000; ++i) {
        auto call = call_of(i, std::vector<wire::candidate>(50, {wire::candidate_kind::host, at("203.0.113.2:9")}));
        call.stage = 4294967295U - i;
        call.held = 4294967295U;
        victim.machine->on_message(call, time_point{100s});
        call.step = punch_step::answer;
        victim.machine->on_message(call, time_point{100s});
        call.step = punch_step::go;
        victim.machine->on_message(call, time_point{100s});
        victim.machine->on_message(wire::why{i}, time_point{100s});
        victim.machine->on_message(wire::why_reply{i, {}, {}, {}}, time_point{100s});
    }
    CHECK(victim.ground.messages.size() <= 6);
    CHECK_FALSE(victim.machine->evidence(time_point{100s}).peers);
    CHECK(victim.machine->evidence(time_point{100s}).peer_candidates.size() <= wire::max_candidates);
}

TEST_CASE("each end can ask for the other's evidence") {
    pair both(easy(), sequential());
    both.run_for(10s);
    both.a.machine->ask_why(both.now);
    both.run_for(200ms);
    const auto found = both.a.machine->evidence(both.now);
    REQUIRE(found.peers);
    CHECK(found.peers->nat.port_step == 1);
    REQUIRE_FALSE(found.peers->trials.empty());
    CHECK(found.peers->trials.front().strategy == punch_strategy::predicted_own);
    CHECK(found.trials.front().strategy == punch_strategy::predicted_peer);
    CHECK(found.trials.front().packets == 128);
}

TEST_CASE("an end whose peer does not answer says so") {
    end alone(true, easy(), "203.0.113.2:443");
    for (time_point now{100s}; now < time_point{110s}; now += 100ms)
        alone.machine->on_deadline(now);
    const auto trials = alone.machine->evidence(time_point{110s}).trials;
    REQUIRE_FALSE(trials.empty());
    CHECK(trials.front().outcome == punch_outcome::no_answer);
    CHECK(alone.ground.probes.empty());
}
