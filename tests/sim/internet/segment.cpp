#include "tests/sim/internet/segment.hpp"

#include <algorithm>
#include <utility>

namespace buri::sim {

namespace {

std::size_t header_size(const endpoint& to) {
    return to.address.is_v4() ? 28 : 48;
}

}  // namespace

attachment::attachment(segment& to, device& owner, link_settings settings)
    : link(settings), segment_(to), owner_(owner) {}

attachment::~attachment() {
    for (const auto& address : addresses_) {
        const auto found = segment_.attached_.find(address);
        if (found == segment_.attached_.end() || *found->second != this) continue;
        *found->second = nullptr;
        segment_.attached_.erase(found);
    }
}

void attachment::add_address(const ip_address& address) {
    addresses_.push_back(address);
    segment_.attached_[address] = std::make_shared<attachment*>(this);
}

std::optional<ip_address> attachment::address(bool v4) const {
    const auto found = std::ranges::find(addresses_, v4, &ip_address::is_v4);
    if (found == addresses_.end()) return std::nullopt;
    return *found;
}

void attachment::send(packet what) {
    segment_.carry(*this, std::move(what));
}

time_point segment::pass(const link_settings& link, time_point& last, const packet& what, std::string_view from,
                         std::string_view to) {
    const auto lost = [&](std::string_view why) {
        world_.trace().note_datagram(world_.now(), from, to, what.data, why);
        return never;
    };
    if (link.cut) return lost("cut");
    if (what.data.size() + header_size(what.to) > link.mtu) return lost("too large");
    if (world_.chance(link.loss)) return lost("lost");
    const auto when = world_.now() + world_.between(link.delay, link.delay + link.jitter);
    if (world_.chance(link.reorder)) return when + link.reorder_by;
    last = std::max(last, when);
    return last;
}

void segment::carry(attachment& from, packet what) {
    const auto copies = world_.chance(from.link.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        const auto when = pass(from.link, from.last_up_, what, from.owner_.name(), name_);
        if (when == never) continue;
        world_.at(when, [this, by = &from.owner_, what] {
            if (what.ttl <= hops_) {
                world_.trace().note_datagram(world_.now(), by->name(), name_, what.data, "too many hops");
                return;
            }
            auto farther = what;
            farther.ttl = static_cast<std::uint8_t>(what.ttl - hops_);
            route(farther, by->name(), by);
        });
    }
}

void segment::carry_inward(std::string_view from, packet what) {
    route(what, from, gateway_);
}

void segment::route(const packet& what, std::string_view from, const device* by) {
    const auto to = attached_.find(what.to.address);
    if (to != attached_.end()) {
        deliver(**to->second, what, from);
    } else if (gateway_ != nullptr && gateway_ != by) {
        gateway_->on_outgoing(what);
    } else {
        world_.trace().note_datagram(world_.now(), from, name_, what.data, "no such host");
    }
}

void segment::deliver(attachment& at, const packet& what, std::string_view from) {
    const auto when = pass(at.link, at.last_down_, what, from, at.owner_.name());
    if (when == never) return;
    world_.trace().note_datagram(world_.now(), from, at.owner_.name(), what.data, {});
    const auto alive = attached_.at(what.to.address);
    world_.at(when, [alive, what] {
        if (*alive != nullptr) (*alive)->owner_.on_packet(what);
    });
}

}  // namespace buri::sim
