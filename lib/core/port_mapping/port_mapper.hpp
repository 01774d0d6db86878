#pragma once
// Has the default gateways map this node's ports, by PCP, else NAT-PMP, and by UPnP at the same time; for IPv6 PCP opens
// the firewall. Sans-I/O: feed events with the time, then drain poll_output().
#include "buri/core/port_mapping/gateway_client.hpp"
#include "buri/core/port_mapping/upnp_lease.hpp"

#include <deque>
#include <variant>

namespace buri::core {

/// From the host's own address on the gateway's network.
struct send_to_gateway {
    gateway to;
    bytes datagram;  ///< for its port 5351
};
/// Answered with on_upnp_outcome(), whatever becomes of it.
struct ask_by_upnp {
    upnp_order order;
};
/// mappings() is another than before.
struct mappings_changed {};
using port_mapper_output = std::variant<send_to_gateway, ask_by_upnp, mappings_changed>;

class port_mapper {
public:
    /// The secret is the node's own, and the same after each start; see gateway_client.
    port_mapper(random_source& random, byte_view nonce_secret);

    void set_ports(const mapped_ports& ports, time_point now);
    /// The network has changed: the default gateway of either family now, which may be the one before.
    void on_gateways(const std::optional<gateway>& v4, const std::optional<gateway>& v6, time_point now);
    void on_datagram(const endpoint& from, byte_view datagram, time_point now);
    /// See gateway_client.
    void on_announcement(const endpoint& from, byte_view datagram, time_point now);
    void on_upnp_outcome(const upnp_outcome& outcome, time_point now);
    /// A packet has come in through this mapping, or has not.
    void set_verified(const endpoint& external, bool is_verified);
    void on_deadline(time_point now);
    /// Gives every mapping back. See is_closed().
    void close(time_point now);

    [[nodiscard]] time_point next_deadline() const;
    std::optional<port_mapper_output> poll_output();
    [[nodiscard]] bool is_closed() const;
    [[nodiscard]] const std::vector<port_mapping>& mappings() const { return mappings_; }
    [[nodiscard]] port_mapping_report report() const;

private:
    void follow(gateway_client& client, const std::optional<gateway>& now_there, time_point now);
    /// After every event: outputs of the parts become outputs of this.
    void collect(time_point now);
    void collect_datagrams(gateway_client& client);

    gateway_client v4_;
    gateway_client v6_;
    upnp_lease upnp_;
    mapped_ports ports_;
    std::vector<port_mapping> mappings_;
    std::vector<endpoint> verified_;
    std::deque<port_mapper_output> outputs_;
    bool is_closing_ = false;
};

}  // namespace buri::core
