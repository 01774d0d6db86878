#include "buri/net/proxy.hpp"

#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/connect_reply.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tcp_connect.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

namespace buri::net {
namespace {

/// One address of the proxy that does not answer must not use up the time of the others.
constexpr auto each_address = std::chrono::seconds(2);

const char* variable(std::initializer_list<const char*> names, const char*& which) {
    for (const auto* const name : names) {
        which = name;
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return nullptr;
}

asio::awaitable<result<void>> async_ask(asio::ip::tcp::socket& socket, std::string request, time_point until) {
    const deadline limit(socket, until);
    const auto all = asio::buffer(request);
    const auto [problem, count] = co_await asio::async_write(socket, all, as_tuple);
    connect_reply reply;
    std::array<std::uint8_t, 2048> buffer{};
    auto failure = problem;
    while (!failure) {
        const auto [ended, size] = co_await socket.async_read_some(asio::buffer(buffer), as_tuple);
        failure = ended;
        if (failure) break;
        auto verdict = reply.feed(std::span(buffer).first(size));
        if (verdict) co_return std::move(*verdict);
    }
    if (limit.was_hit()) co_return fail(errc::server_unreachable, "it does not answer");
    co_return fail(errc::server_unreachable, "it ends the connection: " + failure.message());
}

asio::awaitable<result<asio::ip::tcp::socket>> async_reach(const proxy_settings& proxy, time_point until) {
    const auto found = co_await async_look_up(proxy.at.host, until);
    if (!found) co_return fail(found.error());
    std::string reason = "it has no address";
    for (const auto& address : *found) {
        const auto to = to_endpoint(asio::ip::tcp::endpoint(address, proxy.at.port));
        const auto limit = std::min(until, now() + each_address);
        auto socket = co_await async_connect(to, limit);
        if (socket) co_return std::move(socket);
        reason = socket.error().text;
    }
    co_return fail(errc::server_unreachable, reason);
}

}  // namespace

result<std::optional<proxy_settings>> proxy_from_environment() {
    const char* name = nullptr;
    const char* const url = variable({"https_proxy", "HTTPS_PROXY"}, name);
    if (url == nullptr) return std::nullopt;
    auto proxy = parse_proxy(url);
    if (!proxy) return fail(errc::config, std::string(name) + " in the environment: " + proxy.error().text);
    const char* const except = variable({"no_proxy", "NO_PROXY"}, name);
    if (except != nullptr) proxy->except = except;
    return std::optional(std::move(*proxy));
}

asio::awaitable<result<asio::ip::tcp::socket>> async_connect_via_proxy(proxy_settings proxy, std::string host,
                                                                       std::uint16_t port, time_point until) {
    auto socket = co_await async_reach(proxy, until);
    if (!socket) co_return fail(socket.error());
    auto request = connect_request(host, port, proxy.user, proxy.password);
    const auto agreed = co_await async_ask(*socket, std::move(request), until);
    if (!agreed) co_return fail(agreed.error());
    co_return std::move(socket);
}

}  // namespace buri::net
