#include "buri/core/tunnel/punch_guesses.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace buri::core {
namespace {

constexpr int lowest_port = 1024;
constexpr int highest_port = 65535;
constexpr std::size_t run_length = 8;

std::uint16_t further(std::uint16_t base, std::uint16_t step, std::size_t times) {
    return static_cast<std::uint16_t>(base + step * times);
}

void shuffle(std::span<std::uint16_t> ports, random_source& random) {
    for (std::size_t left = ports.size(); left > 1; --left)
        std::swap(ports[left - 1], ports[random.below(static_cast<std::uint32_t>(left))]);
}

/// Leaves out what is privileged, and what came before.
std::vector<std::uint16_t> distinct(const std::vector<std::uint16_t>& ports) {
    std::vector<std::uint16_t> found;
    for (const auto port : ports) {
        if (port >= lowest_port && std::ranges::find(found, port) == found.end()) found.push_back(port);
    }
    return found;
}

/// Moves the ports of the range to the front, and gives how many those are.
std::size_t bring_forward(std::span<std::uint16_t> ports, int low, int high) {
    const auto is_inside = [=](std::uint16_t port) { return port >= low && port <= high; };
    const auto rest = std::ranges::partition(ports, is_inside);
    return ports.size() - rest.size();
}

}  // namespace

std::vector<std::uint16_t> next_ports(std::uint16_t base, std::uint16_t step) {
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 1; i <= window_size; ++i)
        ports.push_back(further(base, step, i));
    return distinct(ports);
}

std::vector<std::uint16_t> sweeping_ports(std::uint16_t base, std::uint16_t step) {
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 0; i < window_size; ++i)
        ports.push_back(further(base, step, i + 1 + i / run_length));
    return distinct(ports);
}

std::vector<std::uint16_t> random_ports(const std::optional<port_range>& block, random_source& random) {
    std::vector<std::uint16_t> ports(highest_port - lowest_port + 1);
    std::iota(ports.begin(), ports.end(), static_cast<std::uint16_t>(lowest_port));
    shuffle(ports, random);
    if (block && block->low <= block->high) {
        const int width = block->high - block->low;
        const std::span all(ports);
        const auto near = bring_forward(all, block->low - width, block->high + width);
        bring_forward(all.first(near), block->low, block->high);
    }
    ports.resize(most_guesses);
    return ports;
}

}  // namespace buri::core
