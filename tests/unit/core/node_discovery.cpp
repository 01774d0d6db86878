#include "buri/core/node/discovery.hpp"
#include "buri/core/node/own_candidates.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

namespace {

endpoint at(std::string_view text) {
    return *parse_endpoint(text);
}

const endpoint first_server = at("198.51.100.1:17771");
const endpoint second_server = at("198.51.100.1:17772");
const endpoint own = at("192.168.1.2:41641");

/// Without further sockets: the mapped address alone.
struct fixture {
    fixture() {
        stun.on_servers({first_server, second_server}, now);
        stun.on_host_endpoints({own}, now);
        stun.start(now);
        take();
    }
    std::size_t take() {
        std::size_t count = 0;
        while (auto next = stun.poll_output()) {
            const auto& sent = std::get<send_plain>(*next);
            last[sent.to.at] = wire::parse_stun_request(sent.datagram)->transaction;
            ++count;
        }
        return count;
    }
    bool answer(const endpoint& server, std::string_view mapped) {
        const bool taken = stun.on_response(server, {last.at(server), at(mapped), {}, {}}, now);
        take();
        return taken;
    }
    void answer_both(std::string_view mapped) {
        answer(first_server, mapped);
        answer(second_server, mapped);
    }
    /// Requests sent until the given time.
    std::size_t run_to(time_point end) {
        std::size_t sent = 0;
        while (stun.next_deadline() <= end) {
            now = stun.next_deadline();
            stun.on_deadline(now);
            sent += take();
            REQUIRE(stun.next_deadline() > now);
        }
        now = end;
        return sent;
    }

    test::seeded_random random{1};
    discovery stun{random};
    time_point now{100s};
    std::map<endpoint, wire::stun_transaction> last;
};

}  // namespace

TEST_CASE("the first answer is told at once, equal answers mean one mapping for all") {
    fixture f;
    CHECK(f.answer(first_server, "203.0.113.7:5000"));
    CHECK(f.stun.take_news());
    CHECK(f.stun.report().mapped == at("203.0.113.7:5000"));
    CHECK(f.stun.nat() == wire::nat_kind::unknown);
    CHECK(f.answer(second_server, "203.0.113.7:5000"));
    CHECK(f.stun.nat() == wire::nat_kind::endpoint_independent);
    CHECK(f.stun.mapped() == std::vector{at("203.0.113.7:5000")});
    CHECK_FALSE(f.stun.report().preserves_port);
}

TEST_CASE("different ports mean a mapping that depends on the address, and both are told") {
    fixture f;
    f.answer(first_server, "203.0.113.7:41641");
    f.answer(second_server, "203.0.113.7:5001");
    CHECK(f.stun.nat() == wire::nat_kind::address_dependent);
    CHECK(f.stun.report().mapping == nat_mapping::address_port_dependent);
    CHECK(f.stun.mapped().size() == 2);
}

TEST_CASE("an own address as the answer means no NAT") {
    fixture f;
    f.answer(first_server, "192.168.1.2:41641");
    CHECK(f.stun.nat() == wire::nat_kind::none);
    CHECK(f.stun.report().preserves_port);
    f.answer(second_server, "192.168.1.2:41641");
    CHECK(f.stun.nat() == wire::nat_kind::none);
}

TEST_CASE("forged, doubled and late STUN answers change nothing") {
    fixture f;
    const wire::stun_response forged{{}, at("6.6.6.6:6"), {}, {}};
    CHECK_FALSE(f.stun.on_response(first_server, forged, f.now));
    const wire::stun_response copied{f.last[first_server], at("6.6.6.6:6"), {}, {}};
    CHECK_FALSE(f.stun.on_response(at("6.6.6.6:17771"), copied, f.now));
    CHECK_FALSE(f.stun.on_response(second_server, copied, f.now));
    CHECK_FALSE(f.stun.on_response({7, first_server}, copied, f.now));
    CHECK(f.stun.mapped().empty());
    CHECK(f.answer(first_server, "203.0.113.7:5000"));
    CHECK_FALSE(f.answer(first_server, "6.6.6.6:6"));
    f.run_to(f.now + 26s);
    CHECK_FALSE(f.stun.on_response(first_server, copied, f.now));
    CHECK(f.stun.mapped() == std::vector{at("203.0.113.7:5000")});
}

TEST_CASE("a request is repeated after 100 ms, then ever later, seven times in all") {
    fixture f;
    const auto start = f.now;
    std::vector<duration> times;
    while (f.stun.next_deadline() < start + 12s) {
        f.now = f.stun.next_deadline();
        f.stun.on_deadline(f.now);
        if (f.take() != 0) times.push_back(f.now - start);
    }
    CHECK(times == std::vector<duration>{100ms, 300ms, 700ms, 1500ms, 3100ms, 6300ms});
}

TEST_CASE("a mapping is kept alive by one request each 25 s, and a change is noticed by all servers at once") {
    fixture f;
    const auto before = f.last[first_server];
    f.answer_both("203.0.113.7:5000");
    CHECK(f.run_to(f.now + 24s) == 0);
    CHECK(f.run_to(f.now + 1s) == 1);
    CHECK(f.last[first_server] != before);
    CHECK(f.answer(first_server, "203.0.113.7:5000"));
    CHECK(f.run_to(f.now + 24s) == 0);
    CHECK(f.run_to(f.now + 1s) == 1);
    f.stun.take_news();
    const auto old = f.last[second_server];
    CHECK(f.answer(first_server, "203.0.113.7:6000"));
    CHECK(f.stun.take_news());
    CHECK(f.stun.report().mapped == at("203.0.113.7:6000"));
    CHECK(f.last[second_server] != old);
    f.answer_both("203.0.113.7:6000");
    CHECK(f.stun.mapped() == std::vector{at("203.0.113.7:6000")});
    CHECK(f.stun.nat() == wire::nat_kind::endpoint_independent);
}

TEST_CASE("a mapping that nobody confirms any more is forgotten") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.run_to(f.now + 45s);
    CHECK(f.stun.mapped().empty());
    CHECK(f.stun.nat() == wire::nat_kind::unknown);
}

TEST_CASE("UDP is blocked if nothing answers within 700 ms, and works again with the first answer") {
    fixture f;
    CHECK(f.stun.report().udp_works);
    f.run_to(f.now + 699ms);
    CHECK(f.stun.report().udp_works);
    f.run_to(f.now + 1ms);
    CHECK_FALSE(f.stun.report().udp_works);
    CHECK(f.stun.take_news());
    std::size_t sent = 0;
    for (int second = 0; second < 60; ++second)
        sent += f.run_to(f.now + 1s) > 0 ? 1 : 0;
    CHECK(sent >= 8);  // seconds in which it was tried
    while (f.run_to(f.now + 100ms) == 0)
        continue;
    CHECK(f.answer(second_server, "203.0.113.7:5000"));
    CHECK(f.stun.report().udp_works);
    CHECK(f.stun.take_news());
}

TEST_CASE("UDP that stops working is noticed with the next keepalive") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.run_to(f.now + 25s + 2s);
    CHECK_FALSE(f.stun.report().udp_works);
}

TEST_CASE("new own addresses ask again at once; the same ones do not") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.stun.on_host_endpoints({own}, f.now);
    CHECK(f.take() == 0);
    f.stun.on_host_endpoints({at("10.0.0.9:41641")}, f.now);
    CHECK(f.take() == 2);
}

TEST_CASE("servers of a family that the host lacks are not asked") {
    fixture f;
    f.stun.on_servers({first_server, at("[2001:db8::1]:17771")}, f.now);
    CHECK(f.take() == 1);
    f.stun.on_host_endpoints({own, at("[2001:db8::9]:41641")}, f.now);
    CHECK(f.take() == 2);
    f.answer(first_server, "203.0.113.7:5000");
    CHECK(f.answer(at("[2001:db8::1]:17771"), "[2001:db8::9]:41641"));
    CHECK(f.stun.mapped().size() == 2);
    CHECK(f.stun.report().mapped == at("203.0.113.7:5000"));
    CHECK(f.run_to(f.now + 25s) == 2);  // one for each family
}

TEST_CASE("while the server is away one request each 25 s keeps the mapping, and silence is no news") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.stun.take_news();
    f.stun.on_server_away(f.now);
    CHECK(f.run_to(f.now + 10min) == 24);
    CHECK(f.stun.mapped() == std::vector{at("203.0.113.7:5000")});
    CHECK(f.stun.report().udp_works);
    CHECK_FALSE(f.stun.take_news());
    f.stun.start(f.now);
    CHECK(f.take() == 2);
}

TEST_CASE("while the connection to the server is lost a change of the mapping is noticed all the same") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.stun.on_server_away(f.now);
    CHECK(f.run_to(f.now + 25s) == 1);
    CHECK(f.answer(first_server, "203.0.113.7:6000"));
    CHECK(f.stun.report().mapped == at("203.0.113.7:6000"));
}

TEST_CASE("in another network without the server the old mapping is forgotten, and asked for ever more rarely") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.stun.on_server_away(f.now);
    f.stun.on_network_change(f.now);
    const auto sent = f.take() + f.run_to(f.now + 1h);
    CHECK(f.stun.mapped().empty());
    CHECK(f.stun.report().udp_works);
    CHECK(sent <= 14 * 36);
}

TEST_CASE("a relay's PONGs stand for requests, until one is missing") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    std::size_t sent = 0;
    for (int i = 0; i < 10; ++i) {
        sent += f.run_to(f.now + 25s);
        f.stun.on_kept_alive(f.now);
        if (i == 0) f.answer(first_server, "203.0.113.7:5000");
    }
    CHECK(sent <= 1);
    CHECK(f.run_to(f.now + 26s) == 0);
    CHECK(f.run_to(f.now + 1s) == 1);
}

TEST_CASE("a doubt asks one server at once") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    f.run_to(f.now + 3s);
    f.stun.on_doubt(f.now);
    CHECK(f.take() == 1);
}

TEST_CASE("a port that the gateway forwards is offered first, once it was reached") {
    const std::vector hosts{at("192.168.1.2:4")};
    const std::vector mapped{at("203.0.113.7:5")};
    std::vector<port_mapping> forwarded{{.protocol = mapping_protocol::udp, .external = at("203.0.113.7:9")},
                                        {.protocol = mapping_protocol::tcp, .external = at("203.0.113.7:9")}};
    CHECK(own_candidates({hosts, mapped, forwarded, 0}, {}, {}).size() == 2);
    for (auto& each : forwarded)
        each.is_verified = true;
    const auto found = own_candidates({hosts, mapped, forwarded, 7}, {}, {});
    REQUIRE(found.size() == 6);
    CHECK(found[0] == wire::candidate{wire::candidate_kind::port_mapped, at("203.0.113.7:9")});
    CHECK(found[1] == wire::candidate{wire::candidate_kind::tcp, at("203.0.113.7:9")});
    CHECK(found[4] == wire::candidate{wire::candidate_kind::tcp, at("192.168.1.2:7")});
}

TEST_CASE("a gateway whose own address outside is another's is behind a carrier's NAT") {
    fixture f;
    f.answer_both("203.0.113.7:5000");
    CHECK_FALSE(f.stun.report().is_cgn);
    f.stun.on_gateway_address(ip_address::v4(0xcb007107));  // 203.0.113.7
    CHECK_FALSE(f.stun.report().is_cgn);
    f.stun.on_gateway_address(ip_address::v4(0x64400007));
    CHECK(f.stun.report().is_cgn);
    f.stun.on_gateway_address(ip_address::v4(0xc0a80101));
    CHECK(f.stun.report().is_cgn);
    f.stun.on_gateway_address(std::nullopt);
    CHECK_FALSE(f.stun.report().is_cgn);
}

TEST_CASE("candidates are host addresses, then mapped ones, at most ten, and never of the VPN") {
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    const auto ula = *parse_ip_prefix("fd00:1:2:3::/64");
    const std::vector hosts{at("192.168.1.2:4"),     at("100.64.0.2:4"),   at("127.0.0.1:4"), at("169.254.1.1:4"),
                            at("[fd00:1:2:3::9]:4"), at("[fe80::1]:4"),    at("0.0.0.0:4"),   at("224.0.0.1:4"),
                            at("192.168.1.3:0"),     at("[2001:db8::1]:4")};
    const std::vector mapped{at("192.168.1.2:4"), at("203.0.113.7:5")};
    const auto found = own_candidates({hosts, mapped, {}, 0}, pool, ula);
    REQUIRE(found.size() == 3);
    CHECK(found[0] == wire::candidate{wire::candidate_kind::host, hosts[0]});
    CHECK(found[1] == wire::candidate{wire::candidate_kind::host, hosts[9]});
    CHECK(found[2] == wire::candidate{wire::candidate_kind::mapped, mapped[1]});

    CHECK(own_candidates({hosts, {}, {}, 0}, {}, {}).size() == 4);  // before the prefixes are known
    std::vector<endpoint> many;
    for (std::uint32_t i = 1; i < 30; ++i)
        many.push_back({ip_address::v4(0x0a000000 + i), 4});
    CHECK(own_candidates({many, mapped, {}, 0}, pool, ula).size() == wire::max_candidates);
}
