#include "buri/node/port_mapper.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/ip/address_v6.hpp>

#include <array>
#include <utility>

namespace buri::node {
namespace {

constexpr auto close_limit = std::chrono::milliseconds(500);

asio::ip::udp::endpoint to_asio(const ip_address& address, std::uint16_t port, unsigned interface) {
    if (address.is_v4()) return {asio::ip::address_v4(address.v4_value()), port};
    asio::ip::address_v6 out(address.v6_bytes());
    if (address.is_link_local()) out.scope_id(interface);
    return {out, port};
}

core::gateway to_core(const net::default_gateway& gateway) {
    return {gateway.address, gateway.own, gateway.interface};
}

core::upnp_outcome to_core(const net::upnp_result& found) {
    core::upnp_outcome out{found.has_answered, found.failure, {}};
    for (const auto& each : found.mapped) {
        const bool is_udp = each.protocol == net::upnp_protocol::udp;
        const auto protocol = is_udp ? core::mapping_protocol::udp : core::mapping_protocol::tcp;
        out.grants.push_back({protocol, each.external, each.lease});
    }
    return out;
}

net::upnp_protocol to_net(core::mapping_protocol protocol) {
    return protocol == core::mapping_protocol::udp ? net::upnp_protocol::udp : net::upnp_protocol::tcp;
}

}  // namespace

port_mapper::port_mapper(const asio::any_io_executor& executor, random_source& random, settings how, logger log,
                         listener on_change)
    : executor_(executor),
      settings_(std::move(how)),
      log_(std::move(log)),
      on_change_(std::move(on_change)),
      machine_(random, settings_.nonce_secret),
      v4_(executor),
      v6_(executor),
      announcements_(executor),
      timer_(executor),
      changed_(executor) {}

void port_mapper::start(net::task_group& tasks) {
    tasks.spawn(timer_.run([this](time_point now) {
        machine_.on_deadline(now);
        pump();
    }));
    tasks.spawn(run_reader(v4_));
    tasks.spawn(run_reader(v6_));
    tasks.spawn(run_announcements());
    tasks.spawn(run_upnp());
    on_network_change();
}

void port_mapper::set_ports(std::uint16_t udp, std::uint16_t tcp) {
    machine_.set_ports({udp, tcp}, net::now());
    pump();
}

void port_mapper::on_network_change() {
    follow(v4_, net::address_family::v4);
    follow(v6_, net::address_family::v6);
    const auto v4 = v4_.gateway ? std::optional(to_core(*v4_.gateway)) : std::nullopt;
    const auto v6 = v6_.gateway ? std::optional(to_core(*v6_.gateway)) : std::nullopt;
    machine_.on_gateways(v4, v6, net::now());
    pump();
}

void port_mapper::follow(link& which, net::address_family family) {
    auto found = net::find_default_gateway(family, settings_.interface);
    if (!found) log_.debug("the default gateway is not known", {{"error", found.error().text}});
    auto present = found ? *found : std::optional<net::default_gateway>();
    if (present == which.gateway && which.socket.is_open()) return;
    which.gateway = std::move(present);
    asio::error_code ignored;
    which.socket.close(ignored);
    if (which.gateway) open(which);
}

void port_mapper::open(link& which) {
    const auto& gateway = *which.gateway;
    const auto to = to_asio(gateway.address, wire::port_control_port, gateway.interface);
    asio::error_code problem;
    which.socket.open(to.protocol(), problem);
    // Nothing leaves for a gateway that is not on a network of this host.
    if (!problem) which.socket.set_option(asio::socket_base::do_not_route(true), problem);
    if (!problem) which.socket.bind(to_asio(gateway.own, 0, gateway.interface), problem);
    if (!problem) which.socket.connect(to, problem);
    if (!problem) which.socket.non_blocking(true, problem);
    if (problem) {
        log_.debug("the gateway cannot be asked",
                   {{"endpoint", to_string(gateway.address)}, {"error", problem.message()}});
        which.socket.close(problem);
        which.gateway.reset();
    }
    changed_.notify();
}

asio::awaitable<void> port_mapper::run_reader(link& from) {
    constexpr int budget = 16;
    for (;;) {
        if (!from.socket.is_open()) {
            co_await changed_.async_wait(net::now() + std::chrono::hours(1));
            continue;
        }
        const auto [problem] = co_await from.socket.async_wait(asio::ip::udp::socket::wait_read, net::as_tuple);
        if (problem) continue;  // closed, or replaced
        for (int i = 0; i < budget && receive_one(from); ++i) {
        }
    }
}

/// Bound to the group's address: datagrams to this host do not come here. Every host is a member (RFC 1112).
void port_mapper::open_announcements() {
    constexpr std::uint16_t announcement_port = 5350;
    const asio::ip::udp::endpoint all_hosts(asio::ip::address_v4({224, 0, 0, 1}), announcement_port);
    asio::error_code problem;
    announcements_.open(all_hosts.protocol(), problem);
    if (!problem) announcements_.set_option(asio::socket_base::reuse_address(true), problem);
    if (!problem) announcements_.bind(all_hosts, problem);
    if (!problem) announcements_.non_blocking(true, problem);
    if (!problem) return;
    log_.debug("gateways that restart are not heard", {{"error", problem.message()}});
    announcements_.close(problem);
}

asio::awaitable<void> port_mapper::run_announcements() {
    open_announcements();
    std::array<std::uint8_t, 1500> buffer{};
    while (announcements_.is_open()) {
        asio::ip::udp::endpoint from;
        const auto space = asio::buffer(buffer);
        const auto [problem, size] = co_await announcements_.async_receive_from(space, from, net::as_tuple);
        if (problem || !from.address().is_v4()) continue;
        const endpoint sender{ip_address::v4(from.address().to_v4().to_uint()), from.port()};
        machine_.on_announcement(sender, byte_view(buffer).first(size), net::now());
        pump();
    }
}

bool port_mapper::receive_one(link& from) {
    if (!from.socket.is_open()) return false;
    std::array<std::uint8_t, 1500> buffer{};
    asio::error_code problem;
    const auto size = from.socket.receive(asio::buffer(buffer), 0, problem);
    // What ICMP says about a closed port is taken for silence.
    if (problem) return problem != asio::error::would_block;
    // The socket is connected: nobody else's datagrams come here.
    const endpoint sender{from.gateway->address, wire::port_control_port};
    machine_.on_datagram(sender, byte_view(buffer).first(size), net::now());
    pump();
    return true;
}

void port_mapper::pump() {
    if (std::exchange(is_pumping_, true)) return;
    while (auto output = machine_.poll_output())
        carry_out(*output);
    is_pumping_ = false;
    timer_.arm(machine_.next_deadline());
    if (machine_.is_closed()) changed_.notify();
}

void port_mapper::carry_out(core::port_mapper_output& output) {
    std::visit(overloaded{
                   [&](const core::send_to_gateway& what) { send(what); },
                   [&](core::ask_by_upnp& what) {
                       order_ = std::move(what.order);
                       changed_.notify();
                   },
                   [&](const core::mappings_changed&) {
                       for (const auto& each : machine_.mappings()) {
                           log_.debug("port mapped", {{"via", std::string(core::name_of(each.method))},
                                                      {"endpoint", to_string(each.external)}});
                       }
                       on_change_(machine_.mappings());
                   },
               },
               output);
}

void port_mapper::send(const core::send_to_gateway& what) {
    auto& way = what.to.address.is_v4() ? v4_ : v6_;
    if (!way.gateway || to_core(*way.gateway) != what.to) return;
    asio::error_code ignored;  // lost, as any datagram may be
    way.socket.send(asio::buffer(what.datagram), 0, ignored);
}

asio::awaitable<void> port_mapper::run_upnp() {
    for (;;) {
        while (!order_)
            co_await changed_.async_wait(net::now() + std::chrono::hours(1));
        const auto order = *std::exchange(order_, std::nullopt);
        net::upnp_result found;
        if (v4_.gateway && to_core(*v4_.gateway) == order.where) {
            if (upnp_at_ != v4_.gateway) upnp_device_ = {};
            upnp_at_ = v4_.gateway;
            auto task = task_for(order);
            found = co_await net::async_upnp(std::move(task));
        }
        on_upnp_result(found);
    }
}

net::upnp_task port_mapper::task_for(const core::upnp_order& order) const {
    net::upnp_task out{*upnp_at_, upnp_device_, {}, static_cast<std::uint32_t>(core::requested_lifetime.count()), {}};
    if (order.ports == core::mapped_ports{}) {
        for (const auto& each : order.grants)
            out.to_remove.push_back({to_net(each.protocol), each.external, each.lease});
        return out;
    }
    if (order.ports.udp != 0) out.ports.push_back({net::upnp_protocol::udp, order.ports.udp, order.ports.udp});
    if (order.ports.tcp != 0) out.ports.push_back({net::upnp_protocol::tcp, order.ports.tcp, order.ports.tcp});
    for (auto& port : out.ports) {
        for (const auto& grant : order.grants) {
            if (to_net(grant.protocol) == port.protocol) port.wanted = grant.external.port;
        }
    }
    return out;
}

void port_mapper::on_upnp_result(const net::upnp_result& found) {
    if (found.device.is_known()) upnp_device_ = found.device;
    machine_.on_upnp_outcome(to_core(found), net::now());
    pump();
}

void port_mapper::set_verified(const endpoint& external, bool is_verified) {
    machine_.set_verified(external, is_verified);
}

asio::awaitable<void> port_mapper::async_close() {
    const auto until = net::now() + close_limit;
    machine_.close(net::now());
    pump();
    while (!machine_.is_closed() && net::now() < until)
        co_await changed_.async_wait(until);
}

}  // namespace buri::node
