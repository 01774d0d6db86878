#pragma once
// The data plane's threads: one reads the TUN, seals and sends; one receives, opens and writes the TUN. Where there is one core, one
// thread does both in turn. Control talks to them by commands, in order, and gets reports; nobody waits for anybody.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "buri/dataplane/counters.hpp"
#include "buri/dataplane/drop_reason.hpp"
#include "buri/dataplane/snapshot.hpp"
#include "buri/dataplane/tun_device.hpp"
#include "buri/udp/datagram_socket.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace buri::dataplane {

// ---- control to data plane: carried out in the order given ----

struct install_snapshot {
    std::shared_ptr<const snapshot> next;
};
/// Clear datagrams and STUN, as they are.
struct send_datagram {
    path_address to;
    bytes datagram;
    std::optional<ip_address> from{};   ///< the own address that it leaves from; none: the kernel's choice
    std::optional<std::uint8_t> ttl{};  ///< none: the kernel's
};
/// Sealed under the tunnel's send keys and sent along its path; dropped if it has none.
struct send_message {
    spi in;
    bytes plaintext;
    bool dont_fragment = false;
};
/// Another way for datagrams: a bound UDP socket, or this end of a pair of local sockets that keep datagrams apart
/// (SOCK_SEQPACKET, whose end is seen) behind which a stream is (net/datagram_pump.hpp). The data plane closes the
/// descriptor: soon after remove_channel, or when it ends itself.
struct add_channel {
    channel_id channel = 0;
    int fd = -1;
    std::optional<endpoint> stream;  ///< of a stream: its other end, from which everything comes
};
struct remove_channel {
    channel_id channel = 0;
};
using command = std::variant<install_snapshot, send_datagram, send_message, add_channel, remove_channel>;

// ---- data plane to control ----

struct clear_received {
    path_address from;
    bytes datagram;
    std::optional<ip_address> to{};  ///< the own address that it came to; none through a stream
};
struct control_received {
    node_id peer;
    spi in;
    bytes inner;
};
struct epoch_confirmed {
    spi in_with_epoch;
};
/// At most once for each new address until the path changes.
struct authentic_from {
    spi in;
    path_address from;
};
/// At most once for each peer and snapshot. The packets wait a while for the session.
struct send_wanted {
    node_id peer;
};
/// Nothing is carried any more: the TUN is gone.
struct plane_failed {
    error why;
};
using report =
    std::variant<clear_received, control_received, epoch_confirmed, authentic_from, send_wanted, plane_failed>;

class plane {
public:
    /// Reports beyond this many are dropped until they are fetched; those that strangers can cause are dropped first.
    static constexpr std::size_t max_reports = 1024;

    enum class threads : std::uint8_t { by_cores, one, two };

    /// `on_reports` is called on a thread of the plane when reports wait and none did; it must only wake the control
    /// thread.
    plane(tun_device tun, udp::datagram_socket socket, std::function<void()> on_reports, logger log,
          threads wanted = threads::by_cores);
    /// Stops and joins the threads.
    ~plane();
    plane(const plane&) = delete;
    plane& operator=(const plane&) = delete;

    void post(command what);
    std::vector<report> take_reports();
    [[nodiscard]] std::uint64_t dropped(drop_reason reason) const;
    [[nodiscard]] plane_state state() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::dataplane
