#pragma once
// The data plane's decisions about what comes, without its system calls: what a datagram is, opened in place, or why it is dropped.
// Pure over buffers; one thread; no allocation per packet.
#include "buri/dataplane/drop_reason.hpp"
#include "buri/dataplane/snapshot.hpp"
#include "buri/wire/datagram.hpp"

#include <memory>

namespace buri::dataplane {

struct inbound {
    enum class kind : std::uint8_t {
        dropped,
        packet,   ///< write `content` to the TUN
        control,  ///< 0xF0 and a CBOR map, for the control thread
        keepalive,
        clear,  ///< STUN, or id 0 with a known SPI: for the control thread as it is
    };
    kind what = kind::dropped;
    drop_reason dropped = drop_reason::none;
    byte_span content;
    node_id peer;
    spi in;  ///< with epoch bits, for sealed messages
    bool first_in_epoch = false;
    bool from_elsewhere = false;  ///< authentic, but not from the path we send to
};

class inbound_forwarder {
public:
    void install(std::shared_ptr<const snapshot> next);

    inbound on_datagram(const path_address& from, byte_span datagram);

    /// For what is dropped after the forwarder had it ready.
    void count(drop_reason reason, std::uint64_t times = 1) { drops_.count(reason, times); }
    [[nodiscard]] const drop_counters& drops() const { return drops_; }

private:
    inbound ignore(inbound message, drop_reason reason);
    inbound on_clear(const wire::datagram_header& header, byte_span datagram);
    inbound on_sealed(const wire::datagram_header& header, const path_address& from, byte_span datagram);
    inbound on_plaintext(const peer_link& link, inbound message);
    [[nodiscard]] drop_reason check_addresses(byte_view packet, node_id peer) const;

    std::shared_ptr<const snapshot> now_ = std::make_shared<const snapshot>();
    drop_counters drops_;
};

}  // namespace buri::dataplane
