#include "daemon/rpc_session.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

namespace buri::daemon {
namespace {

/// Methods that change something: who called them is worth a line.
constexpr std::array<std::string_view, 6> changing{"create", "join", "leave", "delete", "nick", "down"};

std::string describe_peer(int descriptor) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return "unknown";
    return "uid " + std::to_string(who.uid) + " pid " + std::to_string(who.pid);
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

rpc_session::rpc_session(socket connection, local_service& service, const rpc_server_options& options,
                         const logger& log)
    : connection_(std::move(connection)),
      service_(service),
      options_(options),
      log_(log),
      tasks_(connection_.get_executor()),
      peer_(describe_peer(connection_.native_handle())),
      wake_(connection_.get_executor()) {}

asio::awaitable<void> rpc_session::run() {
    log_.debug("local client connected", {{"client", peer_}});
    tasks_.spawn(serve());
    co_await tasks_.join();
}

void rpc_session::stop() {
    is_stopping_ = true;
    if (!is_writing_) tasks_.cancel();
}

asio::awaitable<void> rpc_session::serve() {
    while (!is_stopping_) {
        std::string line = co_await read_line();
        if (line.empty()) co_return;
        if (line.size() > options_.max_line) {
            const auto why =
                make_error(errc::malformed, "the line is longer than " + std::to_string(options_.max_line) + " bytes");
            co_await write(rpc_error_line(nullptr, why));
            co_return;
        }
        if (is_blank(line)) continue;
        const bool goes_on = co_await answer(std::move(line));
        if (!goes_on) co_return;
    }
}

asio::awaitable<std::string> rpc_session::read_line() {
    std::array<char, 8192> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the read
    std::size_t searched = 0;
    while (true) {
        const auto end = input_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = input_.substr(0, end + 1);
            input_.erase(0, end + 1);
            co_return line;
        }
        searched = input_.size();
        if (is_finished_ || input_.size() > options_.max_line) co_return std::exchange(input_, {});
        const auto [problem, count] = co_await connection_.async_read_some(asio::buffer(chunk), net::as_tuple);
        if (problem) is_finished_ = true;
        input_.append(chunk.data(), count);
    }
}

asio::awaitable<bool> rpc_session::answer(std::string line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.pop_back();
    auto request = parse_rpc_request(line);
    if (!request) {
        const bool written = co_await write(std::move(request.error()));
        co_return written;
    }
    const bool changes = std::ranges::find(changing, request->method) != changing.end();
    if (changes) {
        log_.info("request", {{"method", request->method}, {"client", peer_}});
    } else {
        log_.debug("request", {{"method", request->method}, {"client", peer_}});
    }
    watch_hangup();
    if (request->method == "events") {
        co_await stream_events(std::move(request->id), request->wants_answer);
        co_return false;
    }
    const auto outcome = co_await service_.call(std::move(request->method), std::move(request->params));
    if (!request->wants_answer) co_return true;
    std::string text = outcome ? rpc_result_line(request->id, *outcome) : rpc_error_line(request->id, outcome.error());
    const bool written = co_await write(std::move(text));
    co_return written;
}

asio::awaitable<void> rpc_session::stream_events(wire::json id, bool wants_answer) {
    // Subscribed before the answer leaves: a client that has it misses nothing.
    const auto listening = service_.subscribe([this](const wire::json& event) { on_event(event); });
    if (wants_answer) {
        const bool written = co_await write(rpc_result_line(id, wire::json::object()));
        if (!written) co_return;
    }
    while (!is_stopping_) {
        while (!unsent_.empty()) {
            std::string line = std::move(unsent_.front());
            unsent_.pop_front();
            const auto size = line.size();
            const bool written = co_await write(std::move(line));
            if (!written) co_return;
            unsent_size_ -= size;
        }
        wake_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_.async_wait(net::as_tuple);
    }
}

void rpc_session::on_event(const wire::json& event) {
    if (is_stopping_) return;
    unsent_.push_back(rpc_event_line(event));
    unsent_size_ += unsent_.back().size();
    if (unsent_size_ > options_.max_unsent) {
        log_.warning("a local client does not read its events and is cut off", {{"client", peer_}});
        is_stopping_ = true;
        tasks_.cancel();
        return;
    }
    wake_.cancel();
}

asio::awaitable<bool> rpc_session::write(std::string line) {
    is_writing_ = true;
    const net::deadline limit(connection_, net::now() + options_.write_timeout);
    const auto [problem, count] = co_await asio::async_write(connection_, asio::buffer(line), net::as_tuple);
    is_writing_ = false;
    if (limit.was_hit()) log_.warning("a local client does not read its answers and is cut off", {{"client", peer_}});
    co_return !problem && !is_stopping_;
}

/// A client that is gone no longer waits for its answer. One that only closed its sending side still does.
void rpc_session::watch_hangup() {
    if (is_watched_) return;
    is_watched_ = true;
    connection_.async_wait(socket::wait_error,
                           [this, watched = std::weak_ptr(alive_)](const asio::error_code& problem) {
                               if (!problem && !watched.expired()) tasks_.cancel();
                           });
}

}  // namespace buri::daemon
