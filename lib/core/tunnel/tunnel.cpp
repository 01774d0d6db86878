#include "buri/core/tunnel/tunnel.hpp"

#include "buri/core/tunnel/tunnel_parts.hpp"

#include <algorithm>

namespace buri::core {

std::string_view to_string(tunnel_state state) {
    switch (state) {
        case tunnel_state::probing:
            return "probing";
        case tunnel_state::agreeing:
            return "agreeing";
        case tunnel_state::up:
            return "up";
        case tunnel_state::failed:
            return "failed";
    }
    return "unknown";
}

result<std::unique_ptr<tunnel>> tunnel::make(node_id own, const crypto::identity_key& own_key,
                                             const wire::tunnel_open& offer, std::span<const suite_id> suites,
                                             tunnel_surroundings& around, random_source& random, logger log,
                                             time_point now, bool is_repeated) {
    auto between = introduction::from_offer(own, own_key, offer, suites);
    if (!between) return fail(between.error());
    between->is_repeated = is_repeated;
    auto made = std::make_unique<parts>(*std::move(between), around, random, std::move(log), now);
    made->on_candidates(offer.candidates, offer.seen, now);
    made->settle(now);
    return std::unique_ptr<tunnel>(new tunnel(std::move(made)));
}

tunnel::tunnel(std::unique_ptr<parts> made) : parts_(std::move(made)) {}
tunnel::~tunnel() = default;

bool tunnel::on_clear_datagram(const path_address& from, byte_view datagram, time_point now,
                               const std::optional<ip_address>& to) {
    if (state() == tunnel_state::failed) return false;
    const auto parsed = wire::parse_clear_datagram(datagram, parts_->between.suite);
    if (!parsed || parsed->to != spi_in()) return false;
    if (!has_right_mac(*parsed, parts_->between.suite, parts_->between.punch)) return false;
    const received_from source{from, to, datagram.size(), now};
    std::visit([&](const auto& message) { parts_->on(message, source); }, parsed->message);
    parts_->settle(now);
    return true;
}

void tunnel::on_epoch_confirmed(std::uint8_t epoch, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_confirmed(epoch, now);
    parts_->settle(now);
}

void tunnel::on_authentic_from(const path_address& from, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->paths.on_authentic_from(from, now);
    parts_->settle(now);
}

void tunnel::on_message(const wire::tunnel_message& message, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_message(message, now);
    parts_->settle(now);
}

void tunnel::on_binding(const path_address& relay, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_binding(relay, now);
    parts_->settle(now);
}

void tunnel::on_relays(std::span<const relay_path> relays, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->paths.on_relays(relays, now);
    parts_->settle(now);
}

void tunnel::on_channel_open(channel_id channel, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_channel_open(channel, now);
    parts_->settle(now);
}

void tunnel::on_channel_closed(channel_id channel, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_channel_closed(channel, now);
    parts_->settle(now);
}

void tunnel::on_nat(time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->punching.on_nat(now);
    parts_->settle(now);
}

void tunnel::on_stun(const path_address& from, const wire::stun_response& response, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->punching.on_stun(from, response, now);
    parts_->settle(now);
}

void tunnel::ask_why(time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->punching.ask_why(now);
    parts_->settle(now);
}

punch_evidence tunnel::evidence(time_point now) const {
    return parts_->punching.evidence(now);
}

void tunnel::on_candidates(std::span<const wire::candidate> candidates, time_point now,
                           const std::optional<endpoint>& seen) {
    if (state() == tunnel_state::failed) return;
    parts_->on_candidates(candidates, seen, now);
    parts_->settle(now);
}

void tunnel::on_local_change(time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->paths.on_local_change(now);
    parts_->punching.on_local_change(now);
    parts_->settle(now);
}

void tunnel::on_send_wanted(time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_send_wanted(now);
    parts_->settle(now);
}

void tunnel::on_traffic(const traffic_sample& sample, time_point now) {
    if (state() == tunnel_state::failed) return;
    parts_->on_traffic(sample, now);
    parts_->settle(now);
}

void tunnel::on_deadline(time_point now) {
    parts_->settle(now);
}

time_point tunnel::next_deadline() const {
    return parts_->next_deadline();
}

std::optional<tunnel_output> tunnel::poll_output() {
    auto& outputs = parts_->outputs;
    if (outputs.empty()) return std::nullopt;
    auto first = std::move(outputs.front());
    outputs.pop_front();
    return first;
}

tunnel_state tunnel::state() const {
    return parts_->state;
}

tunnel_status tunnel::status() const {
    const auto& all = *parts_;
    tunnel_status now;
    now.state = all.state;
    now.path = all.paths.path();
    now.relay = all.paths.path_relay();
    now.is_stream = all.paths.is_path_stream();
    now.resting = all.is_resting();
    now.mtu = all.mtu.limit();
    now.round_trip = all.paths.round_trip();
    if (all.keys.can_send()) now.epoch = all.keys.epoch();
    now.suite = all.between.suite;
    now.plain = all.between.plain;
    now.problem = all.problem();
    return now;
}

std::vector<way_view> tunnel::ways(time_point now) const {
    return parts_->paths.ways(now);
}

node_id tunnel::peer() const {
    return parts_->between.peer;
}
spi tunnel::spi_in() const {
    return parts_->between.in;
}
spi tunnel::spi_out() const {
    return parts_->between.out;
}

}  // namespace buri::core
