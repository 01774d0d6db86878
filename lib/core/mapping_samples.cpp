#include "buri/core/mapping_samples.hpp"

#include <algorithm>
#include <cstdlib>

namespace buri::core {
namespace {

constexpr int largest_step = 64;
constexpr std::size_t least_steps = 3;
constexpr std::size_t least_for_block = 4;
constexpr int largest_block = 2048;

}  // namespace

nat_mapping mapping_of(std::span<const mapping_sample> samples, std::span<const endpoint> hosts) {
    if (samples.empty()) return nat_mapping::unknown;
    const auto& first = samples.front().mapped;
    const bool all_equal = std::ranges::all_of(samples, [&](const auto& each) { return each.mapped == first; });
    if (all_equal && std::ranges::find(hosts, first) != hosts.end()) return nat_mapping::none;
    if (all_equal) return samples.size() > 1 ? nat_mapping::endpoint_independent : nat_mapping::unknown;
    bool asked_one_address_twice = false;
    for (const auto& a : samples) {
        for (const auto& b : samples) {
            if (a.server.address != b.server.address || a.server == b.server) continue;
            if (a.mapped != b.mapped) return nat_mapping::address_port_dependent;
            asked_one_address_twice = true;
        }
    }
    return asked_one_address_twice ? nat_mapping::address_dependent : nat_mapping::address_port_dependent;
}

std::optional<int> port_step(std::span<const std::uint16_t> ports) {
    std::vector<int> steps;
    for (std::size_t i = 1; i < ports.size(); ++i)
        steps.push_back(int{ports[i]} - int{ports[i - 1]});
    if (steps.size() < least_steps) return std::nullopt;
    const bool forward = steps.front() > 0;
    const auto is_small = [&](int step) {
        return step != 0 && std::abs(step) <= largest_step && (step > 0) == forward;
    };
    if (!std::ranges::all_of(steps, is_small)) return std::nullopt;
    const auto smallest = *std::ranges::min_element(steps, {}, [](int step) { return std::abs(step); });
    const auto same = std::ranges::count(steps, smallest);
    if (static_cast<std::size_t>(same) * 2 < steps.size()) return std::nullopt;
    return smallest;
}

std::optional<port_range> port_block(std::span<const std::uint16_t> ports) {
    if (ports.size() < least_for_block) return std::nullopt;
    const auto [low, high] = std::ranges::minmax(ports);
    if (high - low >= largest_block || high == low) return std::nullopt;
    return port_range{low, high};
}

}  // namespace buri::core
