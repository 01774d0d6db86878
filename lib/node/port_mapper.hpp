#pragma once
// Keeps this node's ports mapped at the default gateways (core/port_mapping/): sockets, the timer, the UPnP library's
// thread, and the search for the gateway.
#include "buri/base/log.hpp"
#include "buri/core/port_mapping/port_mapper.hpp"
#include "buri/net/change_signal.hpp"
#include "buri/net/default_gateway.hpp"
#include "buri/net/machine_timer.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/upnp.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/udp.hpp>

#include <functional>
#include <string>
#include <vector>

namespace buri::node {

class port_mapper {
public:
    using listener = std::function<void(const std::vector<core::port_mapping>& present)>;

    struct settings {
        bytes nonce_secret;     ///< the node's own, and the same after each start
        std::string interface;  ///< the VPN's: no gateway is behind it
    };

    /// `on_change` is told of every change, on the executor.
    port_mapper(const asio::any_io_executor& executor, random_source& random, settings how, logger log,
                listener on_change);

    /// Its work, until the owner's group is cancelled; before that, async_close().
    void start(net::task_group& tasks);
    /// Of this host; 0 for none.
    void set_ports(std::uint16_t udp, std::uint16_t tcp);
    /// Addresses, links or routes have changed: looks which gateway there is now, and asks it again.
    void on_network_change();
    /// See core::port_mapper::set_verified.
    void set_verified(const endpoint& external, bool is_verified);
    /// Gives the mappings back, while its tasks still run; 500 ms at most.
    asio::awaitable<void> async_close();

    [[nodiscard]] const std::vector<core::port_mapping>& mappings() const { return machine_.mappings(); }
    [[nodiscard]] core::port_mapping_report report() const { return machine_.report(); }

private:
    /// A socket on the network of one family's gateway.
    struct link {
        explicit link(const asio::any_io_executor& executor) : socket(executor) {}
        asio::ip::udp::socket socket;
        std::optional<net::default_gateway> gateway;
    };

    asio::awaitable<void> run_reader(link& from);
    asio::awaitable<void> run_announcements();
    void open_announcements();
    asio::awaitable<void> run_upnp();
    void follow(link& which, net::address_family family);
    void open(link& which);
    bool receive_one(link& from);
    void pump();
    void carry_out(core::port_mapper_output& output);
    void send(const core::send_to_gateway& what);
    [[nodiscard]] net::upnp_task task_for(const core::upnp_order& order) const;
    void on_upnp_result(const net::upnp_result& found);

    asio::any_io_executor executor_;
    settings settings_;
    logger log_;
    listener on_change_;
    core::port_mapper machine_;
    link v4_;
    link v6_;
    asio::ip::udp::socket announcements_;
    net::machine_timer timer_;
    net::change_signal changed_;  ///< a socket was opened, an order came, or all is closed
    std::optional<core::upnp_order> order_;
    std::optional<net::default_gateway> upnp_at_;
    net::upnp_device upnp_device_;  ///< of upnp_at_
    bool is_pumping_ = false;
};

}  // namespace buri::node
