#include "daemon/rpc_server.hpp"

#include "buri/net/task_group.hpp"
#include "buri/net/tokens.hpp"
#include "daemon/rpc_session.hpp"
#include "daemon/unix_listener.hpp"

#include <asio/local/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <list>
#include <utility>

namespace buri::daemon {

using protocol = asio::local::stream_protocol;

struct rpc_server::state {
    state(asio::any_io_executor on, unix_listener at, local_service& provider, rpc_server_options wanted, logger to)
        : executor(std::move(on)),
          listener(std::move(at)),
          service(provider),
          options(std::move(wanted)),
          log(std::move(to)),
          readable(executor, listener.descriptor()),
          pause(executor),
          tasks(executor) {}
    ~state() { readable.release(); }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    void accept_all();
    void admit(protocol::socket connection);
    asio::awaitable<void> run_session(std::list<rpc_session>::iterator session);
    void stop();

    asio::any_io_executor executor;
    unix_listener listener;
    local_service& service;
    rpc_server_options options;
    logger log;
    asio::posix::stream_descriptor readable;  ///< the listener's descriptor, only waited on
    asio::steady_timer pause;
    bool is_closing = false;
    bool is_out_of_descriptors = false;
    std::list<rpc_session> sessions;
    net::task_group tasks;
};

void rpc_server::state::accept_all() {
    while (!is_closing) {
        const int accepted = ::accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (accepted >= 0) {
            admit(protocol::socket(executor, protocol(), accepted));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        is_out_of_descriptors = errno != EAGAIN;
        return;
    }
}

void rpc_server::state::admit(protocol::socket connection) {
    if (sessions.size() < options.max_clients) {
        tasks.spawn(run_session(sessions.emplace(sessions.end(), std::move(connection), service, options, log)));
        return;
    }
    const auto line = rpc_error_line(
        nullptr,
        make_error(errc::too_many_requests, "the daemon already serves " + std::to_string(options.max_clients) +
                                                " local clients. End one of them, and try again"));
    // A fresh socket has room for a line, and who does not read it loses nothing.
    [[maybe_unused]] const auto sent = ::send(connection.native_handle(), line.data(), line.size(), MSG_NOSIGNAL);
}

asio::awaitable<void> rpc_server::state::run_session(std::list<rpc_session>::iterator session) {
    try {
        co_await session->run();
    } catch (const std::exception& problem) {
        log.error("a local client's request failed", {{"error", problem.what()}});
    }
    sessions.erase(session);
}

void rpc_server::state::stop() {
    is_closing = true;
    readable.cancel();
    pause.cancel();
    for (auto session = sessions.begin(); session != sessions.end();)
        (session++)->stop();
}

rpc_server::rpc_server(std::unique_ptr<state> made) : state_(std::move(made)) {}
rpc_server::rpc_server(rpc_server&&) noexcept = default;
rpc_server& rpc_server::operator=(rpc_server&&) noexcept = default;
rpc_server::~rpc_server() = default;

result<rpc_server> rpc_server::listen(asio::any_io_executor executor, local_service& service,
                                      rpc_server_options options, logger log) {
    auto listener = unix_listener::open(options.path, options.group);
    if (!listener) return fail(std::move(listener.error()));
    return rpc_server(std::make_unique<state>(std::move(executor), std::move(*listener), service, std::move(options),
                                              std::move(log)));
}

asio::awaitable<void> rpc_server::run() {
    auto& here = *state_;
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!here.is_closing) {
        const auto [problem] =
            co_await here.readable.async_wait(asio::posix::stream_descriptor::wait_read, net::as_tuple);
        if (problem) break;
        here.accept_all();
        if (!std::exchange(here.is_out_of_descriptors, false)) continue;
        here.log.error("no more local clients can be served for now", {{"error", "out of file descriptors"}});
        here.pause.expires_after(std::chrono::seconds(1));
        co_await here.pause.async_wait(net::as_tuple);
    }
    here.stop();
    co_await here.tasks.join();
}

void rpc_server::close() {
    state_->stop();
}

std::size_t rpc_server::clients() const {
    return state_->sessions.size();
}

}  // namespace buri::daemon
