#include "buri/core/node/relay_client.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/node/relay_pace.hpp"
#include "buri/core/tunnel/jitter.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration first_gap = 150ms;         ///< between PINGs while nothing answers, doubling
constexpr duration longest_gap = 10s;         ///< of a relay that tunnels need
constexpr duration keepalive_interval = 25s;  ///< of a relay that tunnels need
constexpr duration measure_interval = 300s;   ///< of the others
constexpr duration udp_again_interval = 10s;  ///< while by stream
constexpr duration latest_pong = 5s;
constexpr unsigned lost_after = 3;
constexpr std::size_t max_waiting = 16;
constexpr std::size_t max_relays = 64;
constexpr duration bind_gap = 250ms;  ///< after a refusal

}  // namespace

// ---- which relay ----------------------------------------------------------------------------------------------------------

const known_relay* relay_client::find(std::uint32_t id) const {
    const auto found = std::ranges::find(relays_, id, [](const auto& each) { return each.info.id; });
    return found == relays_.end() ? nullptr : &*found;
}

known_relay* relay_client::by_id(std::uint32_t id) {
    const auto found = std::ranges::find(relays_, id, [](const auto& each) { return each.info.id; });
    return found == relays_.end() ? nullptr : &*found;
}

known_relay* relay_client::by_address(const path_address& from) {
    const auto found = std::ranges::find_if(relays_, [&](const known_relay& each) {
        if (from.channel != main_channel) return each.stream == from.channel;
        return std::ranges::find(each.info.udp, from.at) != each.info.udp.end();
    });
    if (found != relays_.end()) return &*found;
    return likely_ && from.channel == main_channel && from.at == likely_->info.udp.front() ? &*likely_ : nullptr;
}

// ---- what the server says -------------------------------------------------------------------------------------------------

void relay_client::on_server(const endpoint& udp, time_point now) {
    if (!relays_.empty()) return;
    likely_ = known_relay{.info = {.name = "server", .udp = {udp}}};
    ask(*likely_, now);
}

void relay_client::on_list(const std::vector<wire::relay_info>& relays, time_point now) {
    std::vector<known_relay> next;
    for (const auto& info : relays) {
        if (next.size() == max_relays) break;
        next.push_back(renewed(info, now));
    }
    for (auto& each : relays_)
        close_stream(each);
    relays_ = std::move(next);
    likely_.reset();
    count_bindings();
    for (auto& [in, list] : bindings_) {
        for (auto& each : list) {
            const auto* const relay = find(each.relay);
            if (relay == nullptr || !relay->way) each.is_bound = false;
        }
        tell(in);
    }
}

known_relay relay_client::renewed(const wire::relay_info& info, time_point now) {
    if (auto* const same = by_id(info.id); same != nullptr && same->info == info) {
        auto kept = std::move(*same);
        same->stream = main_channel;
        return kept;
    }
    known_relay fresh;
    fresh.next_ask = now;
    if (likely_ && std::ranges::find(info.udp, likely_->info.udp.front()) != info.udp.end())
        fresh = *std::exchange(likely_, std::nullopt);
    fresh.info = info;
    return fresh;
}

void relay_client::on_grants(spi in, const std::vector<wire::relay_grant>& grants, time_point now) {
    std::vector<binding> next;
    auto& present = bindings_[in];
    for (const auto& grant : grants) {
        const auto known = std::ranges::find(present, grant.relay, &binding::relay);
        if (known != present.end() && known->token == grant.token) {
            next.push_back(*known);
            continue;
        }
        // A fresh token for what is bound already replaces the old one without a gap.
        next.push_back({.relay = grant.relay,
                        .token = grant.token,
                        .is_bound = known != present.end() && known->is_bound,
                        .next_try = now});
    }
    present = std::move(next);
    count_bindings();
    for (const auto& grant : grants) {
        auto* const relay = by_id(grant.relay);
        if (relay != nullptr && !relay->way && now - first_gap >= relay->asked_at) ask(*relay, now);
    }
    bind_due(now);
    tell(in);
}

void relay_client::on_tunnel_removed(spi in) {
    bindings_.erase(in);
    resting_.erase(in);
    told_.erase(in);
    count_bindings();
}

void relay_client::on_rest(spi in, bool rests, time_point now) {
    if (rests == resting_.contains(in)) return;
    if (rests) {
        resting_.insert(in);
    } else {
        resting_.erase(in);
    }
    count_bindings();
    for (auto& relay : relays_) {
        if (relay.is_kept() && relay.way && now - keepalive_interval > relay.asked_at) ask(relay, now);
    }
}

void relay_client::count_bindings() {
    for (auto& relay : relays_)
        relay.tunnels = relay.bound = relay.awake = 0;
    for (const auto& [in, list] : bindings_) {
        bool wakes = true;
        for (const auto& each : list) {
            auto* const relay = by_id(each.relay);
            if (relay == nullptr) continue;
            ++relay->tunnels;
            if (each.is_bound) ++relay->bound;
            if (wakes) ++relay->awake;
            if (relay->way && resting_.contains(in)) wakes = false;
        }
    }
    for (auto& relay : relays_) {
        if (relay.is_kept() && relay.way)
            relay.next_ask = std::min(relay.next_ask, relay.asked_at + keepalive_interval);
        if (relay.tunnels == 0 && relay.is_by_stream()) close_stream(relay);
    }
}

// ---- what relays say ------------------------------------------------------------------------------------------------------

mapping_hint relay_client::on_datagram(const path_address& from, byte_view datagram, time_point now) {
    auto hint = mapping_hint::none;
    auto* const relay = by_address(from);
    if (relay == nullptr) return hint;
    const auto message = wire::parse_relay_message(datagram);
    if (!message) return hint;
    std::visit(overloaded{
                   [&](const wire::relay_pong& it) { hint = on(*relay, from, it, now); },
                   [&](const wire::relay_bind_ok& it) { on(*relay, it); },
                   [&](const wire::relay_bind_err& it) { on(*relay, it, now); },
                   [](const auto&) {},
               },
               *message);
    return hint;
}

mapping_hint relay_client::on(known_relay& relay, const path_address& from, const wire::relay_pong& message,
                              time_point now) {
    const auto sent = std::ranges::find(relay.waiting, message.nonce, &known_relay::asked::nonce);
    if (sent == relay.waiting.end() || sent->to != from || now - sent->at > latest_pong) return mapping_hint::none;
    auto hint = from.channel == main_channel ? mapping_hint::alive : mapping_hint::none;
    const auto took = now - sent->at;
    std::erase_if(relay.waiting, [&](const auto& each) { return each.at <= sent->at && each.to == from; });
    const bool is_other_way = relay.way != from;
    // UDP is better than a stream; of two ways of a kind the first that answered stays.
    if (relay.way && is_other_way && (from.channel != main_channel || relay.way->channel == main_channel)) return hint;
    relay.round_trip = relay.round_trip && !is_other_way ? *relay.round_trip + (took - *relay.round_trip) / 4 : took;
    relay.cookie = message.cookie;
    relay.unanswered = 0;
    relay.asking_since = never;
    relay.next_ask = now + (relay.is_kept() ? keepalive_interval : measure_interval);
    if (is_other_way) {
        take_way(relay, from, now);
    } else if (message.bindings < relay.bound) {
        bind_all(relay, now);
        if (from.channel == main_channel) hint = mapping_hint::doubtful;
    }
    bind_due(now);
    return hint;
}

void relay_client::take_way(known_relay& relay, const path_address& way, time_point now) {
    log_.debug("relay answers", {{"relay", relay.info.name}, {"endpoint", to_string(way.at)}});
    relay.way = way;
    relay.stream_failures = 0;
    if (way.channel == main_channel) {
        close_stream(relay);
        relay.udp_next = never;
    } else {
        relay.udp_next = now + udp_again_interval;
    }
    count_bindings();
    bind_all(relay, now);
}

void relay_client::on(known_relay& relay, const wire::relay_bind_ok& message) {
    const auto found = bindings_.find(message.bound);
    if (found == bindings_.end()) return;
    for (auto& each : found->second) {
        if (each.relay != relay.info.id) continue;
        if (!std::exchange(each.is_bound, true)) ++relay.bound;
        each.tries = 0;
        each.next_try = never;
    }
    tell(message.bound);
}

void relay_client::on(known_relay& relay, const wire::relay_bind_err& message, time_point now) {
    log_.debug("relay refused a binding", {{"relay", relay.info.name}, {"code", std::to_string(message.code)}});
    const auto found = bindings_.find(message.refused);
    if (found == bindings_.end()) return;
    for (auto& each : found->second) {
        if (each.relay == relay.info.id) each.next_try = std::max(each.next_try, now + bind_gap);
    }
    // Its cookie may have become too old: PONG brings another.
    if (relay.waiting.empty()) ask(relay, now);
}

// ---- asking ---------------------------------------------------------------------------------------------------------------

void relay_client::ping(known_relay& relay, const path_address& to, time_point now) {
    const auto nonce = random_.array<std::tuple_size_v<wire::relay_nonce>>();
    relay.waiting.push_back({nonce, to, now});
    if (relay.waiting.size() > max_waiting) relay.waiting.pop_front();
    out_.emplace_back(send_plain{to, encode(wire::relay_message{wire::relay_ping{nonce}})});
}

void relay_client::ask(known_relay& relay, time_point now) {
    relay.asked_at = now;
    ++relay.unanswered;
    if (relay.way && relay.unanswered <= lost_after) {
        ping(relay, *relay.way, now);
        relay.next_ask = now + std::max<duration>(first_gap, relay.round_trip.value_or(0ms) * 3 / 2);
        return;
    }
    if (relay.way) lose_way(relay, now);
    if (relay.asking_since == never) {
        relay.asking_since = now;
        relay.unanswered = 1;
    }
    for (const auto& at : relay.info.udp)
        ping(relay, at, now);
    if (relay.stream_remote) ping(relay, {relay.stream, relay.stream_remote}, now);
    const auto longest = relay.tunnels > 0 ? longest_gap : measure_interval;
    relay.next_ask = now + jittered(doubled(first_gap, relay.unanswered - 1, longest), random_);
}

void relay_client::lose_way(known_relay& relay, time_point) {
    log_.info("relay is silent", {{"relay", relay.info.name}});
    relay.way.reset();
    relay.round_trip.reset();
    relay.udp_next = never;
    close_stream(relay);
    forget_bindings(relay.info.id);
}

void relay_client::on_doubt(time_point now) {
    for (auto& relay : relays_) {
        if (relay.tunnels == 0 || !relay.way || !relay.waiting.empty()) continue;
        relay.unanswered = 0;
        ask(relay, now);
    }
}

void relay_client::on_network_change(time_point now) {
    for (auto& relay : relays_) {
        relay.unanswered = 0;
        relay.waiting.clear();
        if (relay.way) {
            ask(relay, now);
        } else {
            relay.asking_since = never;
            relay.next_ask = now;
        }
        relay.stream_next = now;
        if (relay.is_by_stream()) relay.udp_next = now;
    }
}

// ---- time -----------------------------------------------------------------------------------------------------------------

void relay_client::on_deadline(time_point now) {
    for (auto& relay : relays_) {
        if (relay.next_ask <= now) ask(relay, now);
        open_stream_if_needed(relay, now);
        if (relay.udp_next > now) continue;
        relay.udp_next = now + udp_again_interval;
        for (const auto& at : relay.info.udp)
            ping(relay, at, now);
    }
    bind_due(now);
}

time_point relay_client::next_deadline() const {
    auto first = never;
    for (const auto& relay : relays_) {
        first = std::min({first, relay.next_ask, relay.udp_next});
        const bool may_open = !relay.way && relay.stream == main_channel && relay.tunnels > 0 &&
                              relay.asking_since != never && !(relay.info.tls.empty() && relay.info.tcp.empty());
        if (may_open) first = std::min(first, std::max(relay.asking_since + udp_patience, relay.stream_next));
    }
    for (const auto& [in, list] : bindings_) {
        for (const auto& each : list)
            first = std::min(first, each.next_try);
    }
    return first;
}

std::optional<relay_output> relay_client::poll_output() {
    if (out_.empty()) return std::nullopt;
    auto first = std::move(out_.front());
    out_.pop_front();
    return first;
}

// ---- views ----------------------------------------------------------------------------------------------------------------

std::vector<relay_view> relay_client::views() const {
    std::vector<relay_view> all;
    for (const auto& relay : relays_)
        all.push_back({relay.info, relay.round_trip, relay.is_by_stream(), relay.tunnels});
    return all;
}

std::vector<wire::relay_round_trip> relay_client::round_trips() {
    std::vector<wire::relay_round_trip> all;
    for (auto& relay : relays_) {
        if (!relay.round_trip) {
            relay.told_ms.reset();
            continue;
        }
        const auto ms = static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(*relay.round_trip + 500us).count());
        const auto difference = relay.told_ms ? std::max(ms, *relay.told_ms) - std::min(ms, *relay.told_ms) : 0;
        if (!relay.told_ms || (difference > 5 && difference * 5 > *relay.told_ms)) relay.told_ms = ms;
        all.push_back({relay.info.id, *relay.told_ms});
    }
    return all;
}

}  // namespace buri::core
