#include "buri/core/tunnel/punch.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/tunnel/punch_parts.hpp"

#include <algorithm>

namespace buri::core {

using namespace std::chrono_literals;

punch::punch(node_id peer, bool is_initiator, punch_ground& ground, tunnel_surroundings& around, random_source& random,
             const logger& log)
    : parts_(std::make_unique<parts>(peer, is_initiator, ground, around, random, log)) {}

punch::~punch() {
    if (parts_->holds_spray) parts_->around.guesses.end_spray(parts_->peer);
}

void punch::on_message(const wire::tunnel_message& message, time_point now) {
    std::visit(overloaded{[&](const wire::punch& each) { parts_->on(each, now); },
                          [&](const wire::why& each) { parts_->on(each, now); },
                          [&](const wire::why_reply& each) { parts_->on(each, now); }, [](const auto&) {}},
               message);
}

void punch::on_nat(time_point now) {
    auto& p = *parts_;
    const auto told = p.own_nat();
    const bool moved = p.around.nat.mapped != p.known_mapped;
    if (!moved && told == p.known_nat) return;
    p.known_nat = told;
    p.known_mapped = p.around.nat.mapped;
    p.urge(now);
}

void punch::on_seen(const std::optional<endpoint>& seen, time_point now) {
    auto& p = *parts_;
    if (!seen || p.seen == seen) return;
    const bool moved = p.seen && p.seen->address != seen->address;
    p.seen = seen;
    if (moved) p.urge(now);
}

void punch::on_stun(const path_address& from, const wire::stun_response& response, time_point now) {
    auto& p = *parts_;
    if (p.now_in != parts::phase::preparing || p.query >= p.queries.size()) return;
    if (!p.queries[p.query].on_response(from, response, now)) return;
    p.fresh_mapped = response.mapped;
    p.next_server(now);
    p.advance(now);
}

void punch::on_channel_closed(channel_id channel) {
    auto& p = *parts_;
    std::erase(p.channels, channel);
    std::erase(p.kept, channel);
    if (p.fresh == channel) p.fresh.reset();
    if (p.openers) std::erase(p.openers->channels, channel);
}

void punch::on_local_change(time_point now) {
    parts_->urge(now);
}

void punch::on_deadline(time_point now) {
    parts_->advance(now);
}

time_point punch::next_deadline() const {
    const auto& p = *parts_;
    const auto first = p.round_deadline();
    if (p.now_in == parts::phase::idle && p.ground.wants_direct_way()) return std::min(first, p.due);
    return first;
}

void punch::ask_why(time_point now) {
    auto& p = *parts_;
    p.ground.send_message(wire::why{++p.asked}, now);
}

punch_evidence punch::evidence(time_point now) const {
    const auto& p = *parts_;
    punch_evidence found;
    found.own = p.own_nat();
    found.peer = p.peer_nat;
    found.own_candidates = p.around.nat.candidates;
    found.peer_candidates = p.peer_candidates;
    found.seen = p.seen;
    for (const auto& [began, trial] : p.trials) {
        auto& shown = found.trials.emplace_back(trial);
        shown.ago = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - began).count());
    }
    found.peers = p.peers;
    return found;
}

// ---- messages -----------------------------------------------------------------------------------------------------

void punch::parts::on(const wire::punch& message, time_point now) {
    switch (message.step) {
        case wire::punch_step::call:
            on_call(message, now);
            break;
        case wire::punch_step::answer:
            on_answer(message, now);
            break;
        case wire::punch_step::go:
            on_go(message, now);
            break;
    }
}

void punch::parts::take_report(const wire::punch& message) {
    peer_nat = message.nat;
    peer_candidates = message.candidates;
    if (peer_candidates.size() > wire::max_candidates) peer_candidates.resize(wire::max_candidates);
    peer_fresh = message.fresh;
}

void punch::parts::on_call(const wire::punch& message, time_point now) {
    const bool own_call_stands = is_caller && (now_in == phase::calling || now_in == phase::preparing);
    if ((own_call_stands && is_initiator) || !calls.take(now)) return;
    if (now_in == phase::open) finish(wire::punch_outcome::nothing_came, now);
    if (now_in != phase::idle) release_channels(now);
    take_report(message);
    is_caller = false;
    outdated = false;
    round = message.round;
    round_stage = message.stage;
    stage = message.stage;
    began = now;
    round_nat = own_nat_now(now);
    plan();
    prepare(now);
}

void punch::parts::on_answer(const wire::punch& message, time_point now) {
    if (now_in != phase::calling || message.round != round) return;
    take_report(message);
    const auto held = std::chrono::milliseconds(std::min(message.held.value_or(0), 10'000U));
    round_trip = std::clamp<duration>(now - began - held, 0ms, 2s);
    plan();
    prepare(now);
}

void punch::parts::on_go(const wire::punch& message, time_point now) {
    if (now_in != phase::answered || message.round != round) return;
    take_report(message);
    open(now);
}

void punch::parts::on(const wire::why& what, time_point now) {
    if (!replies.take(now)) return;
    wire::why_reply reply;
    reply.number = what.number;
    reply.nat = own_nat();
    reply.candidates = around.nat.candidates;
    if (reply.candidates.size() > wire::max_candidates) reply.candidates.resize(wire::max_candidates);
    for (const auto& [when, trial] : trials) {
        auto& told = reply.trials.emplace_back(trial);
        told.ago = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - when).count());
    }
    ground.send_message(std::move(reply), now);
}

void punch::parts::on(const wire::why_reply& reply, time_point) {
    if (reply.number == asked && asked != 0) peers = reply;
}

bool punch::parts::say(wire::punch_step step, time_point now) {
    wire::punch message;
    message.round = round;
    message.step = step;
    message.stage = round_stage;
    message.nat = round_nat;
    message.candidates = around.nat.candidates;
    if (message.candidates.size() > wire::max_candidates) message.candidates.resize(wire::max_candidates);
    message.fresh = fresh_mapped;
    if (step == wire::punch_step::answer) {
        const auto held = std::chrono::duration_cast<std::chrono::milliseconds>(now - began);
        message.held = static_cast<std::uint32_t>(held.count());
    }
    return ground.send_message(std::move(message), now);
}

}  // namespace buri::core
