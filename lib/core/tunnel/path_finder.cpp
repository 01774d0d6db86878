#include "buri/core/tunnel/path_finder.hpp"

#include "buri/core/tunnel/jitter.hpp"
#include "buri/core/tunnel/path_timing.hpp"
#include "buri/core/tunnel/private_range.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

using namespace std::chrono_literals;
using namespace path_timing;

void path_finder::on_candidates(std::span<const wire::candidate> candidates, time_point now) {
    for (auto& each : remotes_) {
        if (each.is_told()) each.become(way_kind::learned);
    }
    give_credit_to_all(now);
    for (const auto& each : candidates.first(std::min(candidates.size(), wire::max_candidates))) {
        if (each.kind == wire::candidate_kind::tcp || !may_be_there(each.at.address)) continue;
        const bool is_new = find(each.at) == nullptr;
        auto* const told = find_or_add(each.at, way_kind::told);
        if (told == nullptr || told->is_relay()) continue;
        told->become(way_kind::told);
        told->set_translated(each.kind != wire::candidate_kind::host);
        if (!resting_ && (is_new || !has_direct(now))) told->open(now, burst(now));
    }
    for (auto& each : remotes_) {
        if (each.kind() == way_kind::learned && !each.has_answered()) each.close();
    }
    // Where it rests the peer may not be any more.
    if (resting_) rest();
}

void path_finder::on_relays(std::span<const relay_path> relays, time_point now) {
    std::vector<path_address> gone;
    for (const auto& each : relays_) {
        if (std::ranges::find(relays, each.where, &relay_path::where) == relays.end()) gone.push_back(each.where);
    }
    relays_.assign(relays.begin(), relays.end());
    for (const auto& each : relays_) {
        auto* const way = find_or_add(each.where, way_kind::relay);
        if (way == nullptr) continue;
        const bool was_relay = way->is_relay() && way->has_answered();
        way->become(way_kind::relay);
        if (!resting_ && !was_relay) way->open(now);
    }
    drop_ways(gone, now);
    if (!path_ && !relays_.empty()) {
        if (auto* const first = next_best(now)) use(*first, now);
    }
}

void path_finder::on_probe(const path_address& from, const std::optional<ip_address>& to, const wire::probe& message,
                           time_point now) {
    if (!is_allowed(from) && !is_relay(from)) return;
    outputs_.emplace_back(send_clear{
        from,
        make_clear_datagram(between_.out, wire::probe_ack{message.nonce, from.at}, between_.suite, between_.punch),
        to});
    auto* const sender = find_or_add(from, way_kind::learned);
    if (sender == nullptr) return;
    if (to && sender->kind() == way_kind::learned) sender->set_own(to);
    if (path_ == from) {
        if (sender->is_proven()) unheard_ = 0;
        if (!sender->is_proven() && !resting_) sender->hurry(closest_probes, now);
        return;
    }
    if (resting_) return;
    if (!sender->has_answered()) sender->earn(1);
    if (!sender->is_proven() || !path_) sender->hurry(closest_probes, now);
}

void path_finder::on_probe_ack(const path_address& from, const wire::probe_ack& message, time_point now) {
    auto* sender = find(from);
    if (sender != nullptr && sender->on_ack(message.nonce, now)) {
        choose(*sender, now);
        return;
    }
    // Where both mappings depend on the port an answer leaves from another than was probed: what counts is that the peer got it.
    for (auto& each : remotes_) {
        const bool is_same_nat = each.at().channel == from.channel && each.at().at.address == from.at.address;
        if (!is_same_nat || !each.on_ack(message.nonce, now)) continue;
        choose(each, now);
        return;
    }
    // The answer to a scattered probe proves nothing about this address, but it is worth a look.
    if (scattered_ != message.nonce || resting_) return;
    sender = find_or_add(from, way_kind::learned);
    if (sender == nullptr || sender->has_answered()) return;
    sender->earn(1);
    sender->hurry(closest_probes, now);
}

void path_finder::on_authentic_from(const path_address& from, time_point now) {
    if (path_ == from || (!is_allowed(from) && !is_relay(from))) return;
    elsewhere_ = true;
    if (resting_) return;
    auto* const sender = find_or_add(from, way_kind::learned);
    if (sender == nullptr) return;
    const bool may_follow =
        !sender->is_relay() && (!between_.is_initiator() || !path_ || !sender->is_told() || !sender->is_proven());
    if (may_follow && (!between_.is_initiator() || now - follow_interval >= followed_at_)) {
        followed_ = from;
        followed_at_ = now;
        sender->earn(2);
        sender->open(now, openers);
        return;
    }
    // Why does the peer not take this end's path? Perhaps because it died.
    if (!path_) return;
    if (sender->is_relay()) suspected_ = now;
    probe_path_soon(now);
}

void path_finder::on_local_change(time_point now) {
    for (auto& each : remotes_)
        each.set_own({});
    around_.silent.forget(between_.peer);
    if (resting_) return;
    give_credit_to_all(now);
    announce_ = true;
    open_all(now);
    if (path_) send_probe(*find(*path_), now);
}

void path_finder::on_send_wanted(time_point now) {
    if (!path_) {
        for (auto& each : remotes_)
            each.hurry(1s, now);
        return;
    }
    auto& present = *find(*path_);
    if (now - 1s >= present.last_probe()) send_probe(present, now);
}

void path_finder::on_traffic(const traffic_watch::change& change, time_point now) {
    if (change.flows) flowed_ = now;
    if (change.received && !elsewhere_) on_heard(now);
    if (!change.received || !followed_ || followed_ == path_) return;
    // More messages come from there, so it may get another probe.
    auto* const sender = find(*followed_);
    if (sender == nullptr || sender->unanswered() >= static_cast<unsigned>(remote::full_credit)) return;
    sender->earn(1);
    sender->hurry(closest_probes, now);
}

void path_finder::on_channel_closed(channel_id channel, time_point now) {
    if (channel == main_channel) return;
    std::vector<path_address> gone;
    for (const auto& each : remotes_) {
        if (each.at().channel == channel) gone.push_back(each.at());
    }
    std::erase_if(relays_, [channel](const relay_path& each) { return each.where.channel == channel; });
    std::erase(sockets_, channel);
    drop_ways(gone, now);
}

void path_finder::add_stream(const path_address& at, time_point now) {
    if (auto* const way = find_or_add(at, way_kind::stream)) way->open(now, burst(now));
}

unsigned path_finder::probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl,
                            time_point now) {
    if (!may_be_there(to.at.address)) return 0;
    auto* const target = find_or_add(to, way_kind::learned);
    if (target == nullptr || target->is_proven()) return 0;
    const auto granted = target->has_answered() ? count : grant(to.at.address, count, 0, now);
    if (granted == 0) return 0;
    if (!target->has_answered()) target->earn(static_cast<int>(granted));
    target->set_first_ttl(first_ttl);
    target->open(now, granted);
    return granted;
}

void path_finder::begin_scattering() {
    scattered_ = random_.array<std::tuple_size_v<wire::probe_nonce>>();
}

void path_finder::scatter(const path_address& to, std::optional<std::uint8_t> ttl) {
    if (!is_allowed(to)) return;
    if (!scattered_) begin_scattering();
    outputs_.emplace_back(send_clear{
        to, make_clear_datagram(between_.out, wire::probe{*scattered_}, between_.suite, between_.punch), {}, ttl});
}

std::optional<std::uint32_t> path_finder::path_relay() const {
    if (!path_) return std::nullopt;
    const auto found = std::ranges::find(relays_, *path_, &relay_path::where);
    return found == relays_.end() ? std::nullopt : std::optional(found->relay);
}

std::vector<way_view> path_finder::ways(time_point now) const {
    std::vector<way_view> all;
    for (const auto& each : remotes_) {
        way_view view{.at = each.at(), .kind = each.kind()};
        const auto relay = std::ranges::find(relays_, each.at(), &relay_path::where);
        if (relay != relays_.end()) view.relay = relay->relay;
        view.is_path = path_ == each.at();
        view.is_alive = each.is_proven();
        if (each.has_answered()) {
            view.round_trip = each.round_trip();
            view.age = now - each.last_answer();
        }
        view.loss = each.loss();
        view.measured = each.measured();
        all.push_back(view);
    }
    return all;
}

std::optional<duration> path_finder::round_trip() const {
    const auto* const present = path_ ? find(*path_) : nullptr;
    return present != nullptr && present->has_answered() ? std::optional(present->round_trip()) : std::nullopt;
}

std::optional<duration> path_finder::relay_round_trip() const {
    std::optional<duration> best;
    for (const auto& each : remotes_) {
        if (each.is_relay() && each.is_proven()) best = std::min(best.value_or(each.round_trip()), each.round_trip());
    }
    return best;
}

bool path_finder::is_trusted(const path_address& at) const {
    const auto* const known = find(at);
    return known != nullptr && (known->has_answered() || known->is_relay());
}

bool path_finder::is_proven(const path_address& at) const {
    const auto* const known = find(at);
    return known != nullptr && known->is_proven();
}

bool path_finder::is_relay(const path_address& at) const {
    const auto* const known = find(at);
    return known != nullptr && known->is_relay();
}

bool path_finder::has_direct(time_point now) const {
    return std::ranges::any_of(remotes_, [&](const remote& each) {
        return !each.is_relay() && each.is_proven() && (each.at() == path_ || now - fresh <= each.last_answer());
    });
}

bool path_finder::lacks_direct() const {
    const auto* const present = path_ ? find(*path_) : nullptr;
    return present != nullptr && (present->is_relay() || present->is_stream()) &&
           std::ranges::none_of(remotes_, &remote::is_shunned);
}

bool path_finder::is_used(channel_id channel) const {
    return std::ranges::any_of(
        remotes_, [channel](const remote& each) { return each.at().channel == channel && each.is_proven(); });
}

bool path_finder::take_moved() {
    return std::exchange(moved_, false);
}

const remote* path_finder::find(const path_address& at) const {
    const auto found = std::ranges::find(remotes_, at, &remote::at);
    return found == remotes_.end() ? nullptr : &*found;
}

remote* path_finder::find(const path_address& at) {
    const auto found = std::ranges::find(remotes_, at, &remote::at);
    return found == remotes_.end() ? nullptr : &*found;
}

remote* path_finder::find_or_add(const path_address& at, way_kind kind) {
    if (auto* const known = find(at)) return known;
    if (!is_allowed(at) && !(at && kind == way_kind::relay)) return nullptr;
    if (remotes_.size() == max_remotes) make_room();
    if (remotes_.size() == max_remotes) return nullptr;
    const bool by_socket = at.channel == main_channel || std::ranges::find(sockets_, at.channel) != sockets_.end();
    return &remotes_.emplace_back(at, kind == way_kind::learned && !by_socket ? way_kind::stream : kind);
}

void path_finder::make_room() {
    const auto is_spare = [this](const remote& each) {
        const bool is_foreign = each.kind() == way_kind::learned || each.kind() == way_kind::stream;
        return is_foreign && each.at() != followed_ && each.at() != path_;
    };
    auto spare =
        std::ranges::find_if(remotes_, [&](const remote& each) { return is_spare(each) && !each.has_answered(); });
    if (spare == remotes_.end()) spare = std::ranges::find_if(remotes_, is_spare);
    if (spare != remotes_.end()) remotes_.erase(spare);
}

bool path_finder::is_allowed(const path_address& where) const {
    const auto& address = where.at.address;
    const auto is_own = [&](const ip_prefix& vpn) { return vpn.length != 0 && vpn.contains(address); };
    return where && !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() &&
           !address.is_link_local() && !is_own(around_.pool) && !is_own(around_.ula);
}

bool path_finder::may_be_there(const ip_address& named) const {
    return vicinity_of(named, around_.hosts, around_.nat.mapped, seen_) != vicinity::elsewhere;
}

unsigned path_finder::grant(const ip_address& silent, unsigned wanted, unsigned kept, time_point now) {
    if (vicinity_of(silent, around_.hosts, around_.nat.mapped, seen_) == vicinity::same_range)
        kept = silent_limit::packets - openers;
    const auto granted = around_.silent.take(between_.peer, silent, wanted, kept, now);
    // There the peer is, or was.
    if (seen_ && seen_->address == silent) return granted + around_.guesses.grant(between_.peer, wanted - granted, now);
    return granted;
}

bool path_finder::may_probe(remote& to, time_point now) {
    if (to.is_relay() || to.is_stream() || to.has_answered() || to.take_earned()) return true;
    if (grant(to.at().at.address, 1, path_ ? kept_for_punching : 0, now) == 1) return true;
    to.hold(now + jittered(remote::slow_interval, random_));
    return false;
}

void path_finder::give_credit_to_all(time_point now) {
    if (now - credit_interval < credited_) return;
    credited_ = now;
    for (auto& each : remotes_) {
        if (each.kind() != way_kind::learned || each.has_answered()) each.give_credit(static_cast<int>(openers));
    }
}

void path_finder::open_all(time_point now) {
    for (auto& each : remotes_) {
        if (each.at() != path_) each.open(now, burst(now));
    }
}

std::optional<unsigned> path_finder::burst(time_point now) const {
    return has_direct(now) ? std::optional(openers) : std::nullopt;
}

void path_finder::send_probe(remote& to, time_point now) {
    if (!may_probe(to, now)) return;
    std::optional<std::uint8_t> ttl;
    if (to.is_first_opener()) {
        ttl = to.first_ttl();
        if (to.is_told() && to.is_translated() && around_.nat.mapping != nat_mapping::none) ttl = opener_ttl;
    }
    const wire::probe message{to.send(random_, now)};
    if (path_ && to.is_spent()) to.close();
    if (to.at() == path_) ++unheard_;
    outputs_.emplace_back(
        send_clear{to.at(), make_clear_datagram(between_.out, message, between_.suite, between_.punch), to.own(), ttl});
}

}  // namespace buri::core
