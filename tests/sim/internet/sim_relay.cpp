#include "tests/sim/internet/sim_relay.hpp"

#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"

#include <utility>

namespace buri::sim {

sim_relay::sim_relay(world& in, segment& internet, const ip_address& at, std::uint32_t id,
                     const crypto::identity_key& server, std::function<wall_time()> today)
    : world_(in),
      id_(id),
      server_(server),
      today_(std::move(today)),
      where_{at, port},
      host_("relay-" + std::to_string(id), [this](packet what) { on_packet(std::move(what)); }) {
    host_.plug_into(internet, {}, {at});
    begin();
}

void sim_relay::begin() {
    relay_ = std::make_unique<core::relay>(core::relay_settings{.id = id_, .server = server_.public_part()},
                                           world_.random(), world_.now());
}

void sim_relay::set_alive(bool alive) {
    if (alive && !relay_) begin();
    if (!alive) relay_.reset();
}

wire::relay_info sim_relay::info() const {
    wire::relay_info own;
    own.id = id_;
    own.name = host_.name();
    own.udp = {where_};
    return own;
}

wire::relay_grant sim_relay::grant(node_id node, spi in) const {
    wire::relay_token token;
    token.relay = id_;
    token.node = node;
    token.in = in;
    token.expires = static_cast<std::uint64_t>(today_().time_since_epoch().count()) + 86'400;
    return {id_, wire::with_signature(token, server_.sign(suite_id::aes, wire::signed_part(token)))};
}

void sim_relay::on_packet(packet what) {
    if (!relay_ || what.to.port != port) return;
    relay_->on_deadline(world_.now());
    if (wire::classify(what.data) == wire::datagram_kind::relay_control) {
        if (auto answer = relay_->on_control(what.from, what.data, world_.now(), today_())) {
            host_.send(port, what.from, *std::move(answer));
        }
        return;
    }
    const auto to = relay_->route(what.from, what.data, world_.now());
    if (!to) return;
    ++datagrams_;
    host_.send(port, to->at, std::move(what.data));
}

}  // namespace buri::sim
