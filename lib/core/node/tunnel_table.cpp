#include "buri/core/node/tunnel_table.hpp"

#include <algorithm>

namespace buri::core {

namespace {

constexpr std::size_t max_retired = 4;

bool has_send_keys(const tunnel& machine) {
    return machine.status().epoch.has_value();
}

}  // namespace

tunnel_table::tunnel_table(const node_settings& settings, const crypto::identity_key& key, tunnel_surroundings& around,
                           relay_client& relays, random_source& random, logger log, const known_networks& known,
                           std::deque<node_output>& out)
    : settings_(settings),
      key_(key),
      around_(around),
      relays_(relays),
      random_(random),
      log_(std::move(log)),
      known_(known),
      out_(out) {}

// ---- which tunnel -------------------------------------------------------------------------------------------------

tunnel_table::held* tunnel_table::peer_of(spi in) {
    const auto owner = owners_.find(in);
    return owner == owners_.end() ? nullptr : &peers_.at(owner->second);
}

tunnel* tunnel_table::find(spi in) {
    auto* peer = peer_of(in);
    if (peer == nullptr) return nullptr;
    if (peer->current && peer->current->spi_in() == in) return peer->current.get();
    if (peer->successor && peer->successor->spi_in() == in) return peer->successor.get();
    for (const auto& each : peer->old) {
        if (each.machine->spi_in() == in) return each.machine.get();
    }
    return nullptr;
}

template <typename Action>
void tunnel_table::with(spi in, time_point now, Action action) {
    auto* machine = find(in);
    if (machine == nullptr) return;
    action(*machine);
    drain(*peer_of(in), *machine, now);
}

template <typename Action>
void tunnel_table::with_each(held& peer, time_point now, Action action) {
    // By name, because draining one may promote the successor.
    std::vector<spi> names;
    if (peer.current) names.push_back(peer.current->spi_in());
    if (peer.successor) names.push_back(peer.successor->spi_in());
    for (const auto& each : peer.old)
        names.push_back(each.machine->spi_in());
    for (const auto in : names)
        with(in, now, action);
}

// ---- coming and going ---------------------------------------------------------------------------------------------

void tunnel_table::on_open(const wire::tunnel_open& offer, time_point now) {
    if (offer.peer == known_.self() || owners_.contains(offer.in) || !known_.shares_network(offer.peer)) {
        log_.warning("ignored a tunnel from the server",
                     {{"peer", to_string(offer.peer)}, {"reason", "known already, or no network in common"}});
        return;
    }
    auto& peer = peers_[offer.peer];
    peer.wanted = false;
    peer.is_outdated = false;
    peer.is_reopened = false;
    auto made = make(offer, false, now);
    if (!made) {
        log_.warning("cannot use a tunnel from the server",
                     {{"peer", to_string(offer.peer)}, {"error", made.error().text}});
        peer.problem = made.error().text;
    } else {
        remember(peer, offer);
        use(peer, std::move(*made), offer, now);
    }
    tell(offer.peer, peer);
}

result<std::unique_ptr<tunnel>> tunnel_table::make(const wire::tunnel_open& offer, bool is_repeated, time_point now) {
    if (offer.plain.value_or(false) && !settings_.allow_unencrypted) {
        return fail(errc::suite_refused,
                    "the server wants a tunnel without encryption, and this node does not allow that. See "
                    "'encryption' in vpn-config(5).");
    }
    return tunnel::make(known_.self(), key_, offer, settings_.suites, around_, random_, log_, now, is_repeated);
}

void tunnel_table::use(held& peer, std::unique_ptr<tunnel> made, const wire::tunnel_open& offer, time_point now) {
    auto& machine = *made;
    peer.problem.clear();
    owners_.emplace(machine.spi_in(), offer.peer);
    place(peer, std::move(made));
    drain(peer, machine, now);
    relays_.on_grants(offer.in, offer.relays.value_or(std::vector<wire::relay_grant>()), now);
}

void tunnel_table::place(held& peer, std::unique_ptr<tunnel> made) {
    const auto id = made->peer();
    const auto in = made->spi_in();
    out_.push_back(tunnel_wants{id, in, made->spi_out(), tunnel_changed{made->state()}});
    if (peer.successor) remove(peer, peer.successor);
    if (peer.current && has_send_keys(*peer.current)) {
        peer.successor = std::move(made);
        return;
    }
    // Routed before the other goes, so that packets are never without a tunnel to wait for.
    out_.push_back(route_peer{id, in});
    if (peer.current) remove(peer, peer.current);
    peer.current = std::move(made);
}

void tunnel_table::promote(held& peer, time_point now) {
    if (peer.old.size() == max_retired) {
        remove(peer, peer.old.front().machine);
        peer.old.erase(peer.old.begin());
    }
    peer.old.push_back({std::move(peer.current), now + retirement});
    peer.current = std::move(peer.successor);
    out_.push_back(route_peer{peer.current->peer(), peer.current->spi_in()});
}

void tunnel_table::remove(held&, std::unique_ptr<tunnel>& which) {
    out_.push_back(remove_tunnel{which->peer(), which->spi_in()});
    owners_.erase(which->spi_in());
    relays_.on_tunnel_removed(which->spi_in());
    which.reset();
}

void tunnel_table::on_close(const wire::tunnel_close& which) {
    auto* peer = peer_of(which.in);
    if (peer == nullptr) return;
    if (peer->current && peer->current->spi_in() == which.in) {
        if (peer->successor) out_.push_back(route_peer{which.peer, peer->successor->spi_in()});
        remove(*peer, peer->current);
        peer->current = std::move(peer->successor);
    } else if (peer->successor && peer->successor->spi_in() == which.in) {
        remove(*peer, peer->successor);
    } else {
        const auto old =
            std::ranges::find_if(peer->old, [&](const auto& e) { return e.machine->spi_in() == which.in; });
        remove(*peer, old->machine);
        peer->old.erase(old);
    }
    if (!peer->current) peer->wanted = false;
    tell(which.peer, *peer);
}

void tunnel_table::remove_strangers() {
    for (auto each = peers_.begin(); each != peers_.end();) {
        auto& [id, peer] = *each;
        if (known_.shares_network(id)) {
            ++each;
            continue;
        }
        if (peer.current) remove(peer, peer.current);
        if (peer.successor) remove(peer, peer.successor);
        for (auto& old : peer.old)
            remove(peer, old.machine);
        peer.problem.clear();
        tell(id, peer);
        if (peer.offer) offered_.erase(peer.offer->in);
        each = peers_.erase(each);
    }
}

void tunnel_table::on_refused(node_id id, const std::string& why) {
    if (!known_.shares_network(id)) return;
    auto& peer = peers_[id];
    peer.problem = why;
    tell(id, peer);
}

// ---- what tunnels say ---------------------------------------------------------------------------------------------

void tunnel_table::drain(held& peer, tunnel& machine, time_point now) {
    const auto* newest = peer.successor ? peer.successor.get() : peer.current.get();
    while (auto what = machine.poll_output()) {
        if (std::holds_alternative<want_new_introduction>(*what)) {
            // Another one is being tried already if this is not the newest.
            if (&machine == newest) peer.wanted = true;
            continue;
        }
        if (std::holds_alternative<want_relays>(*what)) {
            relays_.on_doubt(now);
            continue;
        }
        out_.push_back(tunnel_wants{machine.peer(), machine.spi_in(), machine.spi_out(), std::move(*what)});
    }
    if (machine.state() == tunnel_state::up && &machine == newest && !peer.is_outdated) {
        peer.wanted = false;
        peer.patience = first_patience;
    }
    if (peer.successor.get() == &machine && machine.state() == tunnel_state::up) promote(peer, now);
    if (peer.current.get() == &machine && machine.state() == tunnel_state::up) send_unsent(peer);
    watch_relay(peer, now);
    const auto status = machine.status();
    relays_.on_rest(machine.spi_in(), status.resting, now);
    if (status.path && !status.relay && status.path->channel == main_channel && peer.direct != status.path->at) {
        peer.direct = status.path->at;
        ++revision_;
    }
    tell(machine.peer(), peer);
}

void tunnel_table::watch_relay(held& peer, time_point now) {
    const auto status = peer.current ? peer.current->status() : tunnel_status();
    const auto was = std::exchange(peer.relay, status.relay);
    const bool is_direct = status.path && !status.relay;
    if (was && was != status.relay && !is_direct) relays_.on_doubt(now);
}

// ---- events for one tunnel ----------------------------------------------------------------------------------------

void tunnel_table::on_candidates(const wire::peer_candidates& what, time_point now) {
    const auto peer = peers_.find(what.peer);
    if (peer == peers_.end()) return;
    if (auto& offer = peer->second.offer) {
        offer->candidates = what.candidates;
        offer->seen = what.seen;
        ++revision_;
    }
    with_each(peer->second, now, [&](tunnel& machine) { machine.on_candidates(what.candidates, now, what.seen); });
}

void tunnel_table::on_local_change(time_point now) {
    for (auto& [id, peer] : peers_) {
        with_each(peer, now, [&](tunnel& machine) { machine.on_local_change(now); });
    }
}

void tunnel_table::on_grants(const wire::tunnel_relays& what, time_point now) {
    if (!has(what.in)) return;
    auto& offer = peers_.at(owners_.at(what.in)).offer;
    if (offer && offer->in == what.in) {
        offer->relays = what.relays;
        ++revision_;
    }
    relays_.on_grants(what.in, what.relays, now);
}

void tunnel_table::on_binding(spi in, const path_address& relay, time_point now) {
    with(in, now, [&](tunnel& machine) { machine.on_binding(relay, now); });
}

void tunnel_table::on_relays(spi in, std::span<const relay_path> relays, time_point now) {
    with(in, now, [&](tunnel& machine) { machine.on_relays(relays, now); });
}

void tunnel_table::on_channel_open(channel_id channel, time_point now) {
    for (auto& [id, peer] : peers_)
        with_each(peer, now, [&](tunnel& machine) { machine.on_channel_open(channel, now); });
}

void tunnel_table::on_channel_closed(channel_id channel, time_point now) {
    for (auto& [id, peer] : peers_)
        with_each(peer, now, [&](tunnel& machine) { machine.on_channel_closed(channel, now); });
}

void tunnel_table::on_nat(time_point now) {
    for (auto& [id, peer] : peers_)
        with_each(peer, now, [&](tunnel& machine) { machine.on_nat(now); });
}

void tunnel_table::on_stun(const path_address& from, const wire::stun_response& response, time_point now) {
    for (auto& [id, peer] : peers_)
        with_each(peer, now, [&](tunnel& machine) { machine.on_stun(from, response, now); });
}

void tunnel_table::on_clear_datagram(spi in, const path_address& from, const std::optional<ip_address>& to,
                                     byte_view datagram, time_point now) {
    if (!owners_.contains(in)) reopen_for(in, datagram, now);
    bool is_authentic = false;
    with(in, now, [&](tunnel& machine) { is_authentic = machine.on_clear_datagram(from, datagram, now, to); });
    if (is_authentic && from.channel != main_channel) out_.push_back(keep_channel{from.channel});
}

void tunnel_table::on_message(spi in, const wire::tunnel_message& message, time_point now) {
    with(in.base(), now, [&](tunnel& machine) { machine.on_message(message, now); });
}

void tunnel_table::on_epoch_confirmed(spi in_with_epoch, time_point now) {
    with(in_with_epoch.base(), now, [&](tunnel& machine) { machine.on_epoch_confirmed(in_with_epoch.epoch(), now); });
}

void tunnel_table::on_authentic_from(spi in, const path_address& from, time_point now) {
    with(in.base(), now, [&](tunnel& machine) { machine.on_authentic_from(from, now); });
}

void tunnel_table::on_traffic(spi in, const traffic_sample& sample, time_point now) {
    with(in.base(), now, [&](tunnel& machine) { machine.on_traffic(sample, now); });
}

bool tunnel_table::on_send_wanted(node_id peer, time_point now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || !found->second.current) return false;
    with(found->second.current->spi_in(), now, [&](tunnel& machine) { machine.on_send_wanted(now); });
    return true;
}

void tunnel_table::send_sealed_to(node_id peer, bytes plaintext, time_point now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || !found->second.current) return;
    auto& held = found->second;
    const auto& machine = *held.current;
    if (has_send_keys(machine) && machine.status().path) {
        out_.push_back(tunnel_wants{peer, machine.spi_in(), machine.spi_out(), send_sealed{std::move(plaintext)}});
        return;
    }
    if (held.unsent.size() == max_unsent) held.unsent.pop_front();
    held.unsent.push_back(std::move(plaintext));
    on_send_wanted(peer, now);
}

void tunnel_table::send_unsent(held& peer) {
    for (auto& plaintext : std::exchange(peer.unsent, {})) {
        const auto& machine = *peer.current;
        out_.push_back(
            tunnel_wants{machine.peer(), machine.spi_in(), machine.spi_out(), send_sealed{std::move(plaintext)}});
    }
}

void tunnel_table::on_deadline(time_point now) {
    for (auto& [id, peer] : peers_) {
        with_each(peer, now, [&](tunnel& machine) {
            if (machine.next_deadline() <= now) machine.on_deadline(now);
        });
        std::erase_if(peer.old, [&](retired& each) {
            if (each.until > now) return false;
            remove(peer, each.machine);
            return true;
        });
    }
}

time_point tunnel_table::next_deadline() const {
    auto first = never;
    for (const auto& [id, peer] : peers_) {
        if (peer.current) first = std::min(first, peer.current->next_deadline());
        if (peer.successor) first = std::min(first, peer.successor->next_deadline());
        for (const auto& each : peer.old)
            first = std::min({first, each.until, each.machine->next_deadline()});
    }
    return first;
}

// ---- views --------------------------------------------------------------------------------------------------------

std::vector<wire::kept_tunnel> tunnel_table::kept() const {
    std::vector<wire::kept_tunnel> found;
    const auto add = [&](const std::unique_ptr<tunnel>& which) {
        if (which && (has_send_keys(*which) || which->status().resting))
            found.push_back({which->peer(), which->spi_in(), which->spi_out()});
    };
    for (const auto& [id, peer] : peers_) {
        add(peer.current);
        add(peer.successor);
    }
    return found;
}

void tunnel_table::ask_why(node_id peer, time_point now) {
    const auto* const present = current(peer);
    if (present == nullptr) return;
    with(present->spi_in(), now, [&](tunnel& machine) { machine.ask_why(now); });
}

}  // namespace buri::core
