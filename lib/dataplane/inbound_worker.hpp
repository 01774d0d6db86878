#pragma once
// From the network to the interface: receives trains of datagrams, opens each in place, puts packets of one flow together, and writes
// them. What is not a packet is reported to control.
#include "buri/dataplane/channel_set.hpp"
#include "buri/dataplane/coalescer.hpp"
#include "buri/dataplane/commands.hpp"
#include "buri/dataplane/counters.hpp"
#include "buri/dataplane/inbound_forwarder.hpp"
#include "buri/dataplane/mailbox.hpp"
#include "buri/dataplane/polled_worker.hpp"
#include "buri/dataplane/report_queue.hpp"
#include "buri/dataplane/told_already.hpp"
#include "buri/udp/receiver.hpp"

namespace buri::dataplane {

class inbound_worker final : public polled_worker {
public:
    /// `on_ended` is called for a channel whose stream has ended.
    inbound_worker(tun_device& tun, std::shared_ptr<way> socket, report_queue& reports,
                   std::function<void(channel_id)> on_ended);

    [[nodiscard]] descriptors waits_for() const override;
    bool work(const std::array<bool, max_descriptors>& is_ready) override;
    void fail(int code) override;

    // ---- for other threads ----
    [[nodiscard]] mailbox<inbound_command>& commands() { return commands_; }
    [[nodiscard]] const drop_counters& drops() const { return forward_.drops(); }
    [[nodiscard]] const udp::receive_counters& received() const { return receiver_.counters(); }
    [[nodiscard]] const write_counters& written() const { return written_; }

private:
    bool carry_out_commands();
    void carry_out(install_snapshot& what);
    void carry_out(added_way& what);
    void carry_out(const remove_channel& what);

    /// Each false if nothing waits.
    bool forward_trains();
    bool forward_from_channels();

    void on_datagram(const path_address& from, byte_span datagram, const std::optional<ip_address>& to);
    void report_path(const inbound& message, const path_address& from);
    void deliver(const inbound& message, const path_address& from, const std::optional<ip_address>& to);
    void flush();

    tun_device& tun_;
    std::shared_ptr<way> socket_;
    report_queue& reports_;
    mailbox<inbound_command> commands_;
    inbound_forwarder forward_;
    udp::receiver receiver_;
    channel_set channels_;
    told_already told_;
    coalescer packets_;
    write_counters written_;
    bytes from_channels_;
};

}  // namespace buri::dataplane
