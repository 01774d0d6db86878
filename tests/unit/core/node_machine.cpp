#include "buri/core/node_machine.hpp"

#include "buri/wire/stun.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

namespace {

constexpr node_id me{0x64400001};
constexpr node_id anna{0x64400002};
constexpr node_id bodo{0x64400003};
const endpoint own{*ip_address::parse("192.168.1.2"), 41641};
const endpoint stun_server{*ip_address::parse("198.51.100.1"), 17771};
const network_name lab = *network_name::parse("lab-net");

const crypto::identity_key& key_of(std::uint64_t seed) {
    static std::map<std::uint64_t, crypto::identity_key> keys;
    const auto known = keys.find(seed);
    if (known != keys.end()) return known->second;
    test::seeded_random random(seed);
    return keys.emplace(seed, crypto::identity_key::generate_ed25519(random)).first->second;
}

wire::sync lab_with(std::vector<node_id> members) {
    wire::sync all;
    all.id = me;
    all.nickname = "self";
    all.pool = "100.64.0.0/10";
    all.ula = "fd00:1:2:3::/64";
    wire::network_info network;
    network.name = lab;
    network.owner = me;
    network.members = std::move(members);
    for (const auto id : network.members) {
        if (id != me) all.peers.push_back({id, "n" + std::to_string(id.value & 255U), {}, true});
    }
    all.networks.push_back(std::move(network));
    return all;
}

wire::tunnel_open offer_of(node_id peer, std::uint32_t in) {
    wire::tunnel_open offer;
    offer.peer = peer;
    offer.key = key_of(2).public_part().blob();
    offer.in = {in};
    offer.out = {in + 16};
    offer.suite = static_cast<std::uint8_t>(suite_id::aes);
    offer.punch = bytes(16, 7);
    offer.networks = {lab};
    return offer;
}

/// A node machine whose server and network are the test.
struct fixture {
    fixture() {
        machine.on_local_endpoints({own}, now);
        take();
    }
    static node_settings settings() {
        node_settings made;
        made.suites = {suite_id::aes};
        made.stun_servers = {stun_server};
        made.software = "test";
        return made;
    }
    void take() {
        while (auto next = machine.poll_output())
            out.push_back(std::move(*next));
    }
    template <typename Kind>
    std::vector<Kind> all() {
        take();
        std::vector<Kind> found;
        std::erase_if(out, [&](node_output& each) {
            auto* const wanted = std::get_if<Kind>(&each);
            if (wanted != nullptr) found.push_back(std::move(*wanted));
            return wanted != nullptr;
        });
        return found;
    }
    template <typename Request>
    std::vector<std::pair<std::uint32_t, Request>> requests_of() {
        take();
        std::vector<std::pair<std::uint32_t, Request>> found;
        std::erase_if(out, [&](const node_output& each) {
            const auto* const sent = std::get_if<send_request>(&each);
            const auto* const wanted = sent == nullptr ? nullptr : std::get_if<Request>(&sent->message.body);
            if (wanted != nullptr) found.emplace_back(sent->message.number, *wanted);
            return wanted != nullptr;
        });
        return found;
    }
    void tell(wire::event what) {
        machine.on_server_message(wire::numbered_event{1, std::move(what)}, now);
        take();
    }
    void answer(std::uint32_t number, wire::answer what = wire::ok_answer{}) {
        machine.on_server_message(wire::numbered_answer{number, std::move(what)}, now);
    }
    void go_online(std::vector<node_id> members = {me, anna, bodo}) {
        machine.on_connected(me, now);
        tell(lab_with(std::move(members)));
        REQUIRE(machine.is_online());
        out.clear();
    }
    void run_for(duration span) {
        const auto end = now + span;
        while (machine.next_deadline() <= end) {
            now = machine.next_deadline();
            machine.on_deadline(now);
            REQUIRE(machine.next_deadline() > now);
            take();
        }
        now = end;
    }
    void answer_stun(std::string_view mapped) {
        for (const auto& sent : all<send_plain>()) {
            const auto transaction = wire::parse_stun_request(sent.datagram);
            REQUIRE(transaction);
            machine.on_datagram(sent.to, wire::encode_stun_response(*transaction, *parse_endpoint(mapped)), now);
        }
    }

    test::seeded_random random{1};
    node_machine machine{settings(), key_of(1), random, {}};
    time_point now{100s};
    std::vector<node_output> out;
};

std::vector<std::string> states(const std::vector<node_event>& events) {
    std::vector<std::string> found;
    for (const auto& event : events) {
        if (event.kind == "tunnel") found.push_back(event.data.at("state"));
    }
    return found;
}

}  // namespace

// ---- the connection -----------------------------------------------------------------------------------------------

TEST_CASE("a connected node says hello first, then where it is") {
    fixture f;
    f.machine.on_connected(me, f.now);
    f.take();
    REQUIRE(f.out.size() >= 2);
    const auto& first = std::get<send_request>(f.out.at(0)).message;
    CHECK(std::get<wire::hello>(first.body).software == "test");
    CHECK(std::get<wire::hello>(first.body).suites == std::vector<std::uint8_t>{2});
    const auto said = f.requests_of<wire::endpoints>();
    REQUIRE(said.size() == 1);
    CHECK(said.front().second.candidates == std::vector{wire::candidate{wire::candidate_kind::host, own}});
    CHECK_FALSE(f.machine.is_online());
}

TEST_CASE("endpoints are told when they change, and only then, and again in each connection") {
    fixture f;
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
    f.tell(lab_with({me}));
    f.machine.on_local_endpoints({own}, f.now);
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.answer_stun("203.0.113.7:5000");
    const auto said = f.requests_of<wire::endpoints>();
    REQUIRE(said.size() == 1);
    CHECK(said.front().second.candidates.size() == 2);
    CHECK(f.machine.mapped_endpoints().size() == 1);
    f.run_for(26s);
    f.answer_stun("203.0.113.7:5000");
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.machine.on_disconnected(f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
}

TEST_CASE("a node without addresses tells them once it has some") {
    fixture f;
    f.machine.on_local_endpoints({}, f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.machine.on_local_endpoints({own}, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
}

TEST_CASE("addresses of the VPN are withdrawn once the prefix is known") {
    fixture f;
    f.machine.on_local_endpoints({own, {*ip_address::parse("100.64.0.1"), 41641}}, f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().front().second.candidates.size() == 2);
    f.tell(lab_with({me}));
    CHECK(f.requests_of<wire::endpoints>().front().second.candidates.size() == 1);
}

TEST_CASE("sync puts the node online and configures its addresses once") {
    fixture f;
    f.machine.on_connected(me, f.now);
    f.tell(lab_with({me, anna}));
    CHECK(f.all<configure_addresses>().size() == 1);
    const auto events = f.all<node_event>();
    REQUIRE(events.size() == 1);
    CHECK(events.front().kind == "online");
    CHECK(events.front().data ==
          wire::json{{"address", "100.64.0.1"}, {"address6", "fd00:1:2:3::6440:1"}, {"nickname", "self"}});
    f.tell(lab_with({me, anna}));
    CHECK(f.all<configure_addresses>().empty());
    CHECK(f.all<node_event>().empty());
    CHECK(f.machine.nickname() == "self");
    CHECK(f.machine.peers().size() == 1);
}

TEST_CASE("a silent server is pinged, then given up once") {
    fixture f;
    f.go_online();
    f.run_for(19s);
    CHECK(f.requests_of<wire::ping>().empty());
    f.run_for(1s);
    REQUIRE(f.requests_of<wire::ping>().size() == 1);
    f.run_for(60s);
    CHECK(f.all<reconnect_wanted>().size() == 1);
    f.machine.on_disconnected(f.now);
    CHECK(f.all<node_event>().back().kind == "offline");
    CHECK_FALSE(f.machine.is_online());
    CHECK(f.machine.peers().size() == 2);
}

TEST_CASE("a server that answers its pings is kept") {
    fixture f;
    f.go_online();
    for (int i = 0; i < 10; ++i) {
        f.run_for(20s);
        const auto pings = f.requests_of<wire::ping>();
        REQUIRE(pings.size() == 1);
        f.answer(pings.front().first);
    }
    CHECK(f.all<reconnect_wanted>().empty());
}

TEST_CASE("nothing is due for a node that is not connected and has no tunnels") {
    fixture f;
    CHECK(f.machine.next_deadline() == never);
    f.go_online();
    f.machine.on_disconnected(f.now);
    CHECK(f.machine.next_deadline() == never);
    f.machine.on_disconnected(f.now);
    f.tell(lab_with({me}));  // from the connection that is gone
    CHECK_FALSE(f.machine.is_online());
}

// ---- requests -----------------------------------------------------------------------------------------------------

TEST_CASE("a user's request ends in its answer, in time out, or with the connection") {
    fixture f;
    f.machine.request(1, wire::leave_network{lab}, f.now);
    auto done = f.all<request_done>();
    REQUIRE(done.size() == 1);
    CHECK(done.front().outcome.error().code == errc::not_online);
    f.go_online();

    f.machine.request(2, wire::leave_network{lab}, f.now);
    f.answer(f.requests_of<wire::leave_network>().front().first);
    done = f.all<request_done>();
    REQUIRE(done.size() == 1);
    CHECK(done.front().ticket == 2);
    CHECK(done.front().outcome.has_value());

    f.machine.request(3, wire::leave_network{lab}, f.now);
    const auto number = f.requests_of<wire::leave_network>().front().first;
    f.answer(number, wire::error_answer{68, "no"});
    CHECK(f.all<request_done>().front().outcome.error() == error{errc::not_owner, "no"});
    f.answer(number);
    f.answer(9999);
    CHECK(f.all<request_done>().empty());

    f.machine.request(4, wire::leave_network{lab}, f.now);
    f.run_for(10s);
    CHECK(f.all<request_done>().front().outcome.error().code == errc::timed_out);
    f.machine.request(5, wire::leave_network{lab}, f.now);
    f.machine.on_disconnected(f.now);
    CHECK(f.all<request_done>().front().outcome.error().code == errc::not_online);
}

TEST_CASE("an error number from the future reads as internal") {
    fixture f;
    f.go_online();
    f.machine.request(1, wire::leave_network{lab}, f.now);
    f.answer(f.requests_of<wire::leave_network>().front().first, wire::error_answer{60000, ""});
    CHECK(f.all<request_done>().front().outcome.error().code == errc::internal);
}

TEST_CASE("a nickname is ours once the server took it") {
    fixture f;
    f.go_online();
    f.machine.request(1, wire::set_nickname{"other"}, f.now);
    CHECK(f.machine.nickname() == "self");
    f.answer(f.requests_of<wire::set_nickname>().front().first);
    CHECK(f.machine.nickname() == "other");
}

TEST_CASE("more requests than can wait are refused") {
    fixture f;
    f.go_online();
    for (std::uint64_t i = 0; i < 1000; ++i)
        f.machine.request(i, wire::ping{}, f.now);
    const auto done = f.all<request_done>();
    REQUIRE_FALSE(done.empty());
    CHECK(done.front().outcome.error().code == errc::too_many_requests);
}

// ---- tunnels ------------------------------------------------------------------------------------------------------

TEST_CASE("a tunnel is announced before packets are routed to it") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    const auto is_about = [](const node_output& each) {
        return std::holds_alternative<tunnel_wants>(each) || std::holds_alternative<route_peer>(each);
    };
    const auto first = std::ranges::find_if(f.out, is_about);
    REQUIRE(first != f.out.end());
    const auto& wants = std::get<tunnel_wants>(*first);
    CHECK(wants.peer == anna);
    CHECK(wants.in == spi{0x80000010});
    CHECK(wants.out == spi{0x80000020});
    CHECK(std::holds_alternative<tunnel_changed>(wants.what));
    CHECK(f.all<route_peer>().size() == 1);
    CHECK(states(f.all<node_event>()) == std::vector<std::string>{"connecting"});
}

TEST_CASE("an introduction that never worked gives way to the next at once") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.out.clear();
    f.tell(offer_of(anna, 0x80000100));
    const auto gone = f.all<remove_tunnel>();
    REQUIRE(gone.size() == 1);
    CHECK(gone.front().in == spi{0x80000010});
    REQUIRE(f.all<route_peer>().size() == 1);
    CHECK(f.machine.peers().front().in == spi{0x80000100});
}

TEST_CASE("close removes the tunnel that it names and no other") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.tell(offer_of(bodo, 0x80000100));
    f.out.clear();
    f.tell(wire::tunnel_close{anna, {0x80000200}, "offline"});
    CHECK(f.all<remove_tunnel>().empty());
    f.tell(wire::tunnel_close{anna, {0x80000010}, "offline"});
    CHECK(f.all<remove_tunnel>().size() == 1);
    CHECK(states(f.all<node_event>()) == std::vector<std::string>{"closed"});
    CHECK(f.machine.peers().back().in == spi{0x80000100});
    CHECK_FALSE(f.machine.peers().front().in);
}

TEST_CASE("a tunnel to a stranger, one that is known already, or one to this node is ignored") {
    fixture f;
    f.go_online({me, anna});
    f.tell(offer_of(bodo, 0x80000010));
    f.tell(offer_of(me, 0x80000010));
    CHECK(f.all<tunnel_wants>().empty());
    f.tell(offer_of(anna, 0x80000010));
    f.out.clear();
    f.tell(offer_of(anna, 0x80000010));
    f.tell(wire::peer_candidates{bodo, {}});
    CHECK(f.all<tunnel_wants>().empty());
    CHECK(f.all<remove_tunnel>().empty());
}

TEST_CASE("an introduction that cannot be used says why and leaves the node as it was") {
    fixture f;
    f.go_online();
    auto bad = offer_of(anna, 0x80000010);
    bad.key = key_of(1).public_part().blob();  // our own key
    f.tell(bad);
    CHECK(f.all<tunnel_wants>().empty());
    const auto events = f.all<node_event>();
    CHECK(states(events) == std::vector<std::string>{"failed"});
    CHECK_FALSE(events.front().data.at("problem").get<std::string>().empty());
    CHECK_FALSE(f.machine.peers().front().problem.empty());
    f.tell(offer_of(anna, 0x80000100));
    CHECK(f.machine.peers().front().problem.empty());
}

TEST_CASE("tunnels end with the last network in common, whatever message says so") {
    const std::vector<wire::event> ends{wire::member_left{lab, anna}, wire::network_gone{lab, "deleted"},
                                        wire::network_event{lab_with({me, bodo}).networks.front()}};
    for (const auto& end : ends) {
        fixture f;
        f.go_online();
        f.tell(offer_of(anna, 0x80000010));
        f.out.clear();
        f.tell(end);
        REQUIRE(f.all<remove_tunnel>().size() == 1);
        CHECK(states(f.all<node_event>()) == std::vector<std::string>{"closed"});
    }
}

TEST_CASE("a sync leaves tunnels alone: the rest of a large one follows, and the server closes what may not be") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.tell(lab_with({me, bodo}));
    CHECK(f.all<remove_tunnel>().empty());
    f.tell(wire::tunnel_close{anna, spi{0x80000010}, "no_common_network"});
    CHECK(f.all<remove_tunnel>().size() == 1);
}

TEST_CASE("a lost connection and a sync for another node leave tunnels alone") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    auto other = lab_with({me});
    other.id = bodo;
    f.tell(other);
    f.machine.on_disconnected(f.now);
    CHECK(f.all<remove_tunnel>().empty());
    CHECK(f.machine.peers().front().in == spi{0x80000010});
}

TEST_CASE("a tunnel without keys is not told in hello") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.machine.on_disconnected(f.now);
    f.out.clear();
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::hello>().front().second.tunnels.empty());
}

TEST_CASE("a packet for a peer without a tunnel asks the server for one, ever more rarely") {
    fixture f;
    f.go_online();
    f.machine.on_send_wanted(anna, f.now);
    CHECK(f.requests_of<wire::tunnel_request>().size() == 1);
    f.machine.on_send_wanted(anna, f.now);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
    std::size_t asked = 0;
    for (int i = 0; i < 600; ++i) {
        f.run_for(1s);
        for (const auto& ping : f.requests_of<wire::ping>())
            f.answer(ping.first);
        asked += f.requests_of<wire::tunnel_request>().size();
    }
    CHECK(asked >= 5);
    CHECK(asked <= 12);
    f.machine.on_send_wanted({99}, f.now);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
}

TEST_CASE("a refused introduction is not asked for again by itself") {
    fixture f;
    f.go_online();
    f.machine.on_send_wanted(anna, f.now);
    f.answer(f.requests_of<wire::tunnel_request>().front().first,
             wire::error_answer{static_cast<std::uint16_t>(errc::peer_offline), ""});
    f.run_for(15s);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
}

// ---- what strangers send ------------------------------------------------------------------------------------------

TEST_CASE("datagrams that belong to nothing are ignored, whatever they hold") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.out.clear();
    test::seeded_random noise(3);
    for (std::size_t size = 0; size < 120; ++size) {
        bytes datagram(size);
        noise.fill(datagram);
        for (const auto first : {0x00, 0x42, 0x80, 0xc0}) {
            if (size > 0) datagram[0] = static_cast<std::uint8_t>(first);
            f.machine.on_datagram(stun_server, datagram, f.now);
            if (size >= 8) std::fill(datagram.begin() + 4, datagram.begin() + 8, std::uint8_t{0});
            f.machine.on_datagram(stun_server, datagram, f.now);
        }
    }
    CHECK(f.all<tunnel_wants>().empty());
    CHECK(f.machine.mapped_endpoints().empty());
}

TEST_CASE("inner messages that are unknown, cut or unasked for are nothing") {
    fixture f;
    f.go_online();
    const auto reply = wire::encode(wire::tunnel_message{wire::echo_reply{7}});
    f.machine.on_inner_control(anna, reply, f.now);
    for (std::size_t size = 0; size < reply.size(); ++size) {
        f.machine.on_inner_control(anna, byte_view(reply).first(size), f.now);
    }
    f.machine.on_inner_control(anna, bytes{0xf0, 0xff, 0xff}, f.now);
    f.machine.send_echo(anna, 7, f.now);
    f.machine.on_inner_control(bodo, reply, f.now);  // asked of another
    CHECK(f.all<echo_answered>().empty());
    f.machine.on_inner_control(anna, reply, f.now);
    f.machine.on_inner_control(anna, reply, f.now);
    CHECK(f.all<echo_answered>().size() == 1);
}
