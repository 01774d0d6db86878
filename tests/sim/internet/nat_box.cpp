#include "tests/sim/internet/nat_box.hpp"

#include <algorithm>

namespace buri::sim {

nat_box::nat_box(world& in, std::string name, nat_settings settings, segment& outside, link_settings uplink,
                 segment& inside)
    : device(std::move(name)),
      world_(in),
      settings_(settings),
      outside_(outside, *this, uplink),
      inside_(inside),
      sequence_(20'000) {
    if (settings.allocation == port_allocation::sequential)
        pass_over(static_cast<std::uint16_t>(in.random().below(4096)));
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

std::uint16_t nat_box::next_port() {
    switch (settings_.allocation) {
        case port_allocation::sequential:
            sequence_ = static_cast<std::uint16_t>(sequence_ + settings_.port_step);
            return sequence_;
        case port_allocation::block:
            return static_cast<std::uint16_t>(settings_.block_first + world_.random().below(settings_.block_size));
        case port_allocation::preserving:
        case port_allocation::random:
            break;
    }
    return static_cast<std::uint16_t>(1024 + world_.random().below(64512));
}

endpoint nat_box::choose_outside(const endpoint& inside, bool preserving) {
    if (!settings_.translates) return inside;
    endpoint choice{external_, inside.port};
    if (preserving && settings_.allocation == port_allocation::preserving && !by_outside_.contains(choice))
        return choice;
    do {
        choice.port = next_port();
    } while (choice.port < 1024 || by_outside_.contains(choice));
    return choice;
}

bool nat_box::is_poisoned(const packet& outgoing, const key& wanted) const {
    if (!settings_.poisonable || !settings_.translates) return false;
    const auto known = by_inside_.find(wanted);
    const endpoint outside{external_, known == by_inside_.end() ? outgoing.from.port : known->second->outside.port};
    return came_first_.contains({outgoing.to, outside});
}

nat_box::mapping* nat_box::mapping_for(const packet& outgoing) {
    auto wanted = key_of(outgoing);
    // An entry of its own, which stays though the poison is forgotten.
    const key alone{outgoing.from, outgoing.to.address, outgoing.to.port};
    const bool poisoned = by_inside_.contains(alone) || is_poisoned(outgoing, wanted);
    if (poisoned) wanted = alone;
    const auto known = by_inside_.find(wanted);
    if (known != by_inside_.end()) return known->second.get();
    const auto block_is_full =
        settings_.allocation == port_allocation::block && by_inside_.size() >= settings_.block_size;
    if (by_inside_.size() >= settings_.most_mappings || block_is_full) return nullptr;
    auto made = std::make_shared<mapping>();
    made->inside = wanted;
    made->outside = choose_outside(outgoing.from, !poisoned);
    by_outside_[made->outside] = made;
    return (by_inside_[wanted] = std::move(made)).get();
}

void nat_box::expire() {
    if (world_.now() < next_expiry_) return;
    next_expiry_ = world_.now() + expiry_interval;
    std::erase_if(came_first_, [&](const auto& each) { return each.second + unanswered_life < world_.now(); });
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
    auto* const through = mapping_for(what);
    if (through == nullptr) {
        world_.trace().note_datagram(world_.now(), name(), to_string(what.to), what.data, "no free mapping");
        return;
    }
    through->last_used = world_.now();
    through->sent_to[what.to] = world_.now();
    what.from = through->outside;
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
        if (settings_.poisonable) came_first_[{what.from, what.to}] = world_.now();
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
    came_first_.clear();
    if (settings_.allocation == port_allocation::preserving) settings_.allocation = port_allocation::random;
    world_.trace().note(world_.now(), name(), name(), "REBINDING");
}

}  // namespace buri::sim
