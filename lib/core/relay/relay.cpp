#include "buri/core/relay/relay.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/relay/bindings.hpp"
#include "buri/core/relay/cookies.hpp"
#include "buri/core/tunnel/work_limit.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::uint32_t tunnel_bit = 0x80000000U;
constexpr std::size_t network_buckets = 4096;
/// No token is believed for longer.
constexpr auto longest_token = std::chrono::hours(24 * 7);
constexpr auto all_drops = std::to_array<std::string_view>(
    {"malformed", "unbound_way", "unbound_spi", "rate", "cookie", "token", "checks", "full", "queue"});
static_assert(all_drops.size() == relay_drop_kinds);

errc code_of(relay_drop why) {
    switch (why) {
        case relay_drop::cookie:
            return errc::out_of_order;
        case relay_drop::checks:
            return errc::too_many_requests;
        case relay_drop::full:
            return errc::relay_full;
        case relay_drop::token:
            return errc::relay_token_invalid;
        default:
            return errc::malformed;
    }
}

work_limit limit_of(const source_rate& rate) {
    return {duration(std::chrono::seconds(1)) / std::max(1U, rate.per_second),
            static_cast<int>(std::max(1U, rate.burst))};
}

/// A tunnel's datagrams to one SPI, at the front of a train.
struct train_front {
    std::size_t count = 0;  ///< 0: the first is no tunnel's datagram
    spi to;
};

train_front front_of(byte_view train, std::size_t segment) {
    train_front out;
    for (std::size_t done = 0; done < train.size(); done += segment) {
        const auto header = wire::parse_datagram_header(train.subspan(done, std::min(segment, train.size() - done)));
        const bool is_valid =
            header && (header->to.value & tunnel_bit) != 0 && (header->id != 0 || header->to.epoch() == 0);
        if (!is_valid || (out.count > 0 && header->to.base() != out.to)) break;
        out.to = header->to.base();
        ++out.count;
    }
    return out;
}

}  // namespace

std::string_view to_string(relay_drop why) {
    return all_drops[static_cast<std::size_t>(why)];
}

struct relay::parts {
    parts(relay_settings with, random_source& random, time_point now)
        : settings(std::move(with)),
          given(random, now),
          checks_of_network(source_width::network, settings.checks_of_network, network_buckets, random),
          checks_of_all(limit_of(settings.checks_of_all)),
          meter(now) {}

    void drop(relay_drop why, std::size_t count = 1) { drops[static_cast<std::size_t>(why)] += count; }
    relay_slice route(const path_address& from, byte_view train, std::size_t segment, time_point now);
    bytes on_bind(const path_address& from, const wire::relay_bind& request, time_point now, wall_time wall);
    /// Binds, or the reason why not. The cheapest question comes first.
    std::optional<relay_drop> bind(const path_address& from, const wire::relay_bind& request,
                                   const wire::signed_relay_token& token, time_point now, wall_time wall);
    std::optional<relay_drop> check_signature(const path_address& from, const wire::signed_relay_token& token,
                                              time_point now);
    [[nodiscard]] bool is_full(time_point now) const;

    relay_settings settings;
    cookies given;
    bindings table;
    source_limit checks_of_network;
    work_limit checks_of_all;
    kbit_bucket bucket_of_all;
    kbit_meter meter;
    std::uint64_t datagrams = 0;
    std::uint64_t bytes_on = 0;
    std::array<std::uint64_t, relay_drop_kinds> drops{};
};

relay::relay(relay_settings settings, random_source& random, time_point now)
    : parts_(std::make_unique<parts>(std::move(settings), random, now)) {}
relay::~relay() = default;
relay::relay(relay&&) noexcept = default;
relay& relay::operator=(relay&&) noexcept = default;

relay_slice relay::route(const path_address& from, byte_view train, std::size_t segment, time_point now) {
    return parts_->route(from, train, segment, now);
}

std::optional<path_address> relay::route(const path_address& from, byte_view datagram, time_point now) {
    return parts_->route(from, datagram, datagram.size(), now).to;
}

relay_slice relay::parts::route(const path_address& from, byte_view train, std::size_t segment, time_point now) {
    const auto front = front_of(train, segment);
    const auto count = std::max<std::size_t>(1, front.count);
    relay_slice out{std::min(train.size(), count * segment), std::nullopt, 0};
    const auto nowhere = [&](relay_drop why) {
        drop(why, count);
        return out;
    };
    auto* const sender = table.sender(from, now);
    if (sender == nullptr) return nowhere(relay_drop::unbound_way);
    if (front.count == 0) return nowhere(relay_drop::malformed);
    const auto* const receiver = table.receiver(front.to, now);
    if (receiver == nullptr) return nowhere(relay_drop::unbound_spi);
    const auto of_plan = sender->bucket.take_front(out.bytes, segment, sender->kbit, now);
    out.sent = bucket_of_all.take_front(of_plan, segment, settings.max_kbit, now);
    const auto sent = (out.sent + segment - 1) / segment;
    drop(relay_drop::rate, count - sent);
    if (out.sent == 0) return out;
    datagrams += sent;
    bytes_on += out.sent;
    meter.add(out.sent, now);
    out.to = receiver->way;
    return out;
}

std::optional<bytes> relay::on_control(const path_address& from, byte_view datagram, time_point now, wall_time wall) {
    const auto message = wire::parse_relay_message(datagram);
    if (!message) {
        parts_->drop(relay_drop::malformed);
        return std::nullopt;
    }
    if (const auto* const ping = std::get_if<wire::relay_ping>(&*message)) {
        const auto* const node = parts_->table.sender(from, now);
        const bool is_there = node != nullptr && node->way == from;
        const auto bindings = static_cast<std::uint32_t>(is_there ? node->bound.size() : 0);
        return wire::encode(wire::relay_pong{ping->nonce, parts_->given.give(from.at, now), bindings});
    }
    if (const auto* const request = std::get_if<wire::relay_bind>(&*message))
        return parts_->on_bind(from, *request, now, wall);
    parts_->drop(relay_drop::malformed);
    return std::nullopt;
}

bytes relay::parts::on_bind(const path_address& from, const wire::relay_bind& request, time_point now, wall_time wall) {
    const auto token = wire::parse_relay_token(request.token);
    if (!token) {
        drop(relay_drop::malformed);
        return wire::encode(wire::relay_bind_err{{}, static_cast<std::uint16_t>(errc::malformed)});
    }
    const auto refusal = bind(from, request, *token, now, wall);
    if (!refusal) {
        constexpr auto lasts = static_cast<std::uint16_t>(std::chrono::seconds(relay_silence).count());
        return wire::encode(wire::relay_bind_ok{token->claims.in, lasts});
    }
    drop(*refusal);
    return wire::encode(wire::relay_bind_err{token->claims.in, static_cast<std::uint16_t>(code_of(*refusal))});
}

std::optional<relay_drop> relay::parts::bind(const path_address& from, const wire::relay_bind& request,
                                             const wire::signed_relay_token& token, time_point now, wall_time wall) {
    if (!is_stream(from) && !given.is_ours(request.cookie, from.at, now)) return relay_drop::cookie;
    const auto& claims = token.claims;
    const auto present = static_cast<std::uint64_t>(std::max<std::int64_t>(0, wall.time_since_epoch().count()));
    if (claims.relay != settings.id || claims.expires <= present) return relay_drop::token;
    if (!claims.node || claims.in != claims.in.base() || (claims.in.value & tunnel_bit) == 0) return relay_drop::token;
    const auto left = std::min<std::uint64_t>(claims.expires - present, std::chrono::seconds(longest_token).count());
    const auto ends = now + std::chrono::seconds(left);
    std::optional<spi> stale;
    if (!table.has_room(claims.node, claims.in, settings.max_bindings_of_node, settings.max_bindings)) {
        stale = table.stale_of(claims.node, ends);
        if (!stale) return relay_drop::full;
    }
    const auto digest = crypto::sha256(request.token);
    if (!table.has(claims.in, digest)) {
        if (const auto refusal = check_signature(from, token, now)) return refusal;
    }
    if (stale) table.drop(*stale);
    table.bind(from, {.node = claims.node, .in = claims.in, .kbit = claims.kbit, .ends = ends, .digest = digest}, now);
    return std::nullopt;
}

std::optional<relay_drop> relay::parts::check_signature(const path_address& from, const wire::signed_relay_token& token,
                                                        time_point now) {
    if (!checks_of_network.take(from.at.address, now) || !checks_of_all.take(now)) return relay_drop::checks;
    if (!settings.server.verify(suite_id::aes, token.signed_bytes, token.signature)) return relay_drop::token;
    return std::nullopt;
}

bool relay::parts::is_full(time_point now) const {
    const std::uint64_t limit = settings.max_kbit;
    return table.size() >= settings.max_bindings || (limit != 0 && std::uint64_t{meter.value(now)} * 10 >= limit * 9);
}

void relay::on_stream_closed(const path_address& way) {
    parts_->table.on_stream_closed(way);
}

void relay::on_not_sent(std::size_t datagrams, std::size_t bytes) {
    parts_->datagrams -= datagrams;
    parts_->bytes_on -= bytes;
    parts_->drop(relay_drop::queue, datagrams);
}

void relay::set_identity(std::uint32_t id, crypto::public_key server) {
    parts_->settings.id = id;
    parts_->settings.server = std::move(server);
}

void relay::on_deadline(time_point now) {
    parts_->table.on_deadline(now);
}

time_point relay::next_deadline() const {
    return parts_->table.next_deadline();
}

relay_statistics relay::statistics(time_point now) const {
    return {.bindings = parts_->table.size(),
            .nodes = parts_->table.nodes(),
            .datagrams = parts_->datagrams,
            .bytes = parts_->bytes_on,
            .kbit = parts_->meter.value(now),
            .is_full = parts_->is_full(now),
            .drops = parts_->drops};
}

bool relay::is_bound(const path_address& way) const {
    return parts_->table.has_way(way);
}

std::optional<path_address> relay::bound(spi in, time_point now) const {
    const auto* const node = parts_->table.receiver(in, now);
    if (node == nullptr) return std::nullopt;
    return node->way;
}

}  // namespace buri::core
