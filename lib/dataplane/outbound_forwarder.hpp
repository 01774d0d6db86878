#pragma once
// The data plane's decisions about what leaves, without its system calls: which packet goes where, sealed, or why it is dropped. Pure
// over buffers; one thread; no allocation per packet.
#include "buri/dataplane/drop_reason.hpp"
#include "buri/dataplane/snapshot.hpp"
#include "buri/wire/datagram.hpp"

#include <memory>

namespace buri::dataplane {

/// Room that a plaintext of `size` bytes needs as a datagram, in every suite.
constexpr std::size_t room_for(std::size_t size) {
    return wire::datagram_header_size + size + crypto::max_seal_overhead;
}

/// Where a packet goes; links are there until the next install().
struct route {
    drop_reason dropped = drop_reason::none;
    node_id peer;  ///< also set for no_session
    const peer_link* link = nullptr;
    std::uint16_t mtu = 0;  ///< for over_mtu: what its sender is to be told
};

/// A datagram that is ready, or the reason why there is none.
struct outbound {
    drop_reason dropped = drop_reason::none;
    const peer_link* link = nullptr;
    byte_view datagram;
};

class outbound_forwarder {
public:
    void install(std::shared_ptr<const snapshot> next);

    /// `packet` is whole, or a super-packet of whose segments the largest has `largest` bytes. One for a peer without a session may
    /// wait and is not counted.
    route find_route(byte_view packet, std::size_t largest);
    /// Seals a whole packet, whose MSS option may be lowered, to the front of `into`: at least room_for() bytes, apart from it.
    outbound seal(const peer_link& link, byte_span packet, byte_span into);
    /// As seal(), for a plaintext that control sends to a peer through one tunnel, whether or not packets take that tunnel.
    outbound seal_for(spi in, byte_view plaintext, byte_span into);
    /// Whether a packet for this peer can leave now.
    [[nodiscard]] bool has_session(node_id peer) const;

    /// For what is dropped after the forwarder had it ready.
    void count(drop_reason reason, std::uint64_t times = 1) { drops_.count(reason, times); }
    [[nodiscard]] const drop_counters& drops() const { return drops_; }

private:
    route refuse(drop_reason reason);
    outbound seal_plaintext(const peer_link& link, byte_view plaintext, byte_span into);

    std::shared_ptr<const snapshot> now_ = std::make_shared<const snapshot>();
    drop_counters drops_;
};

}  // namespace buri::dataplane
