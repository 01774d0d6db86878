#include "tests/unit/core/node_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

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
    const std::vector<wire::event> ends{wire::member_left{lab, anna, "left"}, wire::network_gone{lab, "deleted", {}},
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
    f.machine.on_inner_control(anna, spi{0x80000010U}, reply, f.now);
    for (std::size_t size = 0; size < reply.size(); ++size) {
        f.machine.on_inner_control(anna, spi{0x80000010U}, byte_view(reply).first(size), f.now);
    }
    f.machine.on_inner_control(anna, spi{0x80000010U}, bytes{0xf0, 0xff, 0xff}, f.now);
    f.machine.send_echo(anna, 7, f.now);
    f.machine.on_inner_control(bodo, spi{0x80000010U}, reply, f.now);  // asked of another
    CHECK(f.all<echo_answered>().empty());
    f.machine.on_inner_control(anna, spi{0x80000010U}, reply, f.now);
    f.machine.on_inner_control(anna, spi{0x80000010U}, reply, f.now);
    CHECK(f.all<echo_answered>().size() == 1);
}

// ---- without encryption, and with a new key -----------------------------------------------------------------------

TEST_CASE("a tunnel without encryption is refused unless the configuration allows it, and the peer says why") {
    fixture f;
    f.go_online();
    auto offer = offer_of(anna, 0x80000010);
    offer.plain = true;
    f.tell(offer);
    CHECK(f.all<tunnel_wants>().empty());
    CHECK(states(f.all<node_event>()) == std::vector<std::string>{"failed"});
    CHECK(f.machine.peers().front().problem.find("'encryption'") != std::string::npos);
    offer.plain = false;
    f.tell(offer);
    CHECK(f.machine.peers().front().in == spi{0x80000010});
    CHECK_FALSE(f.machine.peers().front().tunnel->plain);
}

TEST_CASE("a node says whether it allows tunnels without encryption, and takes them then") {
    for (const bool allowed : {false, true}) {
        test::seeded_random random{1};
        auto settings = fixture::settings();
        settings.allow_unencrypted = allowed;
        node_machine machine{settings, key_of(1), random, {}};
        const time_point now{100s};
        machine.on_connected(me, now);
        const auto first = std::get<send_request>(*machine.poll_output());
        CHECK(std::get<wire::hello>(first.message.body).plain == allowed);
        machine.on_server_message(wire::numbered_event{1, lab_with({me, anna})}, now);
        auto offer = offer_of(anna, 0x80000010);
        offer.plain = true;
        machine.on_server_message(wire::numbered_event{2, offer}, now);
        CHECK(machine.peers().front().in.has_value() == allowed);
        if (allowed) CHECK(machine.peers().front().tunnel->plain);
    }
}

TEST_CASE("with a new key every tunnel is asked for anew, and kept until then") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.tell(offer_of(bodo, 0x80000100));
    f.out.clear();
    f.machine.on_key_changed(f.now);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
    f.run_for(5s);
    const auto asked = f.requests_of<wire::tunnel_request>();
    REQUIRE(asked.size() == 2);
    CHECK(asked.front().second.peer == anna);
    CHECK(asked.back().second.peer == bodo);
    CHECK(f.all<remove_tunnel>().empty());
}

TEST_CASE("a key that changes while the server is away is followed by new tunnels once it is back") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.machine.on_disconnected(f.now);
    f.machine.on_key_changed(f.now);
    f.run_for(60s);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
    f.machine.on_connected(me, f.now);
    f.tell(lab_with({me, anna}));
    CHECK(f.requests_of<wire::tunnel_request>().size() == 1);
}

TEST_CASE("with a new key a peer that the server introduces by itself is not asked for") {
    fixture f;
    f.go_online();
    f.tell(offer_of(anna, 0x80000010));
    f.machine.on_key_changed(f.now);
    f.tell(offer_of(anna, 0x80000100));
    f.run_for(4s);
    CHECK(f.requests_of<wire::tunnel_request>().empty());
}
