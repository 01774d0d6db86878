#include "buri/node/link_table.hpp"

#include "buri/base/overloaded.hpp"

#include <utility>

namespace buri::node {

void link_table::on_addresses(node_id self, const ip_prefix& ula) {
    self_ = self;
    ula_ = ula;
    changed_ = true;
}

link_table::entry& link_table::change(const core::tunnel_wants& wants) {
    auto& found = links_[wants.in];
    if (!found.link.statistics) {
        found.link.peer = wants.peer;
        found.link.in = wants.in;
        found.link.out = wants.out;
        found.link.statistics = std::make_shared<dataplane::link_statistics>();
    }
    found.published.reset();
    changed_ = true;
    return found;
}

void link_table::on_tunnel(core::tunnel_wants wants) {
    std::visit(overloaded{
                   [&](core::send_clear& what) {
                       flush();
                       post_(dataplane::send_datagram{what.to, std::move(what.datagram), what.from, what.ttl});
                   },
                   [&](const core::add_receive_keys& what) {
                       auto& found = change(wants);
                       found.link.receive[what.epoch] =
                           std::make_shared<dataplane::receive_epoch>(what.epoch, what.suite, what.secrecy, what.keys);
                       found.newest_epoch = what.epoch;
                   },
                   [&](const core::set_send_keys& what) {
                       change(wants).link.send =
                           std::make_shared<dataplane::send_epoch>(what.epoch, what.suite, what.secrecy, what.keys);
                   },
                   [&](const core::drop_receive_keys& what) { change(wants).link.receive[what.epoch].reset(); },
                   [&](const core::stop_sending&) { change(wants).link.send.reset(); },
                   [&](const core::set_path& what) {
                       auto& link = change(wants).link;
                       link.path = what.to;
                       link.from = what.from;
                   },
                   [&](const core::set_mtu& what) { change(wants).link.mtu = what.inner; },
                   [](const core::open_socket&) {},
                   [](const core::open_stream&) {},
                   [](const core::close_channel&) {},
                   [&](core::send_sealed& what) {
                       flush();
                       post_(dataplane::send_message{wants.in, std::move(what.plaintext), what.dont_fragment});
                   },
                   // The first of every tunnel: from now on the data plane lets its clear datagrams through.
                   [&](const core::tunnel_changed&) { change(wants); },
                   [](const core::want_relays&) {},
                   [](const core::want_new_introduction&) {},
               },
               wants.what);
}

void link_table::on_route(node_id peer, spi in) {
    routes_[peer] = in;
    changed_ = true;
}

void link_table::on_remove(node_id peer, spi in) {
    links_.erase(in);
    const auto route = routes_.find(peer);
    if (route != routes_.end() && route->second == in) routes_.erase(route);
    changed_ = true;
}

void link_table::on_plain(core::send_plain datagram) {
    flush();
    post_(dataplane::send_datagram{datagram.to, std::move(datagram.datagram)});
}

void link_table::flush() {
    if (!std::exchange(changed_, false)) return;
    const auto next = std::make_shared<dataplane::snapshot>();
    next->self = self_;
    next->ula = ula_;
    for (auto& [in, present] : links_) {
        if (!present.published) present.published = std::make_shared<const dataplane::peer_link>(present.link);
        next->add(present.published);
    }
    for (const auto& [peer, in] : routes_)
        next->route(peer, in);
    post_(dataplane::install_snapshot{next});
}

std::vector<link_table::tunnel_sample> link_table::take_samples(time_point now) {
    std::vector<tunnel_sample> out;
    for (auto& [in, present] : links_) {
        const auto& carried = *present.link.statistics;
        const auto packets = carried.sent_packets.load(std::memory_order_relaxed) +
                             carried.received_packets.load(std::memory_order_relaxed);
        if (packets == present.packets && now < present.sampled + std::chrono::seconds(1)) continue;
        present.packets = packets;
        present.sampled = now;
        out.push_back({in, sample(present)});
    }
    return out;
}

core::traffic_sample link_table::sample(const entry& present) {
    const auto& link = present.link;
    const auto& newest = link.receive[present.newest_epoch];
    core::traffic_sample out;
    out.sent_packets = link.statistics->sent_packets.load(std::memory_order_relaxed);
    out.received_packets = link.statistics->received_packets.load(std::memory_order_relaxed);
    out.sent_large = link.statistics->sent_large.load(std::memory_order_relaxed);
    if (link.send) out.send_id = link.send->last_id.load(std::memory_order_relaxed);
    if (newest) out.receive_id = newest->newest_id.load(std::memory_order_relaxed);
    return out;
}

const dataplane::link_statistics* link_table::statistics(spi in) const {
    const auto found = links_.find(in);
    return found == links_.end() ? nullptr : found->second.link.statistics.get();
}

}  // namespace buri::node
