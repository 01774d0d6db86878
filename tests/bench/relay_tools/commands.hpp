#pragma once
// The parts of bench_relay. Each is a process of its own, so that its processor time can be told from the others'.
#include "buri/crypto/identity_key.hpp"
#include "buri/wire/relay_control.hpp"

#include <cstdint>
#include <string>

namespace buri::bench {

inline constexpr std::uint32_t relay_number = 1;

/// Whose tokens the relay believes: the same in every process.
const crypto::identity_key& server_key();
bytes token_for(std::uint32_t node, spi in);
inline spi spi_of(std::uint32_t node) {
    return {0x80000000U | node << 2U};
}

/// Carries what comes to `port` to `to`, both of 127.0.0.1, with one buffer and nothing else. Until killed.
int run_copy_loop(std::uint16_t port, std::uint16_t to);
/// Buri's relay at 127.0.0.1. Until killed.
int run_buri_relay(std::uint16_t port);

struct load_options {
    std::string via;  ///< buri, turn, or direct: to the carrier as it is
    std::uint16_t carrier = 0;
    std::uint16_t sink = 0;
    double seconds = 1;
    std::size_t size = 1'400;         ///< of the datagrams that the carrier is given to carry
    std::size_t window = 512 * 1024;  ///< bytes that are under way
};
/// Sends as fast as it arrives; prints bytes, lost bytes and seconds as JSON.
int run_load(const load_options& options);
/// Binds pairs of nodes at a relay, each node at an address of its own in 127.0.0.0/8.
int run_pairs(std::uint16_t port, std::uint32_t pairs);

}  // namespace buri::bench
