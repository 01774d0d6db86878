#include "buri/core/tunnel/punch_parts.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

using namespace std::chrono_literals;
using wire::punch_outcome;

constexpr unsigned openers_each = 6;
/// Opens the own NAT, even a carrier's behind the home's, and seldom reaches the peer's.
constexpr std::uint8_t low_ttl = 5;

constexpr std::size_t window_chunk = 16;
constexpr duration window_gap = 10ms;
constexpr duration window_pause = 250ms;
/// The second's packets in its first half, of ports and of sockets: a hit comes the sooner.
constexpr std::size_t spray_chunk = 20;
constexpr duration spray_gap = 50ms;

constexpr std::size_t most_sockets = 256;
/// Of the ports that a carrier gives one subscriber.
constexpr std::size_t share_of_block = 8;
/// The first with a low TTL; the second reaches sockets' ports that the peer probed before they were open. An entry of a NAT that
/// nothing answered lives 30 s.
constexpr std::array<duration, 3> opener_times{0s, 2500ms, 22500ms};

bool is_inside(const ip_prefix& prefix, const ip_address& address) {
    return prefix.length != 0 && prefix.contains(address);
}

std::optional<port_range> block_of(const wire::nat_info& nat) {
    if (!nat.port_low || !nat.port_high || *nat.port_low > *nat.port_high) return std::nullopt;
    return port_range{*nat.port_low, *nat.port_high};
}

}  // namespace

// ---- where to -----------------------------------------------------------------------------------------------------

bool punch::parts::may_probe(const endpoint& where) const {
    const auto& address = where.address;
    return where && !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() &&
           !address.is_link_local() && !is_inside(around.pool, address) && !is_inside(around.ula, address);
}

std::optional<endpoint> punch::parts::guess_base() const {
    if (!peer_fresh || !seen || peer_fresh->address != seen->address || !may_probe(*peer_fresh)) return std::nullopt;
    return peer_fresh;
}

std::optional<endpoint> punch::parts::peer_mapped() const {
    std::optional<endpoint> found;
    for (const auto& each : peer_candidates) {
        const bool fits = each.kind != wire::candidate_kind::tcp && seen && each.at.address == seen->address;
        if (fits && may_probe(each.at) && (!found || each.kind == wire::candidate_kind::mapped)) found = each.at;
    }
    return found;
}

// ---- candidates ---------------------------------------------------------------------------------------------------

void punch::parts::probe(const path_address& to, time_point now) {
    if (may_probe(to.at)) trials.back().second.packets += ground.probe(to, openers_each, low_ttl, now);
}

void punch::parts::probe_candidates(channel_id through, time_point now) {
    if (peer_fresh) probe({through, *peer_fresh}, now);
    for (const auto& each : peer_candidates) {
        if (each.kind != wire::candidate_kind::tcp && each.at != peer_fresh) probe({through, each.at}, now);
    }
}

// ---- guesses ------------------------------------------------------------------------------------------------------

void punch::parts::open_window(channel_id through, std::vector<std::uint16_t> ports, time_point now) {
    if (!windows.take(now)) {
        trials.back().second.outcome = punch_outcome::limited;
        return;
    }
    ground.begin_scattering();
    guessing = guess_run{.channel = through,
                         .to = seen->address,
                         .ports = std::move(ports),
                         .chunk = window_chunk,
                         .gap = window_gap,
                         .passes = 2,
                         .pause = window_pause,
                         .next = now};
}

bool punch::parts::begin_spray(punch_budget::part which, time_point now) {
    if (!ground.wants_direct_way()) return false;
    const auto leave = around.guesses.begin_spray(peer, which, now);
    waits_for_spray = leave == punch_budget::leave::later;
    if (leave == punch_budget::leave::given) ground.begin_scattering();
    return leave == punch_budget::leave::given;
}

void punch::parts::open_spray_easy(time_point now) {
    holds_spray = seen && may_probe({seen->address, 1}) && begin_spray(punch_budget::part::ports, now);
    if (!holds_spray) {
        trials.back().second.outcome = punch_outcome::limited;
        probe_candidates(main_channel, now);
        return;
    }
    guessing = guess_run{.channel = main_channel,
                         .to = seen->address,
                         .ports = random_ports(block_of(*peer_nat), random),
                         .chunk = spray_chunk,
                         .gap = spray_gap,
                         .next = now};
}

void punch::parts::run_guesses(time_point now) {
    if (!guessing || guessing->next > now) return;
    auto& run = *guessing;
    for (std::size_t sent = 0; sent < run.chunk && run.index < run.ports.size(); ++sent) {
        if (!around.guesses.take(peer, now)) {
            run.next = around.guesses.next(peer, now);
            return;
        }
        ground.scatter({run.channel, {run.to, run.ports[run.index++]}}, std::nullopt, now);
        ++trials.back().second.packets;
    }
    run.next = now + run.gap;
    if (run.index < run.ports.size()) return;
    run.index = 0;
    run.next = --run.passes == 0 ? never : now + run.pause;
}

// ---- many sockets -------------------------------------------------------------------------------------------------

void punch::parts::open_spray_hard(time_point now) {
    const auto to = peer_mapped();
    holds_spray = to && begin_spray(punch_budget::part::sockets, now);
    if (!holds_spray) {
        trials.back().second.outcome = punch_outcome::limited;
        probe_candidates(main_channel, now);
        return;
    }
    openers = opener_run{.to = *to, .channels = {}, .began = now, .next = now};
}

void punch::parts::run_openers(time_point now) {
    if (!openers || openers->next > now) return;
    auto& run = *openers;
    const auto block = block_of(own_nat());
    const std::size_t width = block ? std::size_t{block->high} - block->low + 1 : most_sockets * share_of_block;
    const auto sockets = std::clamp<std::size_t>(width / share_of_block, 8, most_sockets);
    run.index = std::min(run.index, run.channels.size());  // some may have closed
    for (std::size_t sent = 0; sent < spray_chunk && run.index < sockets; ++sent, ++run.index) {
        if (!around.guesses.take_opener(peer, now)) {
            run.next = around.guesses.next_opener(peer, now);
            return;
        }
        if (run.index == run.channels.size()) {
            const auto opened = run.pass == 0 ? ground.open_socket() : std::nullopt;
            if (!opened) {
                run.index = sockets;
                break;
            }
            run.channels.push_back(*opened);
            channels.push_back(*opened);
        }
        const auto ttl = run.pass == 0 ? std::optional(low_ttl) : std::nullopt;
        ground.scatter({run.channels[run.index], run.to}, ttl, now);
        ++trials.back().second.packets;
    }
    run.next = now + spray_gap;
    if (run.index < sockets) return;
    run.index = 0;
    run.next = ++run.pass < opener_times.size() ? run.began + opener_times[run.pass] : never;
}

}  // namespace buri::core
