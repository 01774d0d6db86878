// The machine's network around a node: its addresses and their changes, the ways of datagrams beyond its own socket, the ports
// that the gateway forwards.
#include "buri/base/overloaded.hpp"
#include "buri/net/clock.hpp"
#include "buri/node/node.hpp"

namespace buri::node {
namespace {

using namespace std::chrono_literals;

/// More than this between the clock that counts sleep and the one that does not: the machine slept.
constexpr duration noticeable_sleep = 2s;

}  // namespace

asio::awaitable<void> node::run_addresses() {
    asio::steady_timer settle(context_);
    for (;;) {
        const bool changed = co_await watch_.async_wait();
        if (!changed) co_return;
        // One change comes as several messages.
        settle.expires_after(100ms);
        co_await settle.async_wait(net::as_tuple);
        on_network_event();
    }
}

void node::on_network_event() {
    mapper_.on_network_change();
    const bool has_other_addresses = announce_endpoints();
    auto gateways = default_gateways();
    const bool has_other_gateway = std::exchange(gateways_, gateways) != gateways;
    if (has_other_addresses || has_other_gateway) on_network_change("addresses or routes changed");
}

void node::on_network_change(std::string_view why) {
    log_.info("the network may be another one", {{"reason", std::string(why)}});
    machine_.on_network_change(net::now());
    retry_.cancel();
    pump();
}

/// A machine that wakes up finds its mappings gone and its connections dead, and nobody says so.
void node::watch_sleep() {
    const auto slept = net::time_asleep();
    if (slept - std::exchange(slept_, slept) < noticeable_sleep) return;
    link_.close();
    backoff_.reset();
    mapper_.on_network_change();
    on_network_change("the machine was asleep");
}

node::gateway_pair node::default_gateways() const {
    const auto find = [this](net::address_family family) -> std::optional<net::default_gateway> {
        auto found = net::find_default_gateway(family, interface_.name());
        return found ? std::move(*found) : std::nullopt;
    };
    return {find(net::address_family::v4), find(net::address_family::v6)};
}

bool node::announce_endpoints() {
    std::vector<endpoint> endpoints;
    for (const auto& address : interface_.host_addresses())
        endpoints.push_back({address, udp_port_});
    if (endpoints == announced_) return false;
    announced_ = endpoints;
    machine_.on_local_endpoints(std::move(endpoints), net::now());
    pump();
    return true;
}

// ---- ways of datagrams ----------------------------------------------------------------------------------------------------

channel_listener node::channel_events() {
    return {
        [this](dataplane::command what) { plane_->post(std::move(what)); },
        [this] { return machine_.next_channel(); },
        [this](channel_id channel, const std::optional<endpoint>& remote) {
            machine_.on_channel_open(channel, remote.value_or(endpoint{}), net::now());
            pump();
        },
        [this](channel_id channel, const error& why) {
            machine_.on_channel_closed(channel, why, net::now());
            pump();
        },
        [](channel_id, const endpoint&) {},
    };
}

void node::listen_for_streams() {
    if (!options_.config.direct_tcp) return;
    const auto listening = channels_.listen(udp_port_);
    if (listening) {
        machine_.on_stream_port(udp_port_, net::now());
    } else {
        log_.warning("no TCP connections of peers are taken", {{"reason", listening.error().text}});
    }
}

void node::on_tunnel_wants(core::tunnel_wants& wants) {
    std::visit(overloaded{
                   [&](const core::open_socket& it) { channels_.open_socket(it.channel); },
                   [&](const core::open_stream& it) { channels_.open_stream(it.channel, it.to, it.local_port); },
                   [&](const core::close_channel& it) { channels_.close(it.channel); },
                   [&](const auto&) { links_.on_tunnel(std::move(wants)); },
               },
               wants.what);
}

void node::start_port_mapping() {
    mapper_.start(tasks_);
    if (options_.config.port_mapping) mapper_.set_ports(udp_port_, options_.config.direct_tcp ? udp_port_ : 0);
}

void node::on_port_mappings(const std::vector<core::port_mapping>& present) {
    machine_.on_port_mappings(present, net::now());
    pump();
}

}  // namespace buri::node
