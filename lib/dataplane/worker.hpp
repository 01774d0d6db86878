#pragma once
// What the data plane's thread does: waits for the interface, the sockets and control, and serves them in turn.
#include "buri/dataplane/channel_set.hpp"
#include "buri/dataplane/mailbox.hpp"
#include "buri/dataplane/plane.hpp"
#include "buri/dataplane/rate_limit.hpp"
#include "buri/dataplane/report_queue.hpp"
#include "buri/dataplane/told_already.hpp"
#include "buri/dataplane/waiting_packets.hpp"

namespace buri::dataplane {

class worker {
public:
    worker(tun_device tun, udp::datagram_socket socket, std::function<void()> on_reports, logger log);

    /// Until the mailbox is closed, or the interface is gone.
    void run();

    // ---- for other threads ----
    [[nodiscard]] mailbox& commands() { return commands_; }
    [[nodiscard]] report_queue& reports() { return reports_; }
    [[nodiscard]] const forwarder& forwarding() const { return forward_; }

private:
    /// False when the thread is to end.
    bool wait_and_work();
    void end(error why);

    bool carry_out_commands();
    void carry_out(install_snapshot& what);
    void carry_out(const send_datagram& what);
    void carry_out(const send_message& what);
    void carry_out(const add_channel& what);
    void carry_out(const remove_channel& what);

    struct readiness {
        bool packets = false;
        bool datagrams = false;  ///< of the node's own socket
        bool channels = false;
    };
    void drain(readiness ready);
    // Each false if nothing waits.
    bool forward_packet();
    bool forward_datagram();
    bool forward_from_channel();

    /// A packet of this size in `outgoing_`.
    void send_packet(std::size_t size);
    void keep_for_session(node_id peer, byte_view packet);
    void send_waiting();
    void count_gone();
    void answer_too_big(const outbound& refused, byte_view packet);
    void transmit(const outbound& ready, bool dont_fragment = false);
    udp::send_outcome send(const path_address& to, byte_view datagram, const udp::send_options& how);
    void count(udp::send_outcome outcome);

    void on_datagram(const path_address& from, std::size_t size, const std::optional<ip_address>& to);
    void deliver(const inbound& message, const path_address& from, const std::optional<ip_address>& to);
    void report_path(const inbound& message, const path_address& from);

    tun_device tun_;
    udp::datagram_socket socket_;
    channel_set channels_;
    logger log_;
    report_queue reports_;
    mailbox commands_;
    forwarder forward_;
    told_already told_;
    waiting_packets waiting_;
    std::uint64_t counted_gone_ = 0;  ///< of those that waited in vain
    rate_limit too_big_;
    bool ended_ = false;
    bytes outgoing_;
    bytes incoming_;
};

}  // namespace buri::dataplane
