#pragma once
// Alice's and Bob's forwarders, linked by hand.
#include "tests/unit/dataplane/linked_pair.hpp"

namespace buri::test {

struct forwarder_fixture : linked_pair {
    explicit forwarder_fixture(suite_id with = suite_id::aes, crypto::secrecy kept = crypto::secrecy::encrypted)
        : linked_pair(with, kept) {
        install();
    }

    void install() {
        alice_side.install(alice.snapshot());
        bob_side.install(bob.snapshot());
    }

    /// What Alice's node sends for a packet of her interface; empty if it was dropped.
    bytes sealed(byte_view packet) {
        packet_buffer buffer(packet);
        return copy_of(alice_side.on_packet(buffer.data, buffer.size).datagram);
    }
    dataplane::drop_reason refused(byte_view packet) {
        packet_buffer buffer(packet);
        return alice_side.on_packet(buffer.data, buffer.size).dropped;
    }
    /// What Alice's node sends for a plaintext of its own.
    bytes sealed_message(byte_view plaintext) {
        packet_buffer buffer(plaintext);
        return copy_of(alice_side.seal_for(alice.link.in, buffer.data, buffer.size).datagram);
    }

    struct opened {
        dataplane::inbound message;
        bytes content;
    };
    opened open(bytes datagram) { return open(std::move(datagram), bob.link.path); }
    opened open(bytes datagram, const path_address& from) {
        const auto message = bob_side.on_datagram(from, datagram);
        return {message, copy_of(message.content)};
    }
    dataplane::drop_reason opening_fails(bytes datagram) { return open(std::move(datagram)).message.dropped; }

    [[nodiscard]] bytes packet_to_bob(std::size_t payload = 64) const {
        return v4_packet(alice.v4(), bob.v4(), payload);
    }
    [[nodiscard]] std::uint64_t dropped_by_bob(dataplane::drop_reason reason) const {
        return bob_side.drops()[static_cast<std::size_t>(reason)].load();
    }

    dataplane::forwarder alice_side;
    dataplane::forwarder bob_side;
};

}  // namespace buri::test
