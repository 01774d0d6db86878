// The simulator itself: a story proves nothing if its internet is not one.
#include "buri/core/node/discovery.hpp"
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

const endpoint server_one{*ip_address::parse("198.51.100.1"), 1000};
const endpoint server_two{*ip_address::parse("198.51.100.1"), 2000};
const endpoint stranger{*ip_address::parse("198.51.100.9"), 1000};
const ip_address inside{*ip_address::parse("192.168.1.2")};

/// A host behind a NAT, and two hosts on the internet that remember who wrote to them.
struct nat_lab {
    explicit nat_lab(nat_settings settings)
        : box(in, "nat", settings, internet, {}, lan),
          client("client", [this](packet what) { to_client.push_back(what.from); }),
          server("server", [this](packet what) { to_server.push_back(what.from); }),
          other("other", [](packet) {}) {
        box.set_external(*ip_address::parse("203.0.113.1"));
        client.plug_into(lan, {}, {inside});
        server.plug_into(internet, {}, {server_one.address});
        other.plug_into(internet, {}, {stranger.address});
    }
    endpoint source_seen_by(const endpoint& to) {
        client.send(5000, to, {1});
        in.run_for(1s);
        return to_server.back();
    }
    bool lets_in(udp_host& from, std::uint16_t port, const endpoint& mapped) {
        to_client.clear();
        from.send(port, mapped, {1});
        in.run_for(1s);
        return !to_client.empty();
    }

    world in{7};
    segment internet{in, "internet"};
    segment lan{in, "lan"};
    nat_box box;
    std::vector<endpoint> to_client;
    std::vector<endpoint> to_server;
    udp_host client;
    udp_host server;
    udp_host other;
};

}  // namespace

TEST_CASE("a NAT filters by what its class says") {
    struct row {
        filtering_behaviour filtering;
        bool same_port, same_address, stranger;
    };
    const std::vector<row> rows{{filtering_behaviour::endpoint_independent, true, true, true},
                                {filtering_behaviour::address_dependent, true, true, false},
                                {filtering_behaviour::address_and_port_dependent, true, false, false}};
    for (const auto& [filtering, same_port, same_address, a_stranger] : rows) {
        nat_lab lab({.filtering = filtering});
        const auto mapped = lab.source_seen_by(server_one);
        CHECK(lab.lets_in(lab.server, server_one.port, mapped) == same_port);
        CHECK(lab.lets_in(lab.server, server_two.port, mapped) == same_address);
        CHECK(lab.lets_in(lab.other, stranger.port, mapped) == a_stranger);
        CHECK_FALSE(lab.lets_in(lab.server, server_one.port, {mapped.address, 9}));
    }
}

TEST_CASE("a NAT maps by what its class says") {
    nat_lab independent({.allocation = port_allocation::random});
    CHECK(independent.source_seen_by(server_one) == independent.source_seen_by(server_two));
    nat_lab by_address({.mapping = mapping_behaviour::address_dependent, .allocation = port_allocation::random});
    CHECK(by_address.source_seen_by(server_one) == by_address.source_seen_by(server_two));
    nat_lab by_port({.mapping = mapping_behaviour::address_and_port_dependent, .allocation = port_allocation::random});
    CHECK(by_port.source_seen_by(server_one) != by_port.source_seen_by(server_two));
    nat_lab preserving({});
    CHECK(preserving.source_seen_by(server_one).port == 5000);
}

TEST_CASE("a mapping ends with its timeout or with a rebinding, and not before") {
    nat_lab lab({.allocation = port_allocation::random, .timeout = 30s});
    const auto first = lab.source_seen_by(server_one);
    lab.in.run_for(20s);
    CHECK(lab.lets_in(lab.server, server_one.port, first));
    lab.in.run_for(20s);
    CHECK(lab.source_seen_by(server_one) == first);
    lab.in.run_for(31s);
    CHECK_FALSE(lab.lets_in(lab.server, server_one.port, first));
    const auto second = lab.source_seen_by(server_one);
    CHECK(second != first);
    lab.box.rebind();
    CHECK(lab.source_seen_by(server_one) != second);
}

TEST_CASE("hairpin shows the outside address, if the router does it") {
    for (const auto hairpin : {true, false}) {
        nat_lab lab({.filtering = filtering_behaviour::endpoint_independent, .hairpin = hairpin});
        udp_host neighbour("neighbour", [](packet) {});
        neighbour.plug_into(lab.lan, {}, {*ip_address::parse("192.168.1.3")});
        const auto mapped = lab.source_seen_by(server_one);
        CHECK(lab.lets_in(neighbour, 6000, mapped) == hairpin);
        if (hairpin) CHECK(lab.to_client.back() == endpoint{*ip_address::parse("203.0.113.1"), 6000});
    }
}

TEST_CASE("a link loses, doubles, holds back and cuts as it is told") {
    world in(3);
    segment net(in, "net");
    std::vector<std::uint8_t> arrived;
    udp_host from("from", [](packet) {});
    udp_host to("to", [&](packet what) { arrived.push_back(what.data[0]); });
    from.plug_into(net, {}, {server_one.address});
    to.plug_into(net, {}, {stranger.address});
    const auto send = [&](int count) {
        arrived.clear();
        for (int i = 0; i < count; ++i)
            from.send(1, stranger, {static_cast<std::uint8_t>(i)});
        in.run_for(1s);
        return arrived.size();
    };
    CHECK(send(200) == 200);
    CHECK(std::ranges::is_sorted(arrived));
    from.card().link = {.jitter = 10ms};
    CHECK(send(200) == 200);
    CHECK(std::ranges::is_sorted(arrived));
    from.card().link = {.reorder = 0.2};
    CHECK(send(200) == 200);
    CHECK_FALSE(std::ranges::is_sorted(arrived));
    from.card().link = {.loss = 0.5};
    CHECK(send(200) < 150);
    from.card().link = {.duplicate = 0.5};
    CHECK(send(200) > 250);
    from.card().link = {.mtu = 28};
    CHECK(send(1) == 0);
    from.card().link = {.mtu = 29};
    CHECK(send(1) == 1);
    from.card().link.cut = true;
    CHECK(send(1) == 0);
}

TEST_CASE("one seed is one story") {
    const auto tell = [](std::uint64_t seed) {
        story told(seed, 2);
        told.put(0, place::port_cone);
        told.put(1, place::symmetric_adf);
        told.set_path_loss(0.1);
        told.start_all();
        told.in.run_for(5s);
        return told.in.trace().draw();
    };
    CHECK(tell(11) == tell(11));
    CHECK(tell(11) != tell(12));
}

TEST_CASE("each place is seen by the nodes' own discovery as what it is") {
    const std::vector<std::pair<place, nat_mapping>> rows{
        {place::open, nat_mapping::none},
        {place::firewall, nat_mapping::none},
        {place::full_cone, nat_mapping::endpoint_independent},
        {place::port_cone, nat_mapping::endpoint_independent},
        {place::symmetric, nat_mapping::address_port_dependent},
    };
    for (const auto& [where, seen] : rows) {
        CAPTURE(to_string(where));
        story told(5, 2);
        told.put(0, where);
        told.put(1, place::open);
        told.start_all();
        told.in.run_for(2s);
        CHECK(told.anna().machine().nat().mapping == seen);
        CHECK(told.anna().machine().is_online());
    }
}
