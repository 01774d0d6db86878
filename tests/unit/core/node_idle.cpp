// What a node sends that nobody uses, to be reachable behind a NAT that forgets after 30 s.
#include "buri/wire/relay_control.hpp"
#include "tests/unit/core/node_fixture.hpp"

#include <set>

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

namespace {

/// A server that answers STUN and a relay on the same port, as the server's own is.
struct idle_world : fixture {
    idle_world() {
        machine.on_connected(me, now);
        wire::relay_info info;
        info.id = 1;
        info.name = "own";
        info.udp = {stun_server};
        tell(lab_with({me, anna, bodo}));
        tell(wire::relay_list{{info}});
    }
    void introduce() {
        auto offer = offer_of(anna, 0x80000010);
        const auto token = wire::with_signature({.relay = 1, .node = me, .in = offer.in, .expires = 1}, bytes(64));
        offer.relays = {{1, token}};
        tell(offer);
    }
    void answer(const send_plain& sent) {
        if (const auto request = wire::parse_stun_request(sent.datagram)) {
            ++stun;
            const auto& seen = sent.to.at == stun_server ? mapped : far_mapped;
            const wire::stun_response response{.transaction = request->transaction, .mapped = seen};
            if (is_up) machine.on_datagram(sent.to, wire::encode_stun_response(response), now);
            return;
        }
        const auto message = wire::parse_relay_message(sent.datagram);
        REQUIRE(message);
        if (const auto* const ping = std::get_if<wire::relay_ping>(&*message)) {
            ++pings;
            const auto count = static_cast<std::uint32_t>(bound_from == mapped ? 1 : 0);
            if (is_up)
                machine.on_datagram(sent.to, encode(wire::relay_message{wire::relay_pong{ping->nonce, {1}, count}}),
                                    now);
        } else {
            bound_from = mapped;
            if (is_up)
                machine.on_datagram(sent.to, encode(wire::relay_message{wire::relay_bind_ok{spi{0x80000010}, 60}}),
                                    now);
        }
    }
    /// Datagrams that left the main socket, but for those of tunnels.
    std::size_t idle_for(duration span) {
        std::size_t sent = 0;
        for (const auto end = now + span; now < end;) {
            now = std::min(end, std::max(now, machine.next_deadline()));
            machine.on_deadline(now);
            for (auto datagrams = all<send_plain>(); !datagrams.empty(); datagrams = all<send_plain>()) {
                for (const auto& each : datagrams) {
                    ++sent;
                    answer(each);
                }
            }
            out.clear();
        }
        return sent;
    }

    endpoint mapped = *parse_endpoint("203.0.113.7:5000");
    endpoint far_mapped = mapped;  ///< as a relay elsewhere sees it
    endpoint bound_from;
    bool is_up = true;
    std::size_t stun = 0;
    std::size_t pings = 0;
};

constexpr std::size_t in_an_hour = 3600 / 25;

}  // namespace

TEST_CASE("an idle node with a tunnel sends one packet in 25 s, which are PINGs to its relay") {
    idle_world f;
    f.introduce();
    f.idle_for(1min);
    f.stun = f.pings = 0;
    CHECK(f.idle_for(1h) <= in_an_hour);
    CHECK(f.stun == 0);
    CHECK(f.pings >= in_an_hour - 3);
}

TEST_CASE("an idle node without tunnels sends one packet in 25 s, most of them to a STUN server") {
    idle_world f;
    f.idle_for(1min);
    f.stun = f.pings = 0;
    CHECK(f.idle_for(1h) <= in_an_hour);
    CHECK(f.stun >= in_an_hour - 24);
}

TEST_CASE("an idle node without the server keeps its mapping with one packet in 25 s, and sees it change") {
    idle_world f;
    f.introduce();
    f.idle_for(1min);
    f.machine.on_disconnected(f.now);
    CHECK(f.idle_for(1h) <= in_an_hour);
    f.stun = 0;
    f.mapped = *parse_endpoint("203.0.113.7:6000");
    f.idle_for(26s);
    CHECK(f.stun <= 3);
    CHECK(f.bound_from == f.mapped);
    CHECK(f.machine.nat().mapped == f.mapped);
}

TEST_CASE("an idle node whose relay falls silent asks STUN servers instead") {
    idle_world f;
    f.introduce();
    f.idle_for(1min);
    f.is_up = false;
    f.stun = 0;
    f.idle_for(30s);
    CHECK(f.stun >= 1);
}

TEST_CASE("a relay's address tells what the one address of the server cannot: whether mappings depend on it") {
    idle_world f;
    wire::relay_info far;
    far.id = 2;
    far.name = "far";
    far.udp = {*parse_endpoint("192.0.2.9:17771")};
    f.far_mapped = *parse_endpoint("203.0.113.7:5999");
    f.tell(wire::relay_list{{far}});
    f.idle_for(10s);
    CHECK(f.machine.nat().is_symmetric());
    CHECK(f.machine.nat().stun_servers.size() == 2);
}

TEST_CASE("a gateway that maps a port of another address than servers see is behind a carrier's NAT") {
    idle_world f;
    f.idle_for(10s);
    CHECK_FALSE(f.machine.nat().is_cgn);
    port_mapping mapping;
    mapping.external = *parse_endpoint("10.64.0.3:41641");
    f.machine.on_port_mappings({mapping}, f.now);
    CHECK(f.machine.nat().is_cgn);
    mapping.external = f.mapped;
    f.machine.on_port_mappings({mapping}, f.now);
    CHECK_FALSE(f.machine.nat().is_cgn);
}
