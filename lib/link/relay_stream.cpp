#include "buri/link/relay_stream.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/tls_stream.hpp"
#include "buri/wire/relay_control.hpp"
#include "buri/wire/writer.hpp"

#include <asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace buri::link {
namespace {

constexpr std::size_t header_size = 4;

bytes framed(byte_view datagram) {
    wire::writer out;
    out.u32(static_cast<std::uint32_t>(datagram.size())).raw(datagram);
    return out.take();
}

/// Whether `received` begins with the relay's answer; nothing while it may still become that.
std::optional<bool> is_answered(byte_view received, byte_view ping, const wire::relay_nonce& nonce, std::size_t& size) {
    if (received.size() < header_size) return std::nullopt;
    size = (std::size_t{received[0]} << 24U) | (std::size_t{received[1]} << 16U) | (std::size_t{received[2]} << 8U) |
           received[3];
    // PONG is as long as PING.
    if (size == 0 || size > ping.size()) return false;
    if (received.size() < header_size + size) return std::nullopt;
    const auto message = wire::parse_relay_message(received.subspan(header_size, size));
    const auto* const pong = message ? std::get_if<wire::relay_pong>(&*message) : nullptr;
    return pong != nullptr && pong->nonce == nonce;
}

race_settings settings_for(const wire::relay_info& relay, const std::optional<proxy_settings>& proxy,
                           std::optional<way_kind> first) {
    race_settings out;
    out.whom = "the relay '" + (relay.name.empty() ? relay.host : relay.name) + "'";
    out.protocols = {std::string(net::relay_protocol)};
    out.proxy = proxy;
    for (const auto& each : relay.tcp)
        out.ways.push_back({way_kind::tcp, to_string(each.address), each.port, each});
    for (const auto& each : relay.tls) {
        const auto host = relay.host.empty() ? to_string(each.address) : relay.host;
        out.ways.push_back({way_kind::tls, host, each.port, each});
    }
    for (const auto& each : relay.tls) {
        const auto host = relay.host.empty() ? to_string(each.address) : relay.host;
        const bool is_used = proxy && !is_excepted(*proxy, host) && !is_excepted(*proxy, to_string(each.address));
        if (is_used) out.ways.push_back({way_kind::tls_via_proxy, host, each.port, {}});
        // A name stands for all its addresses.
        if (!relay.host.empty()) break;
    }
    const auto earliest = std::ranges::find(out.ways, first, &way::kind);
    if (earliest != out.ways.end()) out.first = known_way{earliest->kind, earliest->host};
    return out;
}

}  // namespace

relay_race::relay_race(const asio::any_io_executor& executor, const wire::relay_info& relay,
                       const std::optional<proxy_settings>& proxy, std::optional<way_kind> first, random_source& random)
    : random_(random), race_(executor, settings_for(relay, proxy, first), [this](net::byte_stream& stream) {
          return async_prove(stream);
      }) {}

asio::awaitable<result<relay_stream>> relay_race::run() {
    auto won = co_await race_.run();
    if (!won) co_return fail(won.error());
    relay_stream out;
    out.early = std::move(early_[won->stream.get()]);
    out.stream = std::move(won->stream);
    co_return std::move(out);
}

asio::awaitable<result<void>> relay_race::async_prove(net::byte_stream& stream) {
    wire::relay_ping ping;
    random_.fill(ping.nonce);
    const auto request = wire::encode(wire::relay_message(ping));
    const auto packet = framed(request);
    const auto written = co_await stream.async_write(packet);
    if (!written) co_return fail(written.error());
    const auto until = net::now() + answer_patience;
    // Another stream may have been at this address before.
    auto& received = early_[&stream];
    received.clear();
    std::array<std::uint8_t, 2048> buffer{};
    for (;;) {
        const auto count = co_await stream.async_read(buffer, until);
        if (!count) co_return fail(count.error());
        append(received, std::span(buffer).first(*count));
        std::size_t size = 0;
        const auto answered = is_answered(received, request, ping.nonce, size);
        if (!answered) continue;
        if (!*answered) co_return fail(errc::malformed, "what answers is not a relay");
        received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(header_size + size));
        co_return result<void>();
    }
}

asio::awaitable<result<relay_stream>> async_open_relay_stream(wire::relay_info relay,
                                                              std::optional<proxy_settings> proxy,
                                                              random_source& random) {
    const auto executor = co_await asio::this_coro::executor;
    relay_race all(executor, relay, proxy, std::nullopt, random);
    auto opened = co_await all.run();
    co_return std::move(opened);
}

}  // namespace buri::link
