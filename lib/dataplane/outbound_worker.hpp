#pragma once
// From the interface to the network: reads packets, cuts super-packets up, seals them one behind the other into one buffer, and sends
// what it holds in as few calls as it takes. Also what control sends.
#include "buri/base/log.hpp"
#include "buri/dataplane/commands.hpp"
#include "buri/dataplane/counters.hpp"
#include "buri/dataplane/mailbox.hpp"
#include "buri/dataplane/outbound_forwarder.hpp"
#include "buri/dataplane/polled_worker.hpp"
#include "buri/dataplane/rate_limit.hpp"
#include "buri/dataplane/report_queue.hpp"
#include "buri/dataplane/segmentation.hpp"
#include "buri/dataplane/waiting_packets.hpp"
#include "buri/udp/sender.hpp"

#include <atomic>
#include <unordered_map>
#include <unordered_set>

namespace buri::dataplane {

class outbound_worker final : public polled_worker {
public:
    outbound_worker(tun_device& tun, std::shared_ptr<way> socket, report_queue& reports, logger log);

    [[nodiscard]] descriptors waits_for() const override;
    bool work(const std::array<bool, max_descriptors>& is_ready) override;
    void fail(int code) override;

    // ---- for other threads ----
    [[nodiscard]] mailbox<outbound_command>& commands() { return commands_; }
    [[nodiscard]] const drop_counters& drops() const { return forward_.drops(); }
    [[nodiscard]] const udp::send_counters& sent() const { return sender_.counters(); }
    [[nodiscard]] const read_counters& read() const { return read_; }
    /// Whether the node's socket sends many datagrams with one call; a device below may end that.
    [[nodiscard]] bool segments() const { return segments_.load(std::memory_order_relaxed); }

private:
    void end(error why);
    bool carry_out_commands();
    void carry_out(install_snapshot& what);
    void carry_out(const send_datagram& what);
    void carry_out(const send_message& what);
    void carry_out(added_way& what);
    void carry_out(const remove_channel& what);

    void drain();
    /// False if nothing waits.
    bool forward_packet();
    void forward(byte_span packet, const packet_shape& shape);
    void seal_segments(const peer_link& link, byte_span packet, const packet_shape& shape);
    void keep_for_session(node_id peer, byte_span packet, const packet_shape& shape);
    void report_wanted(node_id peer);
    void send_waiting();
    void count_gone();
    void answer_too_big(const route& refused, byte_view packet);

    /// Datagrams of `segment` bytes each, the last may be shorter, that lie one behind the other.
    void queue(const peer_link& link, byte_view datagrams, std::size_t segment);
    void flush();
    void send_now(const peer_link& link, byte_view datagram, bool dont_fragment);
    udp::send_outcome send(const path_address& to, byte_view datagram, const udp::send_options& how);
    void count(udp::send_outcome outcome);

    tun_device& tun_;
    udp::datagram_socket& own_socket_;  ///< of main_channel
    report_queue& reports_;
    logger log_;
    mailbox<outbound_command> commands_;
    outbound_forwarder forward_;
    std::unordered_map<channel_id, std::shared_ptr<way>> ways_;  ///< main_channel among them
    udp::sender sender_;
    waiting_packets waiting_;
    std::unordered_set<node_id> told_wanted_;  ///< since the last snapshot
    std::uint64_t counted_gone_ = 0;           ///< of those that waited in vain
    rate_limit too_big_;
    read_counters read_;
    std::atomic<bool> segments_;
    bool ended_ = false;
    bytes packet_;
    bytes sealed_;
    std::size_t used_ = 0;  ///< bytes of `sealed_`
};

}  // namespace buri::dataplane
