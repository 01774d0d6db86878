#include "tests/sim/internet/nat_box.hpp"

#include <algorithm>

namespace buri::sim {

nat_box::nat_box(world& in, std::string name, nat_settings settings, segment& outside, link_settings uplink,
                 segment& inside)
    : device(std::move(name)), world_(in), settings_(settings), outside_(outside, *this, uplink), inside_(inside) {
    inside_.set_gateway(this);
}

void nat_box::set_external(const ip_address& address) {
    external_ = address;
    outside_.add_address(address);
}

nat_box::key nat_box::key_of(const packet& what) const {
    switch (settings_.mapping) {
        case mapping_behaviour::endpoint_independent:
            return {what.from, {}, std::uint16_t{0}};
        case mapping_behaviour::address_dependent:
            return {what.from, what.to.address, std::uint16_t{0}};
        case mapping_behaviour::address_and_port_dependent:
            break;
    }
    return {what.from, what.to.address, what.to.port};
}

endpoint nat_box::choose_outside(const endpoint& inside) {
    if (!settings_.translates) return inside;
    endpoint choice{external_, inside.port};
    if (settings_.port_preservation && !by_outside_.contains(choice)) return choice;
    do {
        choice.port = static_cast<std::uint16_t>(1024 + world_.random().below(64512));
    } while (by_outside_.contains(choice));
    return choice;
}

nat_box::mapping& nat_box::mapping_for(const packet& outgoing) {
    const auto wanted = key_of(outgoing);
    auto& found = by_inside_[wanted];
    if (!found) {
        found = std::make_shared<mapping>();
        found->inside = wanted;
        found->outside = choose_outside(outgoing.from);
        by_outside_[found->outside] = found;
    }
    return *found;
}

void nat_box::expire() {
    const auto oldest = world_.now() - settings_.timeout;
    std::erase_if(by_inside_, [&](const auto& each) {
        if (each.second->last_used >= oldest) return false;
        by_outside_.erase(each.second->outside);
        return true;
    });
    for (auto& [outside, each] : by_outside_) {
        std::erase_if(each->sent_to, [&](const auto& sent) { return sent.second < oldest; });
    }
}

bool nat_box::admits(const mapping& through, const endpoint& from) const {
    switch (settings_.filtering) {
        case filtering_behaviour::endpoint_independent:
            return true;
        case filtering_behaviour::address_and_port_dependent:
            return through.sent_to.contains(from);
        case filtering_behaviour::address_dependent:
            break;
    }
    return std::ranges::any_of(through.sent_to, [&](const auto& s) { return s.first.address == from.address; });
}

void nat_box::on_outgoing(packet what) {
    expire();
    auto& through = mapping_for(what);
    through.last_used = world_.now();
    through.sent_to[what.to] = world_.now();
    what.from = through.outside;
    if (settings_.translates && what.to.address == external_) {
        if (settings_.hairpin) {
            on_packet(std::move(what));
        } else {
            world_.trace().note_datagram(world_.now(), name(), name(), what.data, "no hairpin");
        }
        return;
    }
    outside_.send(std::move(what));
}

void nat_box::on_packet(packet what) {
    expire();
    const auto through = by_outside_.find(what.to);
    if (through == by_outside_.end() || !admits(*through->second, what.from)) {
        const auto why = through == by_outside_.end() ? "no mapping" : "filtered";
        world_.trace().note_datagram(world_.now(), to_string(what.from), name(), what.data, why);
        return;
    }
    through->second->last_used = world_.now();
    const auto known = through->second->sent_to.find(what.from);
    if (known != through->second->sent_to.end()) known->second = world_.now();
    what.to = std::get<endpoint>(through->second->inside);
    inside_.carry_inward(name(), std::move(what));
}

void nat_box::rebind() {
    by_inside_.clear();
    by_outside_.clear();
    settings_.port_preservation = false;
    world_.trace().note(world_.now(), name(), name(), "REBINDING");
}

}  // namespace buri::sim
