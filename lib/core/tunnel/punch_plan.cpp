#include "buri/core/tunnel/punch_plan.hpp"

#include "buri/core/mapping_samples.hpp"

#include <algorithm>
#include <vector>

namespace buri::core {
namespace {

using wire::nat_info;

bool is_symmetric(const nat_info& nat) {
    return nat.mapping == nat_mapping::address_dependent || nat.mapping == nat_mapping::address_port_dependent;
}

/// If that is not known, it is taken for the worst.
bool filters_by_port(const nat_info& nat) {
    return nat.filtering == nat_filtering::unknown || nat.filtering == nat_filtering::address_port_dependent;
}

bool is_predictable(const nat_info& nat) {
    return is_symmetric(nat) && nat.port_step.has_value();
}

/// A path exists once `prober` has guessed a port of `target`.
bool needs_one_guess(const nat_info& target, const nat_info& prober) {
    if (!is_symmetric(target)) return false;
    if (!is_symmetric(prober)) return true;
    return !filters_by_port(target) && (target.mapping == nat_mapping::address_dependent || !filters_by_port(prober));
}

punch_strategy part(bool own_is_target, punch_strategy as_target, punch_strategy as_prober) {
    return own_is_target ? as_target : as_prober;
}

/// What may work, the cheapest first. Empty: nothing.
std::vector<punch_strategy> guesses(const nat_info& own, const nat_info& peer, bool first) {
    using enum punch_strategy;
    std::vector<punch_strategy> found;
    const bool own_guessed = needs_one_guess(own, peer);
    const bool peer_guessed = needs_one_guess(peer, own);
    const bool own_predicted = own_guessed && is_predictable(own);
    const bool peer_predicted = peer_guessed && is_predictable(peer);
    if (own_predicted || peer_predicted) {
        found.insert(found.end(), 2,
                     part(peer_predicted ? own_predicted && first : true, predicted_own, predicted_peer));
    } else if (is_predictable(own) && is_predictable(peer)) {
        found.insert(found.end(), 2, predicted_both);
    }
    if (own.spray && peer.spray && (own_guessed || peer_guessed)) {
        found.push_back(part(peer_guessed ? own_guessed && first : true, spray_hard, spray_easy));
    }
    return found;
}

}  // namespace

punch_strategy plan_punch(const nat_info& own, const nat_info& peer, bool first, std::uint32_t stage) {
    if (!own.udp || !peer.udp) return punch_strategy::none;
    if (!is_symmetric(own) && !is_symmetric(peer)) return stage == 0 ? punch_strategy::plain : punch_strategy::fresh;
    const bool both = is_symmetric(own) && is_symmetric(peer);
    const auto& easy = is_symmetric(own) ? peer : own;
    if (!both && !filters_by_port(easy)) return punch_strategy::plain;
    // A test of the filtering that is still under way takes a second; a plain round costs less than a wrong guess.
    if (!both && easy.filtering == nat_filtering::unknown && stage == 0) return punch_strategy::plain;
    const auto known = guesses(own, peer, first);
    if (known.empty()) return stage == 0 ? punch_strategy::plain : punch_strategy::none;
    return known[std::min<std::size_t>(stage, known.size() - 1)];
}

nat_info told_of(const nat_report& own, bool may_spray) {
    nat_info told;
    told.udp = own.udp_works;
    told.mapping = own.mapping;
    told.filtering = own.filtering;
    if (own.step) told.port_step = static_cast<std::uint16_t>(*own.step);
    if (const auto block = port_block(own.ports)) {
        told.port_low = block->low;
        told.port_high = block->high;
    }
    // Before the ports of new mappings were looked at, nobody knows whether spraying is needed.
    told.spray = may_spray && (!own.is_symmetric() || !own.ports.empty());
    return told;
}

}  // namespace buri::core
