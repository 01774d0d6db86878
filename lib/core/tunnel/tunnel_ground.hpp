#pragma once
// What a tunnel gives to the punching that works for it.
#include "buri/core/tunnel/punch_ground.hpp"
#include "buri/core/tunnel/tunnel.hpp"

namespace buri::core {

class tunnel_ground final : public punch_ground {
public:
    explicit tunnel_ground(tunnel::parts& of) : of_(of) {}

    [[nodiscard]] bool wants_direct_way() const override;
    [[nodiscard]] bool is_direct() const override;
    [[nodiscard]] std::optional<duration> relay_round_trip() const override;
    unsigned probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl,
                   time_point now) override;
    void begin_scattering() override;
    void scatter(const path_address& to, std::optional<std::uint8_t> ttl, time_point now) override;
    void send_plain(const path_address& to, bytes datagram) override;
    bool send_message(const wire::tunnel_message& message, time_point now) override;
    std::optional<channel_id> open_socket() override;
    void close_channel(channel_id channel) override;
    [[nodiscard]] bool is_used(channel_id channel) const override;

private:
    tunnel::parts& of_;
};

}  // namespace buri::core
