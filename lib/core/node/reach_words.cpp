#include "buri/core/node/reach_words.hpp"

#include <array>

namespace buri::core {
namespace {

template <std::size_t Count, typename Enum>
std::string_view pick(const std::array<std::string_view, Count>& names, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    return index < Count ? names.at(index) : std::string_view("unknown");
}

std::string ports_in_words(const wire::nat_info& nat) {
    if (nat.port_step) {
        const auto step = static_cast<std::int16_t>(*nat.port_step);
        return ", each new port " + std::to_string(std::abs(step)) + (step < 0 ? " lower" : " higher");
    }
    if (nat.port_low && nat.port_high)
        return ", ports from " + std::to_string(*nat.port_low) + " to " + std::to_string(*nat.port_high);
    return ", ports at random";
}

std::string_view filtering_in_words(nat_filtering filtering) {
    static constexpr std::array<std::string_view, 4> words{"filtering not known", "open to everybody",
                                                           "address restricted", "port restricted"};
    return pick(words, filtering);
}

}  // namespace

std::string_view name_of(nat_mapping mapping) {
    static constexpr std::array<std::string_view, 5> names{"unknown", "none", "endpoint_independent",
                                                           "address_dependent", "address_port_dependent"};
    return pick(names, mapping);
}

std::string_view name_of(nat_filtering filtering) {
    static constexpr std::array<std::string_view, 4> names{"unknown", "endpoint_independent", "address_dependent",
                                                           "address_port_dependent"};
    return pick(names, filtering);
}

std::string_view name_of(wire::candidate_kind kind) {
    static constexpr std::array<std::string_view, 4> names{"host", "mapped", "port_mapped", "tcp"};
    return pick(names, kind);
}

std::string_view name_of(wire::punch_strategy strategy) {
    static constexpr std::array<std::string_view, 8> names{
        "none", "plain", "fresh", "predicted_own", "predicted_peer", "predicted_both", "spray_hard", "spray_easy"};
    return pick(names, strategy);
}

std::string_view name_of(wire::punch_outcome outcome) {
    static constexpr std::array<std::string_view, 6> names{"under_way", "direct",     "nothing_came",
                                                           "no_answer", "no_mapping", "limited"};
    return pick(names, outcome);
}

std::string_view name_of(method_state state) {
    static constexpr std::array<std::string_view, 5> names{"not_asked", "asking", "no_answer", "refused", "mapped"};
    return pick(names, state);
}

std::string_view kind_of(const tunnel_status& status) {
    if (status.relay) return "relay";
    return status.is_stream ? "tcp" : "direct";
}

std::string_view kind_of(const way_view& way) {
    if (way.relay || way.kind == way_kind::relay) return "relay";
    return way.kind == way_kind::stream ? "tcp" : "direct";
}

std::string words_for(const wire::nat_info& nat) {
    if (!nat.udp) return "blocked: no UDP gets through";
    const std::string filtering(filtering_in_words(nat.filtering));
    switch (nat.mapping) {
        case nat_mapping::none:
            return nat.filtering == nat_filtering::unknown ? "no NAT" : "no NAT, " + filtering;
        case nat_mapping::endpoint_independent:
            return "easy: endpoint independent, " + filtering;
        case nat_mapping::address_dependent:
            return "hard: address dependent, " + filtering + ports_in_words(nat);
        case nat_mapping::address_port_dependent:
            return "hard: address and port dependent, " + filtering + ports_in_words(nat);
        case nat_mapping::unknown:
            break;
    }
    return "not known yet";
}

std::string_view words_for(wire::punch_strategy strategy) {
    static constexpr std::array<std::string_view, 8> words{"none that can work",
                                                           "to each address of the peer",
                                                           "to each address, from a fresh port",
                                                           "the peer guesses this end's port",
                                                           "this end guesses the peer's port",
                                                           "both guess each other's port",
                                                           "many own ports to one of the peer",
                                                           "many ports of the peer from one here"};
    return pick(words, strategy);
}

std::string_view words_for(wire::punch_outcome outcome) {
    static constexpr std::array<std::string_view, 6> words{"under way",
                                                           "direct",
                                                           "nothing came back",
                                                           "the peer did not answer the call",
                                                           "no server told the port that the NAT gave",
                                                           "left out: enough was guessed for now"};
    return pick(words, outcome);
}

bool is_symmetric(const wire::nat_info& nat) {
    return nat.mapping == nat_mapping::address_dependent || nat.mapping == nat_mapping::address_port_dependent;
}

std::optional<double> known_loss(const way_view& way) {
    constexpr unsigned needed = 20;
    return way.measured < needed ? std::nullopt : std::optional(way.loss);
}

bool is_random(const wire::nat_info& nat) {
    return is_symmetric(nat) && !nat.port_step && !(nat.port_low && nat.port_high);
}

bool is_shared_address(const ip_address& address) {
    return ip_prefix{ip_address::v4(0x64400000), 10}.contains(address);
}

bool is_global(const ip_address& address) {
    if (address.is_unspecified() || address.is_loopback() || address.is_multicast() || address.is_link_local())
        return false;
    if (!address.is_v4()) return (address.v6_bytes()[0] & 0xe0U) == 0x20;
    static constexpr std::array<std::pair<std::uint32_t, unsigned>, 4> local{
        {{0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0x64400000, 10}}};
    for (const auto& [network, length] : local) {
        if (ip_prefix{ip_address::v4(network), length}.contains(address)) return false;
    }
    return true;
}

}  // namespace buri::core
