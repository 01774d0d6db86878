// What is said of a pair, row by row.
#include "buri/core/node/why_text.hpp"

#include "buri/core/node/reach_words.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using wire::candidate_kind;
using wire::nat_info;
using wire::punch_outcome;

namespace {

nat_info nat(nat_mapping mapping, nat_filtering filtering) {
    nat_info out;
    out.mapping = mapping;
    out.filtering = filtering;
    return out;
}

const nat_info easy = nat(nat_mapping::endpoint_independent, nat_filtering::address_port_dependent);
const nat_info open_host = nat(nat_mapping::none, nat_filtering::endpoint_independent);
const nat_info hard = nat(nat_mapping::address_port_dependent, nat_filtering::address_port_dependent);

nat_info blocked() {
    nat_info out;
    out.udp = false;
    return out;
}

nat_info stepping() {
    auto out = hard;
    out.port_step = 1;
    return out;
}

wire::candidate candidate(candidate_kind kind, const char* at) {
    return {kind, *parse_endpoint(at)};
}

wire::punch_trial trial(punch_outcome outcome) {
    wire::punch_trial out;
    out.outcome = outcome;
    return out;
}

why_facts pair(const nat_info& own, const nat_info& peer, pair_state state) {
    why_facts facts;
    facts.own = {
        "anna", own, {candidate(candidate_kind::mapped, "198.51.100.1:1")}, {trial(punch_outcome::nothing_came)}};
    facts.peer = {"build", peer, {candidate(candidate_kind::mapped, "203.0.113.1:1")}, {}};
    facts.state = state;
    facts.relay = "fra1";
    return facts;
}

bool advises(const why_text& said, const std::string& words) {
    for (const auto& each : said.advice) {
        if (each.find(words) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a direct way needs no advice", "[why]") {
    const auto said = explain(pair(easy, easy, pair_state::direct));
    CHECK(said.verdict == "Packets go directly.");
    CHECK(said.advice.empty());
}

TEST_CASE("a direct way is named after the address that it goes to", "[why]") {
    auto facts = pair(easy, easy, pair_state::direct);
    facts.peer.candidates.push_back(candidate(candidate_kind::port_mapped, "203.0.113.1:9"));
    const auto said = [&](const char* path) {
        facts.path = *parse_endpoint(path);
        return explain(facts).verdict;
    };
    CHECK(said("203.0.113.1:1") == "Packets go directly, through the NAT of build.");
    CHECK(said("203.0.113.1:9") == "Packets go directly, to the port that the router of build forwards.");
    CHECK(said("192.168.1.9:1") == "Packets go directly, inside a network that both are in.");
    CHECK(said("[2001:db8::1]:1") == "Packets go directly, over IPv6.");
    facts.own.trials = {trial(punch_outcome::direct)};
    facts.own.trials.front().strategy = wire::punch_strategy::spray_easy;
    facts.own.trials.front().took = 761;
    facts.own.trials.front().packets = 100;
    CHECK(said("203.0.113.1:77") ==
          "Packets go directly, by ports of NATs that were guessed. That was found in 761 ms with 100 packets: many "
          "ports of the peer from one here.");
    facts.peer.nat = open_host;
    CHECK(said("203.0.113.1:1").starts_with("Packets go directly: build has a public address."));
}

TEST_CASE("how long a direct way took to find is said whichever end found it", "[why]") {
    const auto found = [](std::uint32_t took, std::uint32_t packets) {
        auto out = trial(punch_outcome::direct);
        out.strategy = wire::punch_strategy::plain;
        out.took = took;
        out.packets = packets;
        return out;
    };
    auto facts = pair(easy, easy, pair_state::direct);
    facts.own.trials.clear();
    CHECK(explain(facts).verdict == "Packets go directly.");
    facts.peer.trials = {trial(punch_outcome::nothing_came), found(31, 12)};
    CHECK(explain(facts).verdict == "Packets go directly. build found that in 31 ms with 12 packets.");
    facts.own.trials = {found(18, 0)};
    CHECK(explain(facts).verdict == "Packets go directly. build found that in 31 ms with 12 packets.");
    facts.peer.trials.clear();
    CHECK(explain(facts).verdict == "Packets go directly. That was found in 18 ms: to each address of the peer.");
    facts.own.trials = {found(18, 1)};
    CHECK(explain(facts).verdict ==
          "Packets go directly. That was found in 18 ms with 1 packet: to each address of the peer.");
}

TEST_CASE("loss is known once twenty probes were measured", "[why]") {
    way_view way;
    way.loss = 0.5;
    for (const unsigned measured : {0U, 2U, 19U}) {
        way.measured = measured;
        CHECK_FALSE(known_loss(way));
    }
    way.measured = 20;
    CHECK(known_loss(way) == 0.5);
}

TEST_CASE("two random symmetric NATs need port mapping or IPv6", "[why]") {
    auto facts = pair(hard, hard, pair_state::relay);
    const auto said = explain(facts);
    CHECK(said.verdict ==
          "Packets go by the relay fra1. Both sides have random symmetric NAT: only port mapping or IPv6 on one side "
          "gives "
          "a direct way.");
    CHECK(advises(said, "UPnP or PCP on the router of anna"));
    CHECK(advises(said, "UPnP or PCP on the router of build"));
    CHECK_FALSE(advises(said, "IPv6"));
    facts.own.candidates.push_back(candidate(candidate_kind::host, "[2001:db8::1]:1"));
    CHECK(advises(explain(facts), "IPv6 at build gives a direct way: anna has it"));
    facts.peer.candidates.push_back(candidate(candidate_kind::host, "[2001:db8:1::1]:1"));
    CHECK_FALSE(advises(explain(facts), "IPv6"));
    facts.peer.candidates.push_back(candidate(candidate_kind::host, "[fd00::1]:1"));
    facts.peer.candidates.push_back(candidate(candidate_kind::port_mapped, "203.0.113.1:9"));
    CHECK_FALSE(advises(explain(facts), "router of build"));
}

TEST_CASE("blocked UDP is named with its end", "[why]") {
    const auto own = explain(pair(blocked(), easy, pair_state::relay));
    CHECK(own.verdict == "UDP is blocked at anna, so packets go by the relay fra1.");
    CHECK(own.advice == std::vector<std::string>{"UDP is blocked at anna: open UDP out in the firewall there"});
    const auto peer = explain(pair(easy, blocked(), pair_state::tcp));
    CHECK(peer.verdict == "UDP is blocked at build, so packets go over a TCP connection between the two.");
    CHECK(peer.advice == std::vector<std::string>{"UDP is blocked at build: open UDP out in the firewall there"});
    CHECK(explain(pair(blocked(), blocked(), pair_state::relay)).advice.size() == 2);
}

TEST_CASE("the router of the hard side is the one to change", "[why]") {
    const auto said = explain(pair(easy, hard, pair_state::relay));
    CHECK(said.verdict == "Packets go by the relay fra1. Nothing that was tried came through.");
    CHECK(advises(said, "router of build"));
    CHECK_FALSE(advises(said, "router of anna"));
    CHECK(advises(said, "'vpn doctor' at anna and at build"));
    auto facts = pair(easy, hard, pair_state::relay);
    facts.peer.nat->spray = false;
    CHECK(explain(facts).verdict.ends_with("guessing them is turned off."));
    facts.own.nat = stepping();
    CHECK(explain(facts).verdict.ends_with("guessing them is turned off."));
}

TEST_CASE("what was tried last decides the words", "[why]") {
    auto facts = pair(easy, easy, pair_state::relay);
    const auto said = [&](punch_outcome outcome) {
        facts.own.trials = {trial(outcome)};
        return explain(facts).verdict;
    };
    CHECK(said(punch_outcome::limited).ends_with("it is tried again later."));
    CHECK(said(punch_outcome::no_answer).ends_with("build does not take part in looking for a direct way."));
    CHECK(said(punch_outcome::under_way).ends_with("A direct way is being looked for."));
    CHECK(said(punch_outcome::no_mapping).ends_with("Nothing that was tried came through."));
    facts.own.trials.clear();
    CHECK(explain(facts).verdict.ends_with("A direct way is being looked for."));
    facts.is_resting = true;
    CHECK(explain(facts).verdict.ends_with("looks for a direct way with the next packet."));
}

TEST_CASE("two behind one router are told of hairpinning", "[why]") {
    auto facts = pair(easy, easy, pair_state::relay);
    facts.peer.candidates = facts.own.candidates;
    CHECK(advises(explain(facts), "hairpinning"));
    facts.own.nat = open_host;
    CHECK_FALSE(advises(explain(facts), "hairpinning"));
}

TEST_CASE("without a tunnel the reason is told", "[why]") {
    auto facts = pair(easy, easy, pair_state::offline);
    CHECK(explain(facts).verdict == "build is offline: the server does not see it.");
    facts.state = pair_state::connecting;
    CHECK(explain(facts).verdict == "No packet has come through yet; ways are being looked for.");
    facts.has_relays = false;
    CHECK(advises(explain(facts), "vpn relay run"));
    facts.problem = "its key is another";
    CHECK(explain(facts).verdict == "There is no tunnel: its key is another.");
}

TEST_CASE("nothing that is missing is needed", "[why]") {
    for (const auto state :
         {pair_state::offline, pair_state::connecting, pair_state::relay, pair_state::tcp, pair_state::direct}) {
        why_facts facts;
        facts.state = state;
        CHECK_FALSE(explain(facts).verdict.empty());
    }
}

TEST_CASE("a NAT in words", "[why]") {
    CHECK(words_for(easy) == "easy: endpoint independent, port restricted");
    CHECK(words_for(nat(nat_mapping::endpoint_independent, nat_filtering::unknown)) ==
          "easy: endpoint independent, filtering not known");
    CHECK(words_for(open_host) == "no NAT, open to everybody");
    CHECK(words_for(hard) == "hard: address and port dependent, port restricted, ports at random");
    CHECK(words_for(stepping()) == "hard: address and port dependent, port restricted, each new port 1 higher");
    auto down = stepping();
    down.port_step = 65534;
    CHECK(words_for(down).ends_with("each new port 2 lower"));
    auto pool = hard;
    pool.port_low = 1024;
    pool.port_high = 1087;
    CHECK(words_for(pool).ends_with("ports from 1024 to 1087"));
    CHECK(words_for(blocked()) == "blocked: no UDP gets through");
    CHECK(words_for(nat_info()) == "not known yet");
}

TEST_CASE("only what anybody can route to is global", "[why]") {
    for (const auto* text : {"198.51.100.1", "8.8.8.8", "2001:db8::1"})
        CHECK(is_global(*ip_address::parse(text)));
    for (const auto* text : {"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1",
                             "fe80::1", "fd00::1", "::1", "0.0.0.0"})
        CHECK_FALSE(is_global(*ip_address::parse(text)));
    CHECK(is_shared_address(*ip_address::parse("100.127.255.255")));
    CHECK_FALSE(is_shared_address(*ip_address::parse("100.128.0.0")));
}
