#include "buri/core/tunnel/tunnel_ground.hpp"

#include "buri/core/tunnel/tunnel_parts.hpp"

namespace buri::core {

bool tunnel_ground::wants_direct_way() const {
    return of_.state == tunnel_state::up && !of_.is_resting() && of_.paths.lacks_direct();
}

bool tunnel_ground::is_direct() const {
    return of_.paths.path() && !of_.paths.path_relay();
}

std::optional<duration> tunnel_ground::relay_round_trip() const {
    return of_.paths.relay_round_trip();
}

unsigned tunnel_ground::probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl,
                              time_point now) {
    return of_.paths.probe(to, count, first_ttl, now);
}

void tunnel_ground::begin_scattering() {
    of_.paths.begin_scattering();
}

void tunnel_ground::scatter(const path_address& to, std::optional<std::uint8_t> ttl, time_point) {
    of_.paths.scatter(to, ttl);
}

void tunnel_ground::send_plain(const path_address& to, bytes datagram) {
    of_.outputs.emplace_back(send_clear{to, std::move(datagram)});
}

bool tunnel_ground::send_message(const wire::tunnel_message& message, time_point now) {
    return of_.send_message(message, false, now);
}

std::optional<channel_id> tunnel_ground::open_socket() {
    const auto channel = of_.around.next_channel();
    of_.paths.add_socket(channel);
    of_.outputs.emplace_back(core::open_socket{channel});
    return channel;
}

void tunnel_ground::close_channel(channel_id channel) {
    of_.paths.on_channel_closed(channel, of_.last_settled());
    of_.outputs.emplace_back(core::close_channel{channel});
}

bool tunnel_ground::is_used(channel_id channel) const {
    return of_.paths.is_used(channel);
}

}  // namespace buri::core
