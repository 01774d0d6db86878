#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>

namespace buri::test {

void world::run_until(time_point end) {
    while (now_ < end)
        step(end);
}

bool world::run_while_not(const std::function<bool()>& condition, duration span) {
    const auto end = now_ + span;
    while (now_ < end && !condition())
        step(end);
    return condition();
}

void world::step(time_point end) {
    auto next = std::min({end, a.machine->next_deadline(), b.machine->next_deadline()});
    if (!flying_.empty()) next = std::min(next, flying_.begin()->first);
    if (sampling) next = std::min(next, next_sample_);
    if (traffic) next = std::min(next, next_traffic_);
    now_ = std::max(now_, next);
    while (!flying_.empty() && flying_.begin()->first <= now_) {
        const auto what = flying_.extract(flying_.begin()).mapped();
        if (relay_on(what)) continue;
        if (auto* const to = owner(what.to)) inject(*to, what.from, what.data);
    }
    for (auto* const each : {&a, &b}) {
        if (each->machine->next_deadline() > now_) continue;
        each->machine->on_deadline(now_);
        drain(*each);
        REQUIRE(each->machine->next_deadline() > now_);
    }
    if (sampling && next_sample_ <= now_) {
        next_sample_ = now_ + 250ms;
        take_sample(a);
        take_sample(b);
    }
    if (traffic && next_traffic_ <= now_) {
        next_traffic_ = now_ + traffic_interval;
        traffic();
    }
}

world_relay& world::add_relay(const endpoint& where) {
    relays.push_back({where, true, {&a, &b}});
    return relays.back();
}

void world::begin_binding(const endpoint& where) {
    for (auto* const each : {&a, &b}) {
        each->machine->on_binding(where, now_);
        drain(*each);
    }
}

void world::tell_relays() {
    std::vector<relay_path> paths;
    for (const auto& each : relays)
        paths.push_back({static_cast<std::uint32_t>(paths.size() + 1), each.where});
    for (auto* const each : {&a, &b}) {
        each->machine->on_relays(paths, now_);
        drain(*each);
    }
}

bool world::is_relay(const endpoint& where) const {
    return std::ranges::find(relays, where, &world_relay::where) != relays.end();
}

bool world::relay_on(const flight& what) {
    const auto relay = std::ranges::find(relays, what.to, &world_relay::where);
    if (relay == relays.end()) return false;
    const auto header = wire::parse_datagram_header(what.data);
    auto* const to = header && header->to.base() == a.machine->spi_in() ? &a : &b;
    if (relay->alive && relay->bound.contains(to)) {
        fly({relay->where, to->addresses.front(), what.data});
    }
    return true;
}

void world::fly(const flight& what) {
    auto arrivals = network(what);
    for (auto& each : arrivals)
        flying_.emplace(now_ + each.takes, std::move(each));
}

void world::note_delivery(tunnel_end& to) {
    ++to.delivered;
    if (to.first_delivery == never) to.first_delivery = now_;
    if (to.last_delivery != never) to.longest_silence = std::max(to.longest_silence, now_ - to.last_delivery);
    to.last_delivery = now_;
}

void world::inject(tunnel_end& to, const endpoint& from, byte_view data) {
    const auto header = wire::parse_datagram_header(data);
    if (!header) return;
    if (header->id == 0) {
        to.machine->on_clear_datagram(from, data, now_);
        drain(to);
    } else if (header->to.base() == to.machine->spi_in()) {
        receive_sealed(to, from, bytes(data.begin(), data.end()));
    }
}

void world::receive_sealed(tunnel_end& to, const endpoint& from, bytes data) {
    const auto header = *wire::parse_datagram_header(data);
    auto& keys = to.receiving.at(header.to.epoch());
    if (!keys) {
        ++to.unopenable;
        return;
    }
    if (!keys->window.is_fresh(header.id)) return;
    const auto payload = byte_span(data).subspan(wire::datagram_header_size);
    const auto plain = keys->open.open(byte_view(data).first<wire::datagram_header_size>(), payload);
    if (!plain) {
        ++to.unopenable;
        return;
    }
    keys->window.mark(header.id);
    ++to.sample.received_packets;
    to.sample.receive_id = header.id;
    if (wire::classify_inner(*plain) == wire::inner_kind::control) {
        if (const auto message = wire::parse_tunnel_message(*plain)) to.machine->on_message(*message, now_);
    } else if (!plain->empty()) {
        note_delivery(to);
    }
    if (!std::exchange(keys->confirmed, true)) to.machine->on_epoch_confirmed(header.to.epoch(), now_);
    drain(to);
    if (from != to.path && to.reported.insert(from).second) to.machine->on_authentic_from(from, now_);
    drain(to);
}

void world::drain(tunnel_end& end) {
    while (auto what = end.machine->poll_output())
        carry_out(end, *what);
}

void world::carry_out(tunnel_end& end, tunnel_output& what) {
    if (auto* const clear = std::get_if<send_clear>(&what)) {
        const flight sent{end.addresses.front(), clear->to.at, clear->datagram};
        if (tag_of(sent) == wire::clear_tag::probe) end.probes[clear->to.at].push_back(now_);
        end.clear.push_back(*clear);
        if (clear->to.channel == main_channel) launch(end, clear->to.at, std::move(clear->datagram));
    } else if (auto* const added = std::get_if<add_receive_keys>(&what)) {
        end.receiving.at(added->epoch)
            .emplace(tunnel_end::receive_keys{{added->suite, added->keys, added->secrecy}, {}});
        end.sample.receive_id = 0;
    } else if (auto* const set = std::get_if<set_send_keys>(&what)) {
        end.sending.emplace(tunnel_end::send_keys{set->epoch, {set->suite, set->keys, set->secrecy}});
        end.sample.send_id = 0;
        end.send_epochs.emplace_back(now_, set->epoch);
    } else if (auto* const dropped = std::get_if<drop_receive_keys>(&what)) {
        end.receiving.at(dropped->epoch).reset();
        ++end.dropped_keys;
    } else if (std::holds_alternative<stop_sending>(what)) {
        end.sending.reset();
        ++end.stopped;
    } else if (auto* const path = std::get_if<set_path>(&what)) {
        REQUIRE(path->to != path_address(end.channel, end.path));
        end.path = path->to.at;
        end.channel = path->to.channel;
        end.reported.clear();
        end.paths.emplace_back(now_, path->to.at);
    } else if (auto* const sealed = std::get_if<send_sealed>(&what)) {
        REQUIRE(end.sending);
        REQUIRE(end.path);
        if (sealed->plaintext.empty()) {
            ++end.dummies;
        } else if (const auto message = wire::parse_tunnel_message(sealed->plaintext)) {
            end.messages.push_back(*message);
        }
        seal_and_send(end, sealed->plaintext);
    } else if (auto* const changed = std::get_if<tunnel_changed>(&what)) {
        end.states.emplace_back(now_, changed->state);
    } else if (std::holds_alternative<want_relays>(what)) {
        end.relays_wanted.push_back(now_);
    } else if (const auto* const dialled = std::get_if<open_stream>(&what)) {
        end.dialled.push_back(*dialled);
    } else if (const auto* const closed = std::get_if<close_channel>(&what)) {
        end.closed.emplace_back(now_, closed->channel);
    } else if (const auto* const mtu = std::get_if<set_mtu>(&what)) {
        end.mtus.emplace_back(now_, mtu->inner);
    } else if (std::holds_alternative<want_new_introduction>(what)) {
        end.introductions.push_back(now_);
    }
}

void world::seal_and_send(tunnel_end& from, byte_view plain) {
    auto& keys = *from.sending;
    bytes data(wire::datagram_header_size + plain.size() + crypto::max_seal_overhead);
    wire::write_datagram_header({from.machine->spi_out().with_epoch(keys.epoch), ++keys.id}, data);
    const auto header = byte_view(data).first<wire::datagram_header_size>();
    const auto size = keys.seal.seal(header, plain, byte_span(data).subspan(wire::datagram_header_size));
    data.resize(wire::datagram_header_size + size);
    ++from.sample.sent_packets;
    from.sample.send_id = std::max(from.sample.send_id, keys.id);
    if (from.channel == main_channel) launch(from, from.path, std::move(data));
}

void world::launch(tunnel_end& from, const endpoint& to, bytes data) {
    const auto source = std::ranges::find(from.addresses, to.address.is_v4(),
                                          [](const endpoint& each) { return each.address.is_v4(); });
    if (source == from.addresses.end()) return;
    const flight sent{*source, to, std::move(data)};
    recorded.push_back(sent);
    fly(sent);
}

tunnel_end* world::owner(const endpoint& of) {
    for (auto* const each : {&a, &b}) {
        if (std::ranges::find(each->addresses, of) != each->addresses.end()) return each;
    }
    return nullptr;
}

}  // namespace buri::test
