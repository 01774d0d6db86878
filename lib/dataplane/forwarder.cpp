#include "buri/dataplane/forwarder.hpp"

#include "buri/dataplane/ip_packet.hpp"
#include "buri/dataplane/tcp_mss.hpp"
#include "buri/dataplane/too_big.hpp"

#include <utility>

namespace buri::dataplane {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::size_t header_size = wire::datagram_header_size;
static_assert(header_size == crypto::sealed_header_size);

/// What one UDP datagram over IPv4 can hold.
constexpr std::size_t max_datagram_size = 65507;

/// With all that is added on the way these are the 1280 bytes that every path is expected to carry.
constexpr std::size_t carried_everywhere = 1200;

/// Only the data plane writes these, so a load and a store do what a locked addition would.
template <typename T>
void add(std::atomic<T>& counter, T value) {
    counter.store(counter.load(relaxed) + value, relaxed);
}

crypto::sealed_header header_of(byte_view datagram) {
    return datagram.first<header_size>();
}

bool can_send(const peer_link& link) {
    return link.path && link.send && link.send->last_id.load(relaxed) < max_message_id;
}

}  // namespace

std::string_view to_string(drop_reason reason) {
    switch (reason) {
        case drop_reason::none:
            return "none";
        case drop_reason::not_ip:
            return "not_ip";
        case drop_reason::no_route:
            return "no_route";
        case drop_reason::no_session:
            return "no_session";
        case drop_reason::over_mtu:
            return "over_mtu";
        case drop_reason::too_large:
            return "too_large";
        case drop_reason::unknown_spi:
            return "unknown_spi";
        case drop_reason::unknown_epoch:
            return "unknown_epoch";
        case drop_reason::replayed:
            return "replayed";
        case drop_reason::forged:
            return "forged";
        case drop_reason::wrong_source:
            return "wrong_source";
        case drop_reason::wrong_destination:
            return "wrong_destination";
        case drop_reason::unknown_kind:
            return "unknown_kind";
        case drop_reason::no_channel:
            return "no_channel";
        case drop_reason::not_taken:
            return "not_taken";
        case drop_reason::count_:
            break;
    }
    return "unknown";
}

void forwarder::install(std::shared_ptr<const snapshot> next) {
    if (next) now_ = std::move(next);
}

const std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(drop_reason::count_)>& forwarder::drops() const {
    return drops_;
}

void forwarder::count(drop_reason reason) {
    add(drops_[static_cast<std::size_t>(reason)], std::uint64_t{1});
}

outbound forwarder::refuse(drop_reason reason, node_id peer) {
    count(reason);
    return {reason, peer, {}, {}, {}, 0};
}

inbound forwarder::ignore(inbound message, drop_reason reason) {
    count(reason);
    message.what = inbound::kind::dropped;
    message.dropped = reason;
    message.content = {};
    return message;
}

// ---- sending ----

outbound forwarder::on_packet(byte_span buffer, std::size_t size) {
    if (buffer.size() < header_size + size) return refuse(drop_reason::too_large);
    const auto addresses = read_ip_addresses(buffer.subspan(header_size, size));
    if (!addresses) return refuse(drop_reason::not_ip);
    const auto owner = owner_of(addresses->destination, now_->ula);
    const auto found = owner ? now_->by_peer.find(*owner) : now_->by_peer.end();
    if (found == now_->by_peer.end()) return refuse(drop_reason::no_route);
    const auto& link = *found->second;
    if (!can_send(link)) return {drop_reason::no_session, link.peer, {}, {}, {}, 0};
    if (link.mtu != 0) {
        const auto packet = buffer.subspan(header_size, size);
        if (is_too_big(packet, link.mtu)) {
            count(drop_reason::over_mtu);
            return {drop_reason::over_mtu, link.peer, {}, {}, {}, link.mtu};
        }
        clamp_mss(packet, link.mtu);
    }
    if (size > carried_everywhere) add(link.statistics->sent_large, std::uint64_t{1});
    return seal(link, buffer, size);
}

bool forwarder::has_session(node_id peer) const {
    const auto found = now_->by_peer.find(peer);
    return found != now_->by_peer.end() && can_send(*found->second);
}

outbound forwarder::seal_for(spi in, byte_span buffer, std::size_t size) {
    const auto found = now_->by_spi.find(in.base());
    if (found == now_->by_spi.end()) return refuse(drop_reason::unknown_spi);
    return seal(*found->second, buffer, size);
}

outbound forwarder::seal(const peer_link& link, byte_span buffer, std::size_t size) {
    if (!can_send(link)) return refuse(drop_reason::no_session, link.peer);
    auto& keys = *link.send;
    const auto total = header_size + crypto::sealed_size(keys.seal.suite(), size);
    if (total > buffer.size() || total > max_datagram_size) return refuse(drop_reason::too_large, link.peer);

    const auto id = keys.last_id.load(relaxed) + 1;
    keys.last_id.store(id, relaxed);
    const auto datagram = buffer.first(total);
    wire::write_datagram_header({link.out.with_epoch(keys.epoch), id}, datagram.first(header_size));
    const auto room = datagram.subspan(header_size);
    keys.seal.seal(header_of(datagram), room.first(size), room);
    add(link.statistics->sent_packets, std::uint64_t{1});
    add(link.statistics->sent_bytes, std::uint64_t{size});
    return {drop_reason::none, link.peer, link.path, link.from, datagram, 0};
}

// ---- receiving ----

inbound forwarder::on_datagram(const path_address& from, byte_span datagram) {
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

inbound forwarder::on_clear(const wire::datagram_header& header, byte_span datagram) {
    const auto found = now_->by_spi.find(header.to.base());
    if (found == now_->by_spi.end()) return ignore({}, drop_reason::unknown_spi);
    if (header.to.epoch() != 0) return ignore({}, drop_reason::unknown_epoch);
    inbound message;
    message.what = inbound::kind::clear;
    message.content = datagram;
    message.peer = found->second->peer;
    message.in = header.to;
    return message;
}

inbound forwarder::on_sealed(const wire::datagram_header& header, const path_address& from, byte_span datagram) {
    const auto found = now_->by_spi.find(header.to.base());
    if (found == now_->by_spi.end()) return ignore({}, drop_reason::unknown_spi);
    const auto& link = *found->second;
    const auto& keys = link.receive[header.to.epoch()];
    if (!keys) return ignore({}, drop_reason::unknown_epoch);
    auto& statistics = *link.statistics;
    if (!keys->window.is_fresh(header.id)) {
        add(statistics.dropped_replayed, std::uint64_t{1});
        return ignore({}, drop_reason::replayed);
    }
    const auto plaintext = header.id <= max_message_id
                               ? keys->open.open(header_of(datagram), datagram.subspan(header_size))
                               : std::nullopt;
    if (!plaintext) {
        add(statistics.dropped_forged, std::uint64_t{1});
        return ignore({}, drop_reason::forged);
    }
    keys->window.mark(header.id);
    keys->newest_id.store(keys->window.newest(), relaxed);
    add(statistics.received_packets, std::uint64_t{1});
    add(statistics.received_bytes, std::uint64_t{plaintext->size()});

    inbound message;
    message.content = *plaintext;
    message.peer = link.peer;
    message.in = header.to;
    message.first_in_epoch = !std::exchange(keys->confirmed, true);
    message.from_elsewhere = from != link.path;
    return on_plaintext(link, message);
}

/// Only addresses are refused from here on: the message is authentic, so what it says about epoch and path stands.
inbound forwarder::on_plaintext(const peer_link& link, inbound message) {
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
    if (refused == drop_reason::wrong_source) add(link.statistics->dropped_source, std::uint64_t{1});
    if (refused != drop_reason::none) return ignore(message, refused);
    if (link.mtu != 0) clamp_mss(message.content, link.mtu);
    message.what = inbound::kind::packet;
    return message;
}

drop_reason forwarder::check_addresses(byte_view packet, node_id peer) const {
    const auto addresses = read_ip_addresses(packet);
    if (!addresses) return drop_reason::not_ip;
    if (owner_of(addresses->source, now_->ula) != peer) return drop_reason::wrong_source;
    if (owner_of(addresses->destination, now_->ula) != now_->self) return drop_reason::wrong_destination;
    return drop_reason::none;
}

}  // namespace buri::dataplane
