#include "buri/core/tunnel/tunnel_parts.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration keepalive_interval = 25s;
/// The peer's keepalive comes each 25 s. Without one the keys are doubtful, if the path answers: the peer may have lost its own.
constexpr duration doubt_interval = 35s;
/// How long a tunnel tries before it asks for another introduction, and how rarely it asks in the end.
constexpr duration first_introduction_wait = 60s;
constexpr duration longest_introduction_wait = 600s;
/// Without packets of the user for this long a tunnel rests.
constexpr duration rest_after = 120s;
/// The peer is being bound at the relay in the same moment: what comes before that is lost.
constexpr duration head_start = 10ms;
constexpr unsigned misfits_to_fail = 3;
/// To an address that has not answered a probe.
constexpr std::size_t most_amplification = 3;

/// A message that is as long as an IP packet of this size.
wire::tunnel_message probe_of_size(std::size_t size, std::uint64_t number) {
    wire::mtu_probe probe{number, bytes(size - 64)};
    probe.padding.resize(probe.padding.size() + size - wire::encode(probe).size());
    return probe;
}

}  // namespace

tunnel::parts::parts(introduction&& made, tunnel_surroundings& shared, random_source& source, logger&& to,
                     time_point now)
    : between(std::move(made)),
      around(shared),
      random(source),
      log(std::move(to)),
      paths(between, around, random, log, outputs),
      mtu(around),
      streams(around, random, outputs),
      keys(between.suite, between.secrecy(), between.is_repeated, outputs),
      initiator(between),
      responder(between),
      watch(now),
      punching(between.peer, between.is_initiator(), ground, around, random, log),
      settled_(now),
      busy_(now),
      introduction_due_(now + first_introduction_wait),
      introduction_wait_(first_introduction_wait) {}

void tunnel::parts::on(const wire::probe& message, const received_from& source) {
    // At rest with old keys the initiator alone can make new ones: this is how the responder asks for them.
    if (between.is_initiator() && source.now >= keys.rekey_at()) {
        if (resting_) wake(source.now);
        initiator.hurry(source.now);
    }
    paths.on_probe(source.at, source.to, message, source.now);
}

void tunnel::parts::on(const wire::probe_ack& message, const received_from& source) {
    paths.on_probe_ack(source.at, message, source.now);
}

void tunnel::parts::on(const wire::ke1& message, const received_from& source) {
    if (between.is_initiator() || !keys.may_begin(message.epoch)) return;
    const bool proven = paths.is_trusted(source.at);
    auto answer = responder.on_ke1(message, proven, random, source.now);
    if (!answer) {
        ignored("KE1", answer.error());
        return;
    }
    if (!proven && answer->size() > most_amplification * source.size) return;
    outputs.emplace_back(send_clear{source.at, *std::move(answer), source.to});
}

void tunnel::parts::on(const wire::ke2& message, const received_from& source) {
    if (!between.is_initiator()) return;
    auto agreed = initiator.on_ke2(message, source.now);
    if (!agreed) {
        ignored("KE2", agreed.error());
        return;
    }
    keys.on_agreed_as_initiator(*std::move(agreed), source.now);
}

void tunnel::parts::on(const wire::ke3& message, const received_from& source) {
    if (between.is_initiator() || !keys.may_begin(message.epoch)) return;
    if (responder.is_accepted(message)) {
        if (dummies_.take(source.now)) send_dummy(source.now);
        return;
    }
    auto agreed = responder.on_ke3(message, source.now);
    if (!agreed) {
        if (agreed.error() == ke_refusal::bad_signature) saw_bad_signature_ = true;
        ignored("KE3", agreed.error());
        return;
    }
    keys.on_agreed_as_responder(*std::move(agreed), source.now);
    agreed_ = source.now;
    send_dummy(source.now);
}

void tunnel::parts::on_confirmed(std::uint8_t epoch, time_point now) {
    if (!keys.on_confirmed(epoch, now)) return;
    initiator.finish();
    agreed_ = now;
    // The responder reads the old epoch until it hears the new one.
    send_dummy(now);
}

void tunnel::parts::on_send_wanted(time_point now) {
    busy_ = now;
    wake(now);
    paths.on_send_wanted(now);
}

void tunnel::parts::on_traffic(const traffic_sample& sample, time_point now) {
    keys.on_traffic(sample, now);
    const auto change = watch.on_sample(sample, now);
    if (change.flows) {
        busy_ = now;
        wake(now);
    }
    paths.on_traffic(change, now);
    mtu.on_traffic(change, now);
}

void tunnel::parts::on_message(const wire::tunnel_message& message, time_point now) {
    watch.on_peers_message();
    if (const auto* const probe = std::get_if<wire::mtu_probe>(&message)) {
        send_message(wire::mtu_reply{probe->number}, false, now);
    } else if (const auto* const reply = std::get_if<wire::mtu_reply>(&message)) {
        mtu.on_reply(reply->number, now);
    } else if (const auto* const call = std::get_if<wire::punch>(&message)) {
        streams.on_peer_udp(call->nat.udp);
    }
    punching.on_message(message, now);
}

void tunnel::parts::on_candidates(std::span<const wire::candidate> candidates, const std::optional<endpoint>& seen,
                                  time_point now) {
    punching.on_seen(seen, now);
    if (seen) paths.on_seen(*seen);
    paths.on_candidates(candidates, now);
    std::vector<endpoint> listening;
    for (const auto& each : candidates.first(std::min(candidates.size(), wire::max_candidates))) {
        const bool is_possible = paths.is_allowed(each.at) && paths.may_be_there(each.at.address);
        if (each.kind == wire::candidate_kind::tcp && is_possible) listening.push_back(each.at);
    }
    streams.on_candidates(std::move(listening));
}

void tunnel::parts::on_binding(const path_address& relay, time_point now) {
    if (paths.path()) return;
    binding_ = relay;
    if (now < exchange_due()) return;
    start_exchange(now);
    initiator.give_head_start(head_start);
}

void tunnel::parts::on_channel_open(channel_id channel, time_point now) {
    if (const auto way = streams.on_open(channel, now)) paths.add_stream(*way, now);
}

void tunnel::parts::on_channel_closed(channel_id channel, time_point now) {
    streams.on_closed(channel);
    punching.on_channel_closed(channel);
    paths.on_channel_closed(channel, now);
}

bool tunnel::parts::send_message(const wire::tunnel_message& message, bool dont_fragment, time_point now) {
    if (!keys.can_send() || !paths.path()) return false;
    outputs.emplace_back(send_sealed{wire::encode(message), dont_fragment});
    watch.on_own_message(now);
    return true;
}

void tunnel::parts::probe_mtu(time_point now) {
    if (keys.can_send() && !resting_) {
        const auto overhead = wire::datagram_header_size + crypto::sealed_size(between.suite, around.mtu) - around.mtu;
        mtu.on_path(paths.path(), overhead, now);
        while (const auto due = mtu.take_due(paths.round_trip(), now))
            send_message(probe_of_size(due->size, due->number), true, now);
    } else {
        mtu.stop();
    }
    if (mtu.limit() == told_mtu_) return;
    told_mtu_ = mtu.limit();
    outputs.emplace_back(set_mtu{told_mtu_.value_or(0)});
}

void tunnel::parts::rest() {
    resting_ = true;
    paths.rest();
}

void tunnel::parts::wake(time_point now) {
    if (!resting_) return;
    resting_ = false;
    woke_ = now;
    busy_ = std::max(busy_, now);
    paths.wake(now);
}

void tunnel::parts::settle(time_point now) {
    settled_ = now;
    if (state != tunnel_state::failed) {
        if (!paths.path()) wake(now);
        paths.on_deadline(now);
        keys.on_deadline(now);
        responder.on_deadline(now);
        end_slow_exchange(now);
    }
    if (state != tunnel_state::failed) {
        const bool moved = paths.take_moved();
        if (moved) initiator.hurry(now);
        continue_exchange(now);
        if (moved || now >= keepalive_due()) send_dummy(now);
        enter(present_state(), now);
        if (now >= rest_due()) rest();
        streams.on_deadline(!resting_ && !paths.has_direct(now), paths.path(), now);
        punching.on_deadline(now);
        paths.on_deadline(now);  // what punching added is due at once
        probe_mtu(now);
    }
    ask_for_introduction(now);
}

time_point tunnel::parts::next_deadline() const {
    if (state == tunnel_state::failed) return introduction_due_;
    auto earliest = std::min({paths.next_deadline(), keys.next_deadline(), responder.next_deadline(), keepalive_due(),
                              introduction_due_, initiator.gives_up_at(), rest_due(), streams.next_deadline(),
                              mtu.next_deadline(), punching.next_deadline()});
    if (paths.path() || binding_) earliest = std::min({earliest, initiator.due_at(), exchange_due()});
    return earliest;
}

std::string_view tunnel::parts::problem() const {
    switch (state) {
        case tunnel_state::up:
            return {};
        case tunnel_state::probing:
            return "no address of the peer answers";
        case tunnel_state::failed:
            return "the peer's key is not the one that the server names";
        case tunnel_state::agreeing:
            break;
    }
    return saw_bad_signature_ || initiator.saw_bad_signature() ? "the peer's messages are not signed by its key"
                                                               : "the keys are not agreed yet";
}

void tunnel::parts::ignored(std::string_view what, ke_refusal why) const {
    log.debug(
        "message of a key exchange ignored",
        {{"peer", to_string(between.peer)}, {"message", std::string(what)}, {"reason", std::string(to_string(why))}});
}

void tunnel::parts::send_dummy(time_point now) {
    if (!keys.can_send() || !paths.path()) return;
    outputs.emplace_back(send_sealed{});
    watch.on_own_message(now);
}

void tunnel::parts::end_slow_exchange(time_point now) {
    if (!initiator.has_timed_out(now)) return;
    const bool misfit = initiator.saw_bad_signature();
    misfits_ = misfit ? misfits_ + 1 : 0;
    saw_bad_signature_ = saw_bad_signature_ || misfit;
    initiator.finish();
    binding_.reset();
    keys.on_not_confirmed();
    // Suite 1 has no mac on KE messages: anybody could have sent them.
    if (misfits_ >= misfits_to_fail && !keys.epoch() && between.suite != suite_id::classic) give_up(now);
}

void tunnel::parts::start_exchange(time_point now) {
    const auto patience = keys.is_first_unknown() ? ke_initiator::patience_with_guess : ke_initiator::patience;
    initiator.start(keys.next_epoch(), random, now, patience);
}

void tunnel::parts::continue_exchange(time_point now) {
    if (paths.path()) binding_.reset();
    const auto& way = paths.path() ? paths.path() : binding_;
    if (!way) return;
    if (now >= exchange_due()) start_exchange(now);
    if (auto datagram = initiator.take_due(random, now))
        outputs.emplace_back(send_clear{*way, *std::move(datagram), paths.path_own()});
}

void tunnel::parts::ask_for_introduction(time_point now) {
    if (now < introduction_due_) return;
    outputs.emplace_back(want_new_introduction{});
    introduction_wait_ = std::min(introduction_wait_ * 2, longest_introduction_wait);
    introduction_due_ = now + introduction_wait_;
}

void tunnel::parts::give_up(time_point now) {
    keys.wipe();
    paths.abandon();
    enter(tunnel_state::failed, now);
}

void tunnel::parts::enter(tunnel_state next, time_point now) {
    if (next == state) return;
    log.info("tunnel changes", {{"peer", to_string(between.peer)}, {"state", std::string(to_string(next))}});
    if (next == tunnel_state::up) {
        introduction_due_ = never;
        introduction_wait_ = first_introduction_wait;
        saw_bad_signature_ = false;
        misfits_ = 0;
    } else if (next == tunnel_state::failed) {
        introduction_due_ = now;
    } else if (state == tunnel_state::up) {
        introduction_due_ = now + introduction_wait_;
    }
    state = next;
    outputs.emplace_back(tunnel_changed{next});
}

tunnel_state tunnel::parts::present_state() const {
    if (!paths.path()) return tunnel_state::probing;
    return keys.can_send() || resting_ ? tunnel_state::up : tunnel_state::agreeing;
}

time_point tunnel::parts::exchange_due() const {
    if (!between.is_initiator() || initiator.is_running() || resting_) return never;
    if (!keys.can_send()) return time_point::min();
    return std::min(keys.rekey_at(), std::max({agreed_, woke_, watch.last_received()}) + doubt_interval);
}

time_point tunnel::parts::keepalive_due() const {
    if (!keys.can_send() || !paths.path() || resting_) return never;
    return watch.last_sent() + keepalive_interval;
}

time_point tunnel::parts::rest_due() const {
    if (state != tunnel_state::up || resting_ || initiator.is_running() || !paths.can_rest()) return never;
    return busy_ + rest_after;
}

}  // namespace buri::core
