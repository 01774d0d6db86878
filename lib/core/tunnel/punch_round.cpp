#include "buri/core/tunnel/jitter.hpp"
#include "buri/core/tunnel/punch_parts.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

using namespace std::chrono_literals;
using wire::punch_outcome;
using wire::punch_step;

constexpr std::array<duration, 4> pauses{1s, 5s, 30s, 300s};
/// The called end leaves the next call to the caller.
constexpr duration callee_extra = 3s;
constexpr duration answer_wait = 3s;
constexpr duration go_wait = 5s;
constexpr duration prepare_wait = 700ms;
/// Nodes sample their traffic each 250 ms.
constexpr duration rest_wait = 300ms;
constexpr duration plain_span = 2s;
constexpr duration window_span = 1500ms;
constexpr duration spray_span = 42s;
/// Where others spray: until it may be this peer's turn.
constexpr duration turn_wait = 10s;
constexpr duration linger = 3s;  ///< before sockets are closed that something may still come through
constexpr duration kept_interval = 30s;
constexpr unsigned stun_tries = 3;

}  // namespace

bool punch::parts::needs_fresh() const {
    return strategy == punch_strategy::fresh || strategy == punch_strategy::predicted_own ||
           strategy == punch_strategy::predicted_both;
}

wire::nat_info punch::parts::own_nat_now(time_point now) const {
    auto told = own_nat();
    const auto part = around.nat.is_symmetric() ? punch_budget::part::sockets : punch_budget::part::ports;
    told.spray = told.spray && around.guesses.may_spray(peer, part, now) == punch_budget::leave::given;
    return told;
}

void punch::parts::plan() {
    strategy = plan_punch(round_nat, *peer_nat, is_initiator, round_stage);
}

// ---- beginning ----------------------------------------------------------------------------------------------------

void punch::parts::urge(time_point now) {
    if (!urges.take(now)) return;
    outdated = true;
    stage = 0;
    due = now;
}

void punch::parts::call(time_point now) {
    is_caller = true;
    outdated = false;
    round = ++rounds;
    round_stage = stage;
    began = now;
    peer_fresh.reset();
    fresh_mapped.reset();
    round_nat = own_nat_now(now);
    known_nat = own_nat();
    known_mapped = around.nat.mapped;
    if (!say(punch_step::call, now)) {
        due = now + pauses.front();
        return;
    }
    now_in = phase::calling;
    until = now + answer_wait;
}

void punch::parts::prepare(time_point now) {
    fresh_mapped.reset();
    queries.clear();
    query = 0;
    const bool is_held = needs_fresh() && is_at_rest() && now_in != phase::held;
    now_in = is_held ? phase::held : phase::preparing;
    until = now + (is_held ? rest_wait : prepare_wait);
    if (!is_held && needs_fresh() && ground.wants_direct_way()) open_fresh(now);
    advance(now);
}

void punch::parts::open_fresh(time_point now) {
    fresh = ground.open_socket();
    if (!fresh) return;
    channels.push_back(*fresh);
    // A second answer is nearer to the mapping that is to be guessed.
    const std::size_t wanted = strategy == punch_strategy::fresh ? 1 : 2;
    for (const auto& server : around.nat.stun_servers) {
        if (queries.size() < wanted) queries.emplace_back(path_address(*fresh, server));
    }
    if (!queries.empty()) queries.front().start(random, now, stun_tries);
}

void punch::parts::ask_servers(time_point now) {
    while (query < queries.size()) {
        auto& present = queries[query];
        if (auto datagram = present.take_due(now)) ground.send_plain(present.to(), *std::move(datagram));
        if (!present.has_given_up(now)) return;
        next_server(now);
    }
}

void punch::parts::next_server(time_point now) {
    if (++query < queries.size()) queries[query].start(random, now, stun_tries);
}

bool punch::parts::has_prepared() const {
    return !needs_fresh() || !fresh || query >= queries.size();
}

void punch::parts::go_on(time_point now) {
    if (!is_caller) {
        say(punch_step::answer, now);
        now_in = phase::answered;
        until = now + go_wait;
        return;
    }
    if (!say(punch_step::go, now)) {
        finish(punch_outcome::no_answer, now);
        return;
    }
    now_in = phase::starting;
    until = now + round_trip / 2;
    advance(now);
}

// ---- going on -----------------------------------------------------------------------------------------------------

void punch::parts::advance(time_point now) {
    if (check_kept <= now) close_unused(now);
    switch (now_in) {
        case phase::idle:
            break;
        case phase::calling:
            if (until <= now) finish(punch_outcome::no_answer, now);
            break;
        case phase::held:
            if (!is_at_rest() || until <= now) prepare(now);
            break;
        case phase::preparing:
            ask_servers(now);
            if (has_prepared() || until <= now) go_on(now);
            break;
        case phase::answered:
            if (until <= now) finish(punch_outcome::no_answer, now);
            break;
        case phase::starting:
            if (until <= now) open(now);
            break;
        case phase::open:
            end_if_over(now);
            break;
    }
    if (now_in == phase::idle && due <= now && ground.wants_direct_way()) call(now);
}

void punch::parts::close_unused(time_point now) {
    std::erase_if(kept, [this](channel_id each) {
        const bool is_idle = !ground.is_used(each);
        if (is_idle) ground.close_channel(each);
        return is_idle;
    });
    check_kept = kept.empty() ? never : now + kept_interval;
}

void punch::parts::end_if_over(time_point now) {
    if (!ground.wants_direct_way()) {
        finish(ground.is_direct() ? punch_outcome::direct : punch_outcome::nothing_came, now);
        return;
    }
    run_openers(now);
    run_guesses(now);
    if (until <= now || is_misguided()) finish(punch_outcome::nothing_came, now);
}

bool punch::parts::is_misguided() const {
    if (!outdated || (strategy != punch_strategy::plain && strategy != punch_strategy::fresh)) return false;
    return plan_punch(own_nat(), *peer_nat, is_initiator, round_stage) != strategy;
}

time_point punch::parts::round_deadline() const {
    auto first = check_kept;
    if (now_in == phase::idle) return first;
    first = std::min(first, until);
    if (now_in == phase::preparing && query < queries.size()) first = std::min(first, queries[query].next_deadline());
    if (now_in != phase::open) return first;
    if (is_misguided()) return began;
    return std::min({first, guessing ? guessing->next : never, openers ? openers->next : never});
}

// ---- open ---------------------------------------------------------------------------------------------------------

void punch::parts::begin_trial(time_point now) {
    if (trials.size() == wire::max_trials) trials.pop_front();
    trials.emplace_back(now, wire::punch_trial{0, round_stage, strategy, punch_outcome::under_way, 0, 0});
}

void punch::parts::open(time_point now) {
    now_in = phase::open;
    until = now + plain_span;
    begin_trial(now);
    wait_for_spray(now);
    if (needs_fresh() && !fresh_mapped) trials.back().second.outcome = punch_outcome::no_mapping;
    switch (strategy) {
        case punch_strategy::none:
            until = now;
            break;
        case punch_strategy::plain:
            probe_candidates(main_channel, now);
            break;
        case punch_strategy::fresh:
            probe_candidates(fresh_mapped && fresh ? *fresh : main_channel, now);
            break;
        case punch_strategy::predicted_own:
        case punch_strategy::predicted_peer:
        case punch_strategy::predicted_both:
            open_predicted(now);
            break;
        case punch_strategy::spray_hard:
            open_spray_hard(now);
            break;
        case punch_strategy::spray_easy:
            open_spray_easy(now);
            break;
    }
    if (holds_spray) until = now + spray_span;
    advance(now);
}

void punch::parts::wait_for_spray(time_point now) {
    waits_for_spray = false;
    if (round_nat.spray || !own_nat().spray || !around.nat.is_symmetric()) return;
    if (plan_punch(own_nat(), *peer_nat, is_initiator, round_stage) != punch_strategy::spray_hard) return;
    if (around.guesses.may_spray(peer, punch_budget::part::sockets, now) != punch_budget::leave::later) return;
    around.guesses.wait_for_sockets(peer, now);
    waits_for_spray = true;
    trials.back().second.outcome = punch_outcome::limited;
}

void punch::parts::open_predicted(time_point now) {
    until = now + window_span;
    const auto through = strategy == punch_strategy::predicted_peer || !fresh ? main_channel : *fresh;
    if (strategy == punch_strategy::predicted_own) {
        if (const auto to = peer_mapped()) probe({through, *to}, now);
        return;
    }
    const auto base = guess_base();
    if (!base || !peer_nat->port_step) return;
    const auto step = *peer_nat->port_step;
    const bool sweeps = strategy == punch_strategy::predicted_both && !is_initiator;
    open_window(through, sweeps ? sweeping_ports(base->port, step) : next_ports(base->port, step), now);
}

// ---- the end ------------------------------------------------------------------------------------------------------

void punch::parts::finish(punch_outcome outcome, time_point now) {
    if (now_in != phase::open) {
        begin_trial(now);
        trials.back().first = began;
    }
    auto& trial = trials.back().second;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - trials.back().first);
    trial.took = static_cast<std::uint32_t>(took.count());
    if (outcome == punch_outcome::direct || trial.outcome == punch_outcome::under_way) trial.outcome = outcome;
    log.debug("punching ends",
              {{"peer", to_string(peer)}, {"state", outcome == punch_outcome::direct ? "direct" : "relayed"}});
    now_in = phase::idle;
    until = never;
    // What is on its way may still make another of the sockets the better one.
    release_channels(outcome == punch_outcome::direct ? now + linger : now);
    if (check_kept <= now) close_unused(now);
    if (outcome == punch_outcome::direct) {
        stage = 0;
        due = now + pauses.front();
    } else {
        schedule(now);
    }
}

void punch::parts::schedule(time_point now) {
    stage = waits_for_spray ? round_stage : round_stage + 1;
    if (std::exchange(waits_for_spray, false)) {
        due = now + jittered(turn_wait, random);
        return;
    }
    const auto pause = pauses[std::min<std::size_t>(stage - 1, pauses.size() - 1)];
    // A change during the round asked for another at once.
    if (due > began && due <= now) {
        stage = 0;
        return;
    }
    due = now + jittered(pause, random) + (is_caller ? duration(0) : callee_extra);
}

void punch::parts::release_channels(time_point check_at) {
    fresh.reset();
    queries.clear();
    query = 0;
    guessing.reset();
    openers.reset();
    kept.insert(kept.end(), channels.begin(), channels.end());
    channels.clear();
    if (!kept.empty()) check_kept = check_at;
    if (std::exchange(holds_spray, false)) around.guesses.end_spray(peer);
}

}  // namespace buri::core
