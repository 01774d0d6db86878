#pragma once
// The data plane's decisions without its system calls: which packet goes where, sealed or opened in place, or why it is
// dropped. Pure over buffers; one thread; no allocation per packet.
#include "buri/dataplane/peer_link.hpp"
#include "buri/wire/datagram.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace buri::dataplane {

/// Ids under one key end here (protocol section 4: never a message past 2^27).
inline constexpr std::uint32_t max_message_id = 1U << 27U;

enum class drop_reason : std::uint8_t {
    none,
    not_ip,      ///< neither IPv4 nor IPv6, or of another length than its header says
    no_route,    ///< from the TUN: the destination is no peer
    no_session,  ///< from the TUN: the peer has no keys or no path now
    over_mtu,    ///< from the TUN: larger than the path carries, and not to be fragmented
    too_large,
    unknown_spi,
    unknown_epoch,
    replayed,
    forged,        ///< not authentic, or numbered past max_message_id
    wrong_source,  ///< an inner source that is not the sending peer's address
    wrong_destination,
    unknown_kind,
    no_channel,  ///< the way that it was to take is closed
    not_taken,   ///< the kernel did not take what was ready: a full queue, or no way to the address
    count_,
};
std::string_view to_string(drop_reason reason);

/// A datagram that is ready, or the reason why there is none.
struct outbound {
    drop_reason dropped = drop_reason::none;
    node_id peer;  ///< also set for no_session
    path_address to;
    std::optional<ip_address> from;  ///< the own address that it leaves from; none: the kernel's choice
    byte_view datagram;
    std::uint16_t mtu = 0;  ///< for over_mtu: what its sender is to be told
};

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

class forwarder {
public:
    void install(std::shared_ptr<const snapshot> next);

    /// For what is dropped after the forwarder had it ready.
    void count(drop_reason reason);

    /// `buffer` holds a packet of `size` bytes at offset wire::datagram_header_size and has room for
    /// crypto::max_seal_overhead after it. A packet that is dropped is as it was; one for a peer without a session may wait
    /// and is not counted.
    outbound on_packet(byte_span buffer, std::size_t size);
    /// As on_packet, for a plaintext that control sends to a peer through one tunnel, whether or not packets take that
    /// tunnel.
    outbound seal_for(spi in, byte_span buffer, std::size_t size);
    /// Whether a packet for this peer can leave now.
    [[nodiscard]] bool has_session(node_id peer) const;
    inbound on_datagram(const path_address& from, byte_span datagram);

    [[nodiscard]] const std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(drop_reason::count_)>& drops()
        const;

private:
    outbound refuse(drop_reason reason, node_id peer = {});
    inbound ignore(inbound message, drop_reason reason);
    outbound seal(const peer_link& link, byte_span buffer, std::size_t size);
    inbound on_clear(const wire::datagram_header& header, byte_span datagram);
    inbound on_sealed(const wire::datagram_header& header, const path_address& from, byte_span datagram);
    inbound on_plaintext(const peer_link& link, inbound message);
    [[nodiscard]] drop_reason check_addresses(byte_view packet, node_id peer) const;

    std::shared_ptr<const snapshot> now_ = std::make_shared<const snapshot>();
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(drop_reason::count_)> drops_{};
};

}  // namespace buri::dataplane
