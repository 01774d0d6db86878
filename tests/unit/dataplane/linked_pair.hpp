#pragma once
// Two ends of a tunnel as control would keep them, and the packets that go through it.
#include "buri/dataplane/inbound_forwarder.hpp"
#include "buri/dataplane/outbound_forwarder.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace buri::test {

inline const ip_prefix test_ula = parse_ip_prefix("fd12:3456:789a:bcde::/64").value();

inline crypto::direction_keys random_keys(random_source& random) {
    crypto::direction_keys out;
    random.fill(out.cipher.writable());
    random.fill(out.mac.writable());
    random.fill(out.iv.writable());
    return out;
}

inline void put_u16(bytes& packet, std::size_t at, std::size_t value) {
    packet[at] = static_cast<std::uint8_t>(value >> 8U);
    packet[at + 1] = static_cast<std::uint8_t>(value);
}

/// An IPv4 packet of protocol 253 (RFC 3692, for experiments).
inline bytes v4_packet(const ip_address& source, const ip_address& destination, std::size_t payload) {
    bytes out(20 + payload);
    out[0] = 0x45;
    put_u16(out, 2, out.size());
    out[8] = 64;
    out[9] = 253;
    std::ranges::copy(source.network_bytes(), out.begin() + 12);
    std::ranges::copy(destination.network_bytes(), out.begin() + 16);
    for (std::size_t i = 20; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(i * 7);
    return out;
}

inline bytes v6_packet(const ip_address& source, const ip_address& destination, std::size_t payload) {
    bytes out(40 + payload);
    out[0] = 0x60;
    put_u16(out, 4, payload);
    out[6] = 253;
    out[7] = 64;
    std::ranges::copy(source.v6_bytes(), out.begin() + 8);
    std::ranges::copy(destination.v6_bytes(), out.begin() + 24);
    for (std::size_t i = 40; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(i * 7);
    return out;
}

/// One node with one tunnel.
struct tunnel_end {
    node_id self;
    dataplane::peer_link link;

    [[nodiscard]] std::shared_ptr<const dataplane::snapshot> snapshot() const {
        const auto out = std::make_shared<dataplane::snapshot>();
        const auto published = std::make_shared<const dataplane::peer_link>(link);
        out->self = self;
        out->ula = test_ula;
        out->add(published);
        out->route(link.peer, link.in);
        return out;
    }
    /// Of which packets take none of the tunnels.
    [[nodiscard]] std::shared_ptr<const dataplane::snapshot> without_routes() const {
        const auto out = std::make_shared<dataplane::snapshot>();
        out->self = self;
        out->ula = test_ula;
        out->add(std::make_shared<const dataplane::peer_link>(link));
        return out;
    }
    [[nodiscard]] ip_address v4() const { return address_of(self); }
    [[nodiscard]] ip_address v6() const { return ula_of(test_ula, self); }
};

struct linked_pair {
    explicit linked_pair(suite_id with, crypto::secrecy kept = crypto::secrecy::encrypted, std::uint64_t seed = 1)
        : suite(with), secrecy(kept), random(seed) {
        alice.self = bob.link.peer = parse_node_id("100.64.0.1").value();
        bob.self = alice.link.peer = parse_node_id("100.64.0.2").value();
        alice.link.in = bob.link.out = spi{0x80001000};
        bob.link.in = alice.link.out = spi{0x90002000};
        alice.link.path = parse_endpoint("192.0.2.2:2000").value();
        bob.link.path = parse_endpoint("192.0.2.1:1000").value();
        alice.link.statistics = std::make_shared<dataplane::link_statistics>();
        bob.link.statistics = std::make_shared<dataplane::link_statistics>();
        add_receive_keys(0);
        switch_send_keys(0);
    }

    /// Both ends can open messages of this epoch from now on.
    void add_receive_keys(std::uint8_t epoch) {
        to_bob[epoch] = random_keys(random);
        to_alice[epoch] = random_keys(random);
        bob.link.receive[epoch] = std::make_shared<dataplane::receive_epoch>(epoch, suite, secrecy, to_bob[epoch]);
        alice.link.receive[epoch] = std::make_shared<dataplane::receive_epoch>(epoch, suite, secrecy, to_alice[epoch]);
    }
    void switch_send_keys(std::uint8_t epoch) {
        alice.link.send = std::make_shared<dataplane::send_epoch>(epoch, suite, secrecy, to_bob[epoch]);
        bob.link.send = std::make_shared<dataplane::send_epoch>(epoch, suite, secrecy, to_alice[epoch]);
    }

    suite_id suite;
    crypto::secrecy secrecy;
    seeded_random random;
    tunnel_end alice;
    tunnel_end bob;
    std::array<crypto::direction_keys, 4> to_bob;
    std::array<crypto::direction_keys, 4> to_alice;
};

inline bytes copy_of(byte_view data) {
    return {data.begin(), data.end()};
}

/// Both directions of one node, without what lies around them.
struct both_forwarders {
    struct ready {
        dataplane::route to;
        dataplane::outbound sealed;
        [[nodiscard]] dataplane::drop_reason dropped() const {
            return to.dropped != dataplane::drop_reason::none ? to.dropped : sealed.dropped;
        }
    };

    void install(const std::shared_ptr<const dataplane::snapshot>& next) {
        out.install(next);
        in.install(next);
    }
    ready on_packet(byte_span packet, byte_span into) {
        ready got;
        got.to = out.find_route(packet, packet.size());
        if (got.to.dropped == dataplane::drop_reason::none) got.sealed = out.seal(*got.to.link, packet, into);
        return got;
    }
    /// The datagram; empty if there is none.
    bytes sealed(bytes packet) {
        bytes into(dataplane::room_for(packet.size()));
        return copy_of(on_packet(packet, into).sealed.datagram);
    }

    dataplane::outbound_forwarder out;
    dataplane::inbound_forwarder in;
};

}  // namespace buri::test
