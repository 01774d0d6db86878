#include "buri/node/channels.hpp"

#include "buri/core/mediator/request_limits.hpp"
#include "buri/crypto/system_random.hpp"
#include "buri/link/relay_stream.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/datagram_pump.hpp"
#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tcp_connect.hpp"
#include "buri/net/tokens.hpp"

#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>

namespace buri::node {
namespace {

/// Out of descriptors, say: it passes once streams end.
constexpr auto accept_pause = std::chrono::milliseconds(100);

struct entry {
    entry(const asio::any_io_executor& executor, channel_id given) : channel(given), proof(executor) {}

    channel_id channel;
    asio::steady_timer proof;            ///< of an accepted stream
    std::optional<std::uint64_t> host;   ///< core::address_key() of who opened an accepted stream
    bool is_kept = false;                ///< an accepted stream: a peer has proved itself
    link::relay_race* race = nullptr;    ///< while it runs
    net::datagram_pump* pump = nullptr;  ///< while it runs
    bool is_added = false;               ///< the data plane has it
    bool is_closed = false;
};
using entry_ptr = std::shared_ptr<entry>;

asio::awaitable<result<std::unique_ptr<net::byte_stream>>> async_reach(endpoint to, std::uint16_t local_port) {
    auto socket = co_await net::async_connect(to, net::now() + channels::connect_patience, local_port);
    if (!socket) co_return fail(socket.error());
    co_return net::make_tcp_stream(std::move(*socket));
}

}  // namespace

struct channels::parts {
    parts(const asio::any_io_executor& on, std::optional<proxy_settings> by, logger to, channel_listener tell)
        : executor(on),
          proxy(std::move(by)),
          log(std::move(to)),
          listener(std::move(tell)),
          tasks(on),
          acceptor(on),
          stopped(on, asio::steady_timer::time_point::max()) {}

    asio::any_io_executor executor;
    std::optional<proxy_settings> proxy;
    logger log;
    channel_listener listener;
    crypto::system_random random;
    net::task_group tasks;
    asio::ip::tcp::acceptor acceptor;
    asio::steady_timer stopped;
    std::map<channel_id, entry_ptr> open;
    bool is_stopping = false;

    entry_ptr make(channel_id channel);
    void close(entry& which);
    void fail_with(entry& which, const error& why);
    /// Whether `most` accepted streams are there that are kept, or are not, or max_per_host of them from this host.
    [[nodiscard]] bool is_full(bool is_kept, std::size_t most, std::uint64_t host) const;
    void accept(asio::ip::tcp::socket socket);

    asio::awaitable<void> run_socket(entry_ptr which);
    asio::awaitable<void> run_stream(entry_ptr which, endpoint to, std::uint16_t local_port);
    asio::awaitable<void> run_relay_stream(entry_ptr which, wire::relay_info relay,
                                           std::optional<link::way_kind> first);
    asio::awaitable<void> run_acceptor();
    asio::awaitable<void> run_accepted(entry_ptr which, std::unique_ptr<net::byte_stream> stream);
    asio::awaitable<void> run_proof_limit(entry_ptr which);
    asio::awaitable<void> async_pump(entry_ptr which, std::unique_ptr<net::byte_stream> stream, bytes early,
                                     endpoint remote);
};

entry_ptr channels::parts::make(channel_id channel) {
    auto made = std::make_shared<entry>(executor, channel);
    open.emplace(channel, made);
    return made;
}

void channels::parts::close(entry& which) {
    if (std::exchange(which.is_closed, true)) return;
    if (which.is_added) listener.post(dataplane::remove_channel{which.channel});
    if (which.race) which.race->cancel();
    if (which.pump) which.pump->close();
    which.proof.cancel();
    open.erase(which.channel);
}

void channels::parts::fail_with(entry& which, const error& why) {
    if (which.is_closed) return;
    log.debug("a channel has ended", {{"channel", std::to_string(which.channel)}, {"reason", why.text}});
    close(which);
    if (!is_stopping) listener.on_closed(which.channel, why);
}

asio::awaitable<void> channels::parts::run_socket(entry_ptr which) {
    if (which->is_closed) co_return;
    const auto socket = udp::datagram_socket::open(0);
    if (!socket) co_return fail_with(*which, socket.error());
    const int fd = ::fcntl(socket->fd(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        co_return fail_with(*which, make_error(errc::internal, "no descriptor is left; raise the limit of open files"));
    which->is_added = true;
    listener.post(dataplane::add_channel{which->channel, fd, std::nullopt});
    listener.on_open(which->channel, std::nullopt);
}

asio::awaitable<void> channels::parts::run_stream(entry_ptr which, endpoint to, std::uint16_t local_port) {
    auto stream = co_await async_reach(to, local_port);
    if (!stream)
        co_return fail_with(*which,
                            make_error(stream.error().code, "TCP to " + to_string(to) + ": " + stream.error().text));
    co_await async_pump(which, std::move(*stream), {}, to);
}

asio::awaitable<void> channels::parts::run_relay_stream(entry_ptr which, wire::relay_info relay,
                                                        std::optional<link::way_kind> first) {
    if (which->is_closed) co_return;
    link::relay_race race(executor, relay, proxy, first, random);
    which->race = &race;
    auto opened = co_await race.run();
    which->race = nullptr;
    if (!opened) co_return fail_with(*which, opened.error());
    const auto remote = relay.udp.empty() ? opened->stream->remote() : relay.udp.front();
    co_await async_pump(which, std::move(opened->stream), std::move(opened->early), remote);
}

asio::awaitable<void> channels::parts::async_pump(entry_ptr which, std::unique_ptr<net::byte_stream> stream,
                                                  bytes early, endpoint remote) {
    if (which->is_closed) co_return;
    auto made = net::datagram_pump::make(std::move(stream), std::move(early));
    if (!made) co_return fail_with(*which, made.error());
    auto& pump = **made;
    which->pump = &pump;
    which->is_added = true;
    listener.post(dataplane::add_channel{which->channel, pump.take_descriptor(), remote});
    const bool is_theirs = which->host.has_value();
    is_theirs ? listener.on_accepted(which->channel, remote) : listener.on_open(which->channel, remote);
    std::optional<duration> patience;
    if (is_theirs) patience = accepted_patience;
    const auto why = co_await pump.run(patience);
    which->pump = nullptr;
    fail_with(*which, why);
}

// ---- streams of peers ---------------------------------------------------------------------------------------------------

bool channels::parts::is_full(bool is_kept, std::size_t most, std::uint64_t host) const {
    const auto is_such = [&](const auto& item) { return item.second->host && item.second->is_kept == is_kept; };
    const auto is_same = [&](const auto& item) { return is_such(item) && item.second->host == host; };
    return std::ranges::count_if(open, is_such) >= static_cast<std::ptrdiff_t>(most) ||
           std::ranges::count_if(open, is_same) >= static_cast<std::ptrdiff_t>(max_per_host);
}

void channels::parts::accept(asio::ip::tcp::socket socket) {
    asio::error_code problem;
    const auto from = socket.remote_endpoint(problem);
    if (problem) return;
    const auto remote = net::to_endpoint(from);
    const auto host = core::address_key(remote.address);
    if (is_full(false, max_unproven, host)) return;
    const auto made = make(listener.next_channel());
    made->host = host;
    tasks.spawn(run_accepted(made, net::make_tcp_stream(std::move(socket))));
    tasks.spawn(run_proof_limit(made));
}

asio::awaitable<void> channels::parts::run_acceptor() {
    asio::steady_timer pause(executor);
    for (;;) {
        asio::ip::tcp::socket socket(executor);
        const auto [problem] = co_await acceptor.async_accept(socket, net::as_tuple);
        if (problem == asio::error::operation_aborted || is_stopping) co_return;
        if (!problem) {
            accept(std::move(socket));
            continue;
        }
        pause.expires_after(accept_pause);
        co_await pause.async_wait(net::as_tuple);
    }
}

asio::awaitable<void> channels::parts::run_accepted(entry_ptr which, std::unique_ptr<net::byte_stream> stream) {
    const auto remote = stream->remote();
    co_await async_pump(which, std::move(stream), {}, remote);
}

asio::awaitable<void> channels::parts::run_proof_limit(entry_ptr which) {
    which->proof.expires_after(proof_patience);
    const auto [problem] = co_await which->proof.async_wait(net::as_tuple);
    if (which->is_kept) co_return;
    const auto why = problem ? make_error(errc::too_many_requests, "peers have too many streams here already")
                             : make_error(errc::timed_out, "nobody proved itself in the stream");
    fail_with(*which, why);
}

// ---- the interface ------------------------------------------------------------------------------------------------------

channels::channels(const asio::any_io_executor& executor, std::optional<proxy_settings> proxy, logger log,
                   channel_listener listener)
    : parts_(std::make_unique<parts>(executor, std::move(proxy), std::move(log), std::move(listener))) {}

channels::~channels() = default;

void channels::open_socket(channel_id channel) {
    parts_->tasks.spawn(parts_->run_socket(parts_->make(channel)));
}

void channels::open_stream(channel_id channel, const endpoint& to, std::uint16_t local_port) {
    parts_->tasks.spawn(parts_->run_stream(parts_->make(channel), to, local_port));
}

void channels::open_relay_stream(channel_id channel, const wire::relay_info& relay,
                                 std::optional<link::way_kind> first) {
    parts_->tasks.spawn(parts_->run_relay_stream(parts_->make(channel), relay, first));
}

void channels::close(channel_id channel) {
    const auto found = parts_->open.find(channel);
    if (found == parts_->open.end()) return;
    const auto which = found->second;
    parts_->close(*which);
}

void channels::keep(channel_id channel) {
    const auto found = parts_->open.find(channel);
    if (found == parts_->open.end()) return;
    auto& which = *found->second;
    if (!which.host || which.is_kept) return;
    which.is_kept = !parts_->is_full(true, max_kept, *which.host);
    which.proof.cancel();
}

result<void> channels::listen(std::uint16_t port) {
    auto& acceptor = parts_->acceptor;
    auto protocol = asio::ip::tcp::v6();
    asio::error_code problem;
    acceptor.open(protocol, problem);
    if (problem == asio::error::address_family_not_supported) {
        protocol = asio::ip::tcp::v4();
        acceptor.open(protocol, problem);
    } else if (!problem) {
        acceptor.set_option(asio::ip::v6_only(false), problem);
    }
    if (!problem) problem = net::share_port(acceptor);
    if (!problem) acceptor.bind({protocol, port}, problem);
    if (!problem) acceptor.listen(static_cast<int>(max_unproven), problem);
    if (problem) {
        asio::error_code ignored;
        acceptor.close(ignored);
        return fail(net::listen_error("TCP", {ip_address(), port}, problem));
    }
    parts_->tasks.spawn(parts_->run_acceptor());
    return {};
}

asio::awaitable<void> channels::run() {
    // Ended by stop() alone: it must not go away before its tasks.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!parts_->is_stopping) co_await parts_->stopped.async_wait(net::as_tuple);
    co_await parts_->tasks.join();
}

void channels::stop() {
    parts_->is_stopping = true;
    while (!parts_->open.empty()) {
        const auto which = parts_->open.begin()->second;
        parts_->close(*which);
    }
    asio::error_code ignored;
    parts_->acceptor.close(ignored);
    parts_->stopped.cancel();
    parts_->tasks.cancel();
}

std::size_t channels::count() const {
    return parts_->open.size();
}

}  // namespace buri::node
