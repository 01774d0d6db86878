#include "buri/core/port_mapping/port_mapper.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

port_mapper::port_mapper(random_source& random, byte_view nonce_secret)
    : v4_(random, nonce_secret), v6_(random, nonce_secret) {}

void port_mapper::set_ports(const mapped_ports& ports, time_point now) {
    if (is_closing_) return;
    ports_ = ports;
    v4_.set_ports(ports, now);
    v6_.set_ports(ports, now);
    upnp_.set_ports(ports, now);
    collect(now);
}

void port_mapper::on_gateways(const std::optional<gateway>& v4, const std::optional<gateway>& v6, time_point now) {
    if (is_closing_) return;
    const bool is_same = v4_.where() == v4;
    follow(v4_, v4, now);
    follow(v6_, v6, now);
    if (is_same) {
        upnp_.try_again(now);
    } else if (v4) {
        upnp_.start(*v4, ports_, now);
    } else {
        upnp_.stop();
    }
    collect(now);
}

void port_mapper::follow(gateway_client& client, const std::optional<gateway>& now_there, time_point now) {
    if (client.where() == now_there) {
        client.try_again(now);
    } else if (now_there) {
        client.start(*now_there, ports_, now);
    } else {
        client.stop();
    }
}

void port_mapper::on_datagram(const endpoint& from, byte_view datagram, time_point now) {
    v4_.on_datagram(from, datagram, now);
    v6_.on_datagram(from, datagram, now);
    collect(now);
}

void port_mapper::on_announcement(const endpoint& from, byte_view datagram, time_point now) {
    v4_.on_announcement(from, datagram, now);
    collect(now);
}

void port_mapper::on_upnp_outcome(const upnp_outcome& outcome, time_point now) {
    upnp_.on_outcome(outcome, now);
    collect(now);
}

void port_mapper::on_deadline(time_point now) {
    v4_.on_deadline(now);
    v6_.on_deadline(now);
    upnp_.on_deadline(now);
    collect(now);
}

void port_mapper::close(time_point now) {
    if (std::exchange(is_closing_, true)) return;
    v4_.close(now);
    v6_.close(now);
    upnp_.close();
    collect(now);
}

bool port_mapper::is_closed() const {
    return v4_.is_closed() && v6_.is_closed() && upnp_.is_closed();
}

time_point port_mapper::next_deadline() const {
    return std::min({v4_.next_deadline(), v6_.next_deadline(), upnp_.next_deadline()});
}

void port_mapper::set_verified(const endpoint& external, bool is_verified) {
    std::erase(verified_, external);
    if (is_verified) verified_.push_back(external);
    for (auto& each : mappings_) {
        if (each.external == external) each.is_verified = is_verified;
    }
}

std::optional<port_mapper_output> port_mapper::poll_output() {
    if (outputs_.empty()) return std::nullopt;
    auto out = std::move(outputs_.front());
    outputs_.pop_front();
    return out;
}

void port_mapper::collect(time_point now) {
    collect_datagrams(v4_);
    collect_datagrams(v6_);
    if (auto order = upnp_.poll_order(now)) outputs_.emplace_back(ask_by_upnp{std::move(*order)});

    std::vector<port_mapping> present;
    v4_.add_mappings(present);
    v6_.add_mappings(present);
    upnp_.add_mappings(present);
    // What is gone has to be proven anew when it comes again.
    std::erase_if(verified_, [&](const endpoint& each) {
        return std::ranges::find(present, each, &port_mapping::external) == present.end();
    });
    for (auto& each : present)
        each.is_verified = std::ranges::find(verified_, each.external) != verified_.end();
    if (present == mappings_) return;
    mappings_ = std::move(present);
    outputs_.emplace_back(mappings_changed{});
}

void port_mapper::collect_datagrams(gateway_client& client) {
    while (auto datagram = client.poll_datagram()) {
        outputs_.emplace_back(send_to_gateway{*client.where(), std::move(*datagram)});
    }
}

port_mapping_report port_mapper::report() const {
    port_mapping_report out;
    if (v4_.where()) out.gateway = v4_.where()->address;
    if (v6_.where()) out.gateway_v6 = v6_.where()->address;
    out.methods = {v4_.report_of(mapping_method::pcp), v4_.report_of(mapping_method::nat_pmp), upnp_.report()};
    out.pinhole = v6_.report_of(mapping_method::pcp);
    out.mappings = mappings_;
    const auto external = v4_.external_address();
    out.is_double_nat =
        (external && is_behind_another_nat(*external)) || std::ranges::any_of(mappings_, [](const port_mapping& each) {
            return is_behind_another_nat(each.external.address);
        });
    return out;
}

}  // namespace buri::core
