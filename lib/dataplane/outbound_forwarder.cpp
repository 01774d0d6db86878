#include "buri/dataplane/outbound_forwarder.hpp"

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

bool can_send(const peer_link& link) {
    return link.path && link.send && link.send->last_id.load(relaxed) < max_message_id;
}

}  // namespace

void outbound_forwarder::install(std::shared_ptr<const snapshot> next) {
    if (next) now_ = std::move(next);
}

route outbound_forwarder::refuse(drop_reason reason) {
    drops_.count(reason);
    return {reason, {}, nullptr, 0};
}

route outbound_forwarder::find_route(byte_view packet, std::size_t largest) {
    const auto addresses = read_ip_addresses(packet);
    if (!addresses) return refuse(drop_reason::not_ip);
    const auto owner = owner_of(addresses->destination, now_->ula);
    const auto* const link = owner ? now_->find(*owner) : nullptr;
    if (link == nullptr) return refuse(drop_reason::no_route);
    if (!can_send(*link)) return {drop_reason::no_session, link->peer, nullptr, 0};
    if (link->mtu != 0 && is_too_big(packet, largest, link->mtu)) {
        drops_.count(drop_reason::over_mtu);
        return {drop_reason::over_mtu, link->peer, nullptr, link->mtu};
    }
    return {drop_reason::none, link->peer, link, 0};
}

bool outbound_forwarder::has_session(node_id peer) const {
    const auto* const link = now_->find(peer);
    return link != nullptr && can_send(*link);
}

outbound outbound_forwarder::seal(const peer_link& link, byte_span packet, byte_span into) {
    if (link.mtu != 0) clamp_mss(packet, link.mtu);
    if (packet.size() > carried_everywhere) add_to(link.statistics->sent_large, std::uint64_t{1});
    return seal_plaintext(link, packet, into);
}

outbound outbound_forwarder::seal_for(spi in, byte_view plaintext, byte_span into) {
    const auto* const link = now_->find(in);
    if (link != nullptr) return seal_plaintext(*link, plaintext, into);
    drops_.count(drop_reason::unknown_spi);
    return {drop_reason::unknown_spi, nullptr, {}};
}

outbound outbound_forwarder::seal_plaintext(const peer_link& link, byte_view plaintext, byte_span into) {
    const auto refuse_with = [&](drop_reason reason) {
        drops_.count(reason);
        return outbound{reason, &link, {}};
    };
    if (!can_send(link)) return refuse_with(drop_reason::no_session);
    auto& keys = *link.send;
    const auto total = header_size + crypto::sealed_size(keys.seal.suite(), plaintext.size());
    if (total > into.size() || total > max_datagram_size) return refuse_with(drop_reason::too_large);

    const auto id = keys.last_id.load(relaxed) + 1;
    keys.last_id.store(id, relaxed);
    const auto datagram = into.first(total);
    wire::write_datagram_header({link.out.with_epoch(keys.epoch), id}, datagram.first(header_size));
    keys.seal.seal(byte_view(datagram).first<header_size>(), plaintext, datagram.subspan(header_size));
    add_to(link.statistics->sent_packets, std::uint64_t{1});
    add_to(link.statistics->sent_bytes, std::uint64_t{plaintext.size()});
    return {drop_reason::none, &link, datagram};
}

}  // namespace buri::dataplane
