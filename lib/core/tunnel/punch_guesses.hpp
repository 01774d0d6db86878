#pragma once
// Which ports of a peer are probed, in which order. Pure.
#include "buri/base/random_source.hpp"
#include "buri/core/mapping_samples.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace buri::core {

inline constexpr std::size_t window_size = 64;
inline constexpr std::size_t most_guesses = 2048;  ///< of one spray

/// The ports of the next mappings after one with the port `base`, each once. Ports below 1024 are left out.
std::vector<std::uint16_t> next_ports(std::uint16_t base, std::uint16_t step);

/// The same for the second of two ends that both guess, where the first uses next_ports(): each eighth probe goes one port further than
/// that. Each probe makes a mapping of its own; if up to seven other mappings came between base and first probe, at both ends
/// together, some probe of one end leaves from where the other's goes, and the other way round.
std::vector<std::uint16_t> sweeping_ports(std::uint16_t base, std::uint16_t step);

/// Distinct ports in random order: those of `block` first, then its neighbourhood, then any from 1024 on; most_guesses of them.
std::vector<std::uint16_t> random_ports(const std::optional<port_range>& block, random_source& random);

}  // namespace buri::core
