#include "buri/server/reception.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"
#include "buri/server/peeked_stream.hpp"

#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace buri::server {
namespace {

/// Behind the size of the first datagram: relay control. A control channel has a clear frame's id there, which is 0.
constexpr std::array<std::uint8_t, 4> relay_mark{'B', 'U', 'R', 'I'};
constexpr std::size_t size_bytes = 4;

bool has_no_ipv6(const asio::error_code& problem) {
    return problem == asio::error::address_family_not_supported ||
           problem == std::error_code(EADDRNOTAVAIL, std::system_category());
}

struct first_bytes {
    bytes raw;
    bool is_relay = false;
};

/// Nothing if they do not come in time.
asio::awaitable<std::optional<first_bytes>> peek(net::byte_stream& stream, time_point deadline) {
    first_bytes out;
    out.raw.resize(size_bytes + relay_mark.size());
    for (std::size_t have = 0; have < out.raw.size();) {
        const auto count = co_await stream.async_read(byte_span(out.raw).subspan(have), deadline);
        if (!count) co_return std::nullopt;
        have += *count;
    }
    out.is_relay = std::ranges::equal(byte_view(out.raw).subspan(size_bytes), relay_mark);
    co_return out;
}

}  // namespace

reception::reception(net::task_group& tasks, const asio::any_io_executor& executor, control_handler on_control,
                     relay_handler on_relay, logger log)
    : tasks_(tasks),
      executor_(executor),
      on_control_(std::move(on_control)),
      on_relay_(std::move(on_relay)),
      log_(std::move(log)) {}

// ---- ports ----------------------------------------------------------------------------------------------------------------

result<bool> reception::listen(const endpoint& local) {
    return add(local, std::nullopt);
}

result<bool> reception::listen_tls(const endpoint& local, net::tls_server_context context) {
    return add(local, std::move(context));
}

result<bool> reception::add(const endpoint& local, std::optional<net::tls_server_context> context) {
    const asio::ip::tcp::endpoint where(net::to_asio(local.address), local.port);
    asio::ip::tcp::acceptor acceptor(executor_);
    asio::error_code problem;
    acceptor.open(where.protocol(), problem);
    if (!problem) acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true), problem);
    if (!problem && !local.address.is_v4()) acceptor.set_option(asio::ip::v6_only(true), problem);
    if (!problem) acceptor.bind(where, problem);
    if (problem && !local.address.is_v4() && local.address.is_unspecified() && has_no_ipv6(problem)) {
        log_.warning("this machine has no IPv6", {{"endpoint", to_string(local)}});
        return false;
    }
    if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
    if (problem) return fail(net::listen_error("TCP", local, problem));
    ports_.push_back({std::move(acceptor), std::move(context)});
    return true;
}

void reception::start() {
    for (auto& each : ports_)
        tasks_.spawn(run(each));
}

asio::awaitable<void> reception::run(port& from) {
    asio::steady_timer pause(executor_);
    const auto* const context = from.context ? &*from.context : nullptr;
    for (;;) {
        asio::ip::tcp::socket socket(executor_);
        const auto [problem] = co_await from.acceptor.async_accept(socket, net::as_tuple);
        if (problem == asio::error::operation_aborted) co_return;
        if (!problem) {
            asio::error_code gone;
            const auto remote = socket.remote_endpoint(gone);
            if (gone) continue;
            auto guest = strangers_.admit(net::to_endpoint(remote).address);
            if (guest) tasks_.spawn(receive(std::move(socket), std::move(*guest), context));
            continue;
        }
        // Out of descriptors, say: it passes once connections end.
        log_.warning("cannot accept a connection", {{"error", problem.message()}});
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(net::as_tuple);
    }
}

// ---- streams --------------------------------------------------------------------------------------------------------------

asio::awaitable<reception::stream_ptr> reception::open(asio::ip::tcp::socket socket,
                                                       const net::tls_server_context* context, time_point deadline) {
    if (context == nullptr) co_return net::make_tcp_stream(std::move(socket));
    asio::error_code gone;
    const auto remote = socket.remote_endpoint(gone);
    if (gone) co_return nullptr;
    const auto busy = handshakes_.admit(net::to_endpoint(remote).address);
    if (!busy) co_return nullptr;
    auto shaken = co_await net::async_tls_accept(std::move(socket), *context, deadline);
    if (shaken) co_return std::move(*shaken);
    log_.debug("no TLS", {{"endpoint", to_string(net::to_endpoint(remote))}, {"reason", shaken.error().text}});
    co_return nullptr;
}

asio::awaitable<void> reception::receive(asio::ip::tcp::socket socket, core::strangers::guest guest,
                                         const net::tls_server_context* context) {
    const auto deadline = net::now() + patience;
    auto stream = co_await open(std::move(socket), context, deadline);
    if (!stream) co_return;
    bool is_relay = stream->protocol() == net::relay_protocol;
    if (stream->protocol().empty()) {
        auto begun = co_await peek(*stream, deadline);
        if (!begun) co_return;
        is_relay = begun->is_relay;
        stream = make_peeked_stream(std::move(stream), std::move(begun->raw));
    }
    if (!is_relay) {
        on_control_(std::move(stream), std::move(guest));
    } else if (on_relay_) {
        on_relay_(std::move(stream), std::move(guest));
    }
}

}  // namespace buri::server
