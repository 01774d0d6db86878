#pragma once
// What control and the data plane share about a tunnel. Control builds these objects and hands them over inside
// immutable snapshots; after that the mutable parts (counters of ids, replay windows, cipher contexts) belong to the
// data plane's thread alone, and the statistics are read by control with relaxed loads.
#include "buri/base/ids.hpp"
#include "buri/base/path_address.hpp"
#include "buri/crypto/replay_window.hpp"
#include "buri/crypto/sealing.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <optional>

namespace buri::dataplane {

/// Ids under one key end here (protocol section 4: never a message past 2^27).
inline constexpr std::uint32_t max_message_id = 1U << 27U;

/// One thread writes what is sent, one what is received: each has its cache lines.
struct link_statistics {
    alignas(64) std::atomic<std::uint64_t> sent_packets{0};
    std::atomic<std::uint64_t> sent_bytes{0};
    std::atomic<std::uint64_t> sent_large{0};  ///< of the user's packets those that not every path carries
    alignas(64) std::atomic<std::uint64_t> received_packets{0};
    std::atomic<std::uint64_t> received_bytes{0};
    std::atomic<std::uint64_t> dropped_replayed{0};
    std::atomic<std::uint64_t> dropped_forged{0};
    std::atomic<std::uint64_t> dropped_source{0};  ///< an inner source address that is not the peer's
};

/// Keys to send with, of one epoch.
struct send_epoch {
    send_epoch(std::uint8_t number, suite_id suite, crypto::secrecy secrecy, const crypto::direction_keys& keys)
        : epoch(number), seal(suite, keys, secrecy) {}
    const std::uint8_t epoch;
    crypto::sealer seal;                    ///< data plane only
    std::atomic<std::uint32_t> last_id{0};  ///< written by the data plane
};

/// Keys to receive with, of one epoch.
struct receive_epoch {
    receive_epoch(std::uint8_t number, suite_id suite, crypto::secrecy secrecy, const crypto::direction_keys& keys)
        : epoch(number), open(suite, keys, secrecy) {}
    const std::uint8_t epoch;
    crypto::opener open;           ///< data plane only
    crypto::replay_window window;  ///< data plane only
    bool confirmed = false;        ///< data plane only: a first authentic message was reported
    std::atomic<std::uint32_t> newest_id{0};
};

/// A tunnel as of one snapshot.
struct peer_link {
    node_id peer;
    spi in;                            ///< epoch bits zero
    spi out;                           ///< epoch bits zero
    path_address path;                 ///< port 0: none
    std::optional<ip_address> from;    ///< the own address that packets leave from
    std::uint16_t mtu = 0;             ///< the largest IP packet that the path carries in one piece; 0: not known
    std::shared_ptr<send_epoch> send;  ///< none: nothing can be sent
    std::array<std::shared_ptr<receive_epoch>, 4> receive;  ///< by epoch number
    std::shared_ptr<link_statistics> statistics;
};

}  // namespace buri::dataplane
