#include "buri/dataplane/inbound_forwarder.hpp"

#include "buri/dataplane/ip_packet.hpp"
#include "buri/dataplane/tcp_mss.hpp"

#include <utility>

namespace buri::dataplane {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

crypto::sealed_header header_of(byte_view datagram) {
    return datagram.first<wire::datagram_header_size>();
}

}  // namespace

void inbound_forwarder::install(std::shared_ptr<const snapshot> next) {
    if (next) now_ = std::move(next);
}

inbound inbound_forwarder::ignore(inbound message, drop_reason reason) {
    drops_.count(reason);
    message.what = inbound::kind::dropped;
    message.dropped = reason;
    message.content = {};
    return message;
}

inbound inbound_forwarder::on_datagram(const path_address& from, byte_span datagram) {
    const auto kind = wire::classify(datagram);
    if (kind == wire::datagram_kind::stun || kind == wire::datagram_kind::relay_control) {
        inbound message;
        message.what = inbound::kind::clear;
        message.content = datagram;
        return message;
    }
    const auto header = wire::parse_datagram_header(datagram);
    if (header && kind == wire::datagram_kind::tunnel_clear) return on_clear(*header, datagram);
    if (header && kind == wire::datagram_kind::tunnel_sealed) return on_sealed(*header, from, datagram);
    return ignore({}, drop_reason::unknown_kind);
}

inbound inbound_forwarder::on_clear(const wire::datagram_header& header, byte_span datagram) {
    const auto* const found = now_->find(header.to);
    if (found == nullptr) return ignore({}, drop_reason::unknown_spi);
    if (header.to.epoch() != 0) return ignore({}, drop_reason::unknown_epoch);
    inbound message;
    message.what = inbound::kind::clear;
    message.content = datagram;
    message.peer = found->peer;
    message.in = header.to;
    return message;
}

inbound inbound_forwarder::on_sealed(const wire::datagram_header& header, const path_address& from,
                                     byte_span datagram) {
    const auto* const found = now_->find(header.to);
    if (found == nullptr) return ignore({}, drop_reason::unknown_spi);
    const auto& link = *found;
    const auto& keys = link.receive[header.to.epoch()];
    if (!keys) return ignore({}, drop_reason::unknown_epoch);
    auto& statistics = *link.statistics;
    if (!keys->window.is_fresh(header.id)) {
        add_to(statistics.dropped_replayed, std::uint64_t{1});
        return ignore({}, drop_reason::replayed);
    }
    const auto plaintext = header.id <= max_message_id
                               ? keys->open.open(header_of(datagram), datagram.subspan(wire::datagram_header_size))
                               : std::nullopt;
    if (!plaintext) {
        add_to(statistics.dropped_forged, std::uint64_t{1});
        return ignore({}, drop_reason::forged);
    }
    keys->window.mark(header.id);
    keys->newest_id.store(keys->window.newest(), relaxed);
    add_to(statistics.received_packets, std::uint64_t{1});
    add_to(statistics.received_bytes, std::uint64_t{plaintext->size()});

    inbound message;
    message.content = *plaintext;
    message.peer = link.peer;
    message.in = header.to;
    message.first_in_epoch = !std::exchange(keys->confirmed, true);
    message.from_elsewhere = from != link.path;
    return on_plaintext(link, message);
}

/// Only addresses are refused from here on: the message is authentic, so what it says about epoch and path stands.
inbound inbound_forwarder::on_plaintext(const peer_link& link, inbound message) {
    switch (wire::classify_inner(message.content)) {
        case wire::inner_kind::keepalive:
            message.what = inbound::kind::keepalive;
            return message;
        case wire::inner_kind::control:
            message.what = inbound::kind::control;
            return message;
        case wire::inner_kind::ipv4:
        case wire::inner_kind::ipv6:
            break;
        case wire::inner_kind::ethernet:
        case wire::inner_kind::unknown:
            return ignore(message, drop_reason::unknown_kind);
    }
    const auto refused = check_addresses(message.content, link.peer);
    if (refused == drop_reason::wrong_source) add_to(link.statistics->dropped_source, std::uint64_t{1});
    if (refused != drop_reason::none) return ignore(message, refused);
    if (link.mtu != 0) clamp_mss(message.content, link.mtu);
    message.what = inbound::kind::packet;
    return message;
}

drop_reason inbound_forwarder::check_addresses(byte_view packet, node_id peer) const {
    const auto addresses = read_ip_addresses(packet);
    if (!addresses) return drop_reason::not_ip;
    if (owner_of(addresses->source, now_->ula) != peer) return drop_reason::wrong_source;
    if (owner_of(addresses->destination, now_->ula) != now_->self) return drop_reason::wrong_destination;
    return drop_reason::none;
}

}  // namespace buri::dataplane
