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

    /// What Alice's node makes of a packet of her interface; its datagram is there until the next call.
    both_forwarders::ready send(byte_view packet) {
        packet_.assign(packet.begin(), packet.end());
        sealed_.resize(dataplane::room_for(packet.size()));
        return alice_side.on_packet(packet_, sealed_);
    }
    /// Empty if it was dropped.
    bytes sealed(byte_view packet) { return copy_of(send(packet).sealed.datagram); }
    dataplane::drop_reason refused(byte_view packet) { return send(packet).dropped(); }
    /// What Alice's node sends for a plaintext of its own.
    bytes sealed_message(byte_view plaintext) {
        bytes into(dataplane::room_for(plaintext.size()));
        return copy_of(alice_side.out.seal_for(alice.link.in, plaintext, into).datagram);
    }

    struct opened {
        dataplane::inbound message;
        bytes content;
    };
    opened open(bytes datagram) { return open(std::move(datagram), bob.link.path); }
    opened open(bytes datagram, const path_address& from) {
        const auto message = bob_side.in.on_datagram(from, datagram);
        return {message, copy_of(message.content)};
    }
    dataplane::drop_reason opening_fails(bytes datagram) { return open(std::move(datagram)).message.dropped; }

    [[nodiscard]] bytes packet_to_bob(std::size_t payload = 64) const {
        return v4_packet(alice.v4(), bob.v4(), payload);
    }
    [[nodiscard]] std::uint64_t dropped_by_bob(dataplane::drop_reason reason) const {
        return bob_side.in.drops()[reason];
    }

    both_forwarders alice_side;
    both_forwarders bob_side;

private:
    bytes packet_;
    bytes sealed_;
};

}  // namespace buri::test
