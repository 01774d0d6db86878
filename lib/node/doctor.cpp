// The facts of `vpn doctor`: what this machine is like, as far as it matters for a VPN.
#include "buri/core/node/doctor.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/datagram_probe.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/netlink.hpp"
#include "buri/node/host_facts.hpp"
#include "buri/node/node.hpp"

namespace buri::node {
namespace {

using namespace std::chrono_literals;

/// Somebody waits for the report.
constexpr duration lookup_patience = 5s;
/// For one datagram of the own port to come back.
constexpr duration probe_patience = 1s;

std::vector<core::overlapping_route> overlapping_routes(const std::vector<ip_prefix>& own, const std::string& vpn) {
    std::vector<core::overlapping_route> out;
    for (const auto& each : own) {
        const auto found = net::find_overlapping_route(each, vpn);
        if (found && *found) out.push_back({each, (*found)->prefix, (*found)->interface, (*found)->is_address});
    }
    return out;
}

}  // namespace

/// Between this machine and the server, as far as the server is reached without a proxy.
asio::awaitable<datagram_fate> node::async_probe_own_port() {
    const bool is_proxied = link_.known() && link_.known()->kind == link::way_kind::tls_via_proxy;
    if (!link_.is_open() || is_proxied) co_return datagram_fate::unknown;
    const endpoint server{link_.remote().address, stun_ports.front()};
    co_return co_await net::async_probe_datagrams(udp_port_, server, probe_patience, random_);
}

std::optional<std::chrono::seconds> node::clock_ahead() const {
    if (!server_time_) return std::nullopt;
    const auto passed = std::chrono::floor<std::chrono::seconds>(net::now() - server_time_->at);
    return net::wall_now() - (server_time_->shown + passed);
}

asio::awaitable<wire::json> node::async_doctor() {
    core::doctor_facts facts;
    facts.interface = interface_.name();
    facts.mtu = interface_.mtu();
    facts.has_interface = interface_.is_configured();
    facts.state = options_.state.string();
    look_at_host(facts);
    // It is up, so the daemon has the device: a file that is gone since does not matter.
    if (facts.has_interface) facts.tun_problem.clear();
    std::vector<ip_prefix> own;
    if (state_.pool) own.push_back(*state_.pool);
    if (state_.ula) own.push_back(*state_.ula);
    facts.routes = overlapping_routes(own, interface_.name());
    facts.server = state_.server->host + ":" + std::to_string(state_.server->port);
    facts.is_named = !ip_address::parse(state_.server->host);
    const auto addresses = co_await net::async_look_up(state_.server->host, net::now() + lookup_patience);
    if (!addresses) facts.name_problem = addresses.error().text;
    facts.clock_ahead = clock_ahead();
    facts.is_online = machine_.is_online();
    facts.control_way = link_.is_open() ? link_.way() : "";
    if (!facts.is_online) facts.problem = problem_;
    if (!facts.is_online) facts.portal = portal_;
    facts.datagrams = co_await async_probe_own_port();
    facts.udp_port = udp_port_;
    facts.nat = machine_.nat();
    facts.is_mapped = !machine_.mapped_endpoints().empty();
    facts.mappings = machine_.port_mappings();
    for (const auto& view : machine_.peers()) {
        if (!view.tunnel || !view.tunnel->mtu) continue;
        facts.path_mtu = std::min<unsigned>(facts.path_mtu.value_or(*view.tunnel->mtu), *view.tunnel->mtu);
    }
    co_return core::doctor_json(core::examine(facts));
}

}  // namespace buri::node
