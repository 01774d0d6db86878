// Where first packets go, and how: hops, own addresses, what nobody may make a node do; and streams to the peer.
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/punch_mac.hpp"
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>

namespace buri::test {
namespace {

const auto relay_1 = at("198.51.100.1:17771");
const auto listening = at("192.0.2.2:443");
const auto silent = at("203.0.113.5:5000");

punch_key key() {
    return punch_key(std::span<const std::uint8_t, 16>(std::array<std::uint8_t, 16>{
        0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a}));
}

bytes probe_for(spi to) {
    wire::probe message;
    message.nonce.fill(7);
    return make_clear_datagram(to, message, suite_id::aes, key());
}

/// The answer of the peer to a probe that was sent.
bytes answer_to(const send_clear& sent, spi to) {
    const auto parsed = wire::parse_clear_datagram(sent.datagram, suite_id::aes);
    return make_clear_datagram(to, wire::probe_ack{std::get<wire::probe>(parsed->message).nonce, sent.to.at},
                               suite_id::aes, key());
}

std::vector<send_clear> sent_to(const tunnel_end& end, const path_address& where) {
    std::vector<send_clear> found;
    std::ranges::copy_if(end.clear, std::back_inserter(found),
                         [&](const send_clear& each) { return each.to == where; });
    return found;
}

std::size_t sent_to(const tunnel_end& end, const ip_address& where) {
    return static_cast<std::size_t>(
        std::ranges::count_if(end.clear, [&](const send_clear& each) { return each.to.at.address == where; }));
}

std::vector<flight> nothing(const flight&) {
    return {};
}

void tell(world& net, tunnel_end& end, std::vector<wire::candidate> candidates) {
    end.machine->on_candidates(candidates, net.now());
    net.drain(end);
}

/// Up through a relay, with nothing direct.
void come_up_by_relay(world& net) {
    net.network = [&net](const flight& what) {
        return net.is_relay(what.from) || net.is_relay(what.to) ? std::vector{what} : std::vector<flight>{};
    };
    net.add_relay(relay_1);
    net.tell_relays();
    REQUIRE(net.come_up());
}

}  // namespace

TEST_CASE("the first opener to a translated address dies on the way, unless there is no NAT here",
          "[core][tunnel][openers]") {
    for (const auto mapping : {nat_mapping::unknown, nat_mapping::endpoint_independent, nat_mapping::none}) {
        world net({.network = nothing});
        net.a.around.nat.mapping = mapping;
        const auto mapped = at("203.0.113.5:5000");
        const auto host = at("203.0.113.6:5000");
        tell(net, net.a, {{wire::candidate_kind::mapped, mapped}, {wire::candidate_kind::host, host}});
        net.run_for(1s);
        const auto openers = sent_to(net.a, mapped);
        REQUIRE(openers.size() == 6);
        REQUIRE(openers.front().ttl == (mapping == nat_mapping::none ? std::nullopt : std::optional<std::uint8_t>(4)));
        REQUIRE(std::ranges::none_of(openers.begin() + 1, openers.end(),
                                     [](const send_clear& each) { return each.ttl.has_value(); }));
        REQUIRE_FALSE(sent_to(net.a, host).front().ttl);
    }
}

TEST_CASE("an answer leaves from the address that the probe came to, and so do probes there",
          "[core][tunnel][openers]") {
    world net({.network = nothing});
    const auto own = at("192.0.2.111:1").address;
    const auto elsewhere = at("203.0.113.77:7777");
    net.a.machine->on_clear_datagram(elsewhere, probe_for(world::spi_a), net.now(), own);
    net.drain(net.a);
    net.run_for(100ms);
    const auto sent = sent_to(net.a, elsewhere);
    REQUIRE(sent.size() == 2);
    REQUIRE(sent[0].from == own);
    REQUIRE(sent[1].from == own);
}

TEST_CASE("nothing is sent to addresses of the VPN", "[core][tunnel][openers]") {
    world net({.network = nothing});
    net.a.around.pool = *parse_ip_prefix("100.64.0.0/10");
    net.a.around.ula = *parse_ip_prefix("fd00:1::/64");
    const std::array forbidden{at("100.64.0.9:5000"), at("[fd00:1::9]:5000")};
    for (const auto& each : forbidden) {
        tell(net, net.a, {{wire::candidate_kind::host, each}, {wire::candidate_kind::tcp, each}});
        net.a.machine->on_clear_datagram(each, probe_for(world::spi_a), net.now());
        net.drain(net.a);
    }
    net.run_for(30s);
    for (const auto& each : forbidden)
        REQUIRE(sent_to(net.a, each).empty());
    REQUIRE(net.a.dialled.empty());
}

TEST_CASE("a silent address gets twenty probes while there is another path", "[core][tunnel][openers]") {
    world net;
    come_up_by_relay(net);
    net.traffic = [&net] { net.send_user(net.a); };
    tell(net, net.a, {{wire::candidate_kind::mapped, silent}});
    net.run_for(5min);
    REQUIRE(sent_to(net.a, silent).size() <= 20);
}

TEST_CASE("a third party gets twenty packets and then one each 25 s, whatever ports a peer names and however often",
          "[core][tunnel][openers]") {
    world net;
    come_up_by_relay(net);
    net.traffic = [&net] { net.send_user(net.b); };
    net.traffic_interval = 500ms;
    std::uint16_t port = 1000;
    wire::punch call;
    call.nat.mapping = nat_mapping::address_port_dependent;
    call.nat.port_step = 1;
    for (const auto end = net.now() + 10min; net.now() < end;) {
        call.candidates.clear();
        for (int i = 0; i < 10; ++i)
            call.candidates.push_back({wire::candidate_kind::mapped, {silent.address, ++port}});
        call.fresh = {silent.address, ++port};
        tell(net, net.b, call.candidates);
        ++call.round;
        for (const auto step : {wire::punch_step::call, wire::punch_step::go}) {
            call.step = step;
            net.b.machine->on_message(call, net.now());
            net.drain(net.b);
        }
        net.run_for(5s);
    }
    REQUIRE(sent_to(net.b, silent.address) >= 20);
    REQUIRE(sent_to(net.b, silent.address) <= 20 + 24);
}

TEST_CASE("where the server sees the peer it gets more, and never more than guesses are given to one peer",
          "[core][tunnel][openers]") {
    world net;
    come_up_by_relay(net);
    net.traffic = [&net] { net.send_user(net.b); };
    net.traffic_interval = 500ms;
    std::uint16_t port = 1000;
    wire::punch call;
    call.nat.mapping = nat_mapping::address_port_dependent;
    call.nat.filtering = nat_filtering::address_port_dependent;
    call.nat.spray = true;
    net.b.around.nat.mapping = nat_mapping::endpoint_independent;
    net.b.around.nat.filtering = nat_filtering::address_port_dependent;
    for (const auto end = net.now() + 10min; net.now() < end;) {
        call.candidates.clear();
        for (int i = 0; i < 10; ++i)
            call.candidates.push_back({wire::candidate_kind::mapped, {silent.address, ++port}});
        call.fresh = {silent.address, ++port};
        call.nat.port_step = static_cast<std::uint16_t>(call.round % 3);
        net.b.machine->on_candidates(call.candidates, net.now(), endpoint{silent.address, 443});
        net.drain(net.b);
        call.stage = ++call.round % 4;
        for (const auto step : {wire::punch_step::call, wire::punch_step::go}) {
            call.step = step;
            net.b.machine->on_message(call, net.now());
            net.drain(net.b);
        }
        net.run_for(5s);
    }
    REQUIRE(sent_to(net.b, silent.address) >= 1000);
    REQUIRE(sent_to(net.b, silent.address) <= 2048 + 20 + 24);
}

TEST_CASE("no packet goes to a private address where the peer cannot be, few where it hardly is",
          "[core][tunnel][openers]") {
    world net;
    net.b.around.hosts = {at("192.168.1.2:40001")};
    net.b.around.nat.mapped = at("203.0.113.1:40001");
    come_up_by_relay(net);
    net.traffic = [&net] { net.send_user(net.b); };
    net.traffic_interval = 500ms;
    const auto elsewhere = at("10.0.0.7:5000");
    const auto in_range = at("192.168.7.7:5000");
    const auto neighbour = at("192.168.1.7:5000");
    const std::vector<wire::candidate> named{{wire::candidate_kind::host, elsewhere},
                                             {wire::candidate_kind::tcp, elsewhere},
                                             {wire::candidate_kind::host, in_range},
                                             {wire::candidate_kind::host, neighbour}};
    tell(net, net.b, named);
    wire::punch call;
    call.round = 1;
    call.candidates = named;
    for (const auto step : {wire::punch_step::call, wire::punch_step::go}) {
        call.step = step;
        net.b.machine->on_message(call, net.now());
        net.drain(net.b);
    }
    net.run_for(20s);
    REQUIRE(sent_to(net.b, elsewhere.address) == 0);
    REQUIRE(net.b.dialled.empty());
    REQUIRE(sent_to(net.b, in_range.address) == 6);
    REQUIRE(sent_to(net.b, neighbour.address) > 6);
    REQUIRE(sent_to(net.b, neighbour.address) <= 20);

    net.b.machine->on_candidates(named, net.now(), endpoint{net.b.around.nat.mapped->address, 443});
    net.drain(net.b);
    net.run_for(10s);
    REQUIRE(sent_to(net.b, elsewhere.address) > 6);
}

TEST_CASE("a stream to the peer is tried when datagrams find no way, and is better than the relay",
          "[core][tunnel][streams]") {
    world net;
    net.a.around.stream_port = 17771;
    come_up_by_relay(net);
    const auto told = net.now();
    tell(net, net.a, {{wire::candidate_kind::tcp, listening}});
    REQUIRE(net.run_while_not([&] { return !net.a.dialled.empty(); }, 6s));
    REQUIRE(net.now() - told >= 4s);
    const auto dialled = net.a.dialled.front();
    REQUIRE(dialled.to == listening);
    REQUIRE(dialled.local_port == 17771);
    net.a.machine->on_channel_open(dialled.channel, net.now());
    net.drain(net.a);
    const path_address way{dialled.channel, listening};
    REQUIRE(sent_to(net.a, way).size() == 1);
    net.run_for(5ms);
    net.a.machine->on_clear_datagram(way, answer_to(sent_to(net.a, way).front(), world::spi_a), net.now());
    net.drain(net.a);
    REQUIRE(net.a.machine->status().path == way);
    // It ends, and the relay is the path again at once.
    net.a.machine->on_channel_closed(dialled.channel, net.now());
    net.drain(net.a);
    REQUIRE(net.a.path == relay_1);
}

TEST_CASE("where datagrams do not get through a stream is tried at once", "[core][tunnel][streams]") {
    world net({.network = nothing});
    net.a.around.nat.udp_works = false;
    tell(net, net.a, {{wire::candidate_kind::tcp, listening}});
    net.run_for(1ms);
    REQUIRE(net.a.dialled.size() == 1);
}

TEST_CASE("streams are tried two at a time and ever more rarely", "[core][tunnel][streams]") {
    world net({.network = nothing});
    net.a.around.nat.udp_works = false;
    std::vector<wire::candidate> many;
    for (const auto* const each : {"192.0.2.2:443", "192.0.2.3:443", "192.0.2.4:443", "192.0.2.5:443"})
        many.push_back({wire::candidate_kind::tcp, at(each)});
    tell(net, net.a, many);
    net.run_for(1s);
    REQUIRE(net.a.dialled.size() == 2);
    net.run_for(30min);
    REQUIRE(net.a.dialled.size() >= 60);
    REQUIRE(net.a.dialled.size() <= 240);
    REQUIRE(net.a.closed.size() >= net.a.dialled.size() - 2);
}

TEST_CASE("where a direct way is found no stream is opened", "[core][tunnel][streams]") {
    world net;
    tell(net, net.a, {{wire::candidate_kind::host, net.b.addresses.front()}, {wire::candidate_kind::tcp, listening}});
    REQUIRE(net.come_up());
    net.traffic = [&net] { net.send_user(net.a); };
    net.run_for(1min);
    REQUIRE(net.a.dialled.empty());
}

}  // namespace buri::test
