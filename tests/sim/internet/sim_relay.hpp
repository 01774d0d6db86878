#pragma once
// A relay of a simulation: the real one, on a machine of its own.
#include "buri/core/relay/relay.hpp"
#include "buri/wire/messages.hpp"
#include "tests/sim/internet/udp_host.hpp"

#include <memory>

namespace buri::sim {

class sim_relay {
public:
    static constexpr std::uint16_t port = 17771;

    sim_relay(world& in, segment& internet, const ip_address& at, std::uint32_t id, const crypto::identity_key& server,
              std::function<wall_time()> today);

    /// Nothing comes through any more, or everything again; what was bound is forgotten.
    void set_alive(bool alive);
    [[nodiscard]] wire::relay_info info() const;
    [[nodiscard]] wire::relay_grant grant(node_id node, spi in) const;
    [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }

private:
    void on_packet(packet what);
    void begin();

    world& world_;
    std::uint32_t id_;
    const crypto::identity_key& server_;
    std::function<wall_time()> today_;
    std::unique_ptr<core::relay> relay_;  ///< none: dead
    std::uint64_t datagrams_ = 0;
    endpoint where_;
    udp_host host_;
};

}  // namespace buri::sim
