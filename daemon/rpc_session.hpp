#pragma once
// One connection to the local interface.
//
//   reading ──line──▶ calling ──result──▶ writing ──▶ reading        end: the client closed, or sent too long a line,
//                        └── events ──▶ streaming                         or does not read what it gets
#include "buri/base/log.hpp"
#include "buri/net/task_group.hpp"
#include "daemon/local_service.hpp"
#include "daemon/rpc_protocol.hpp"
#include "daemon/rpc_server.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <string>

namespace buri::daemon {

class rpc_session {
public:
    using socket = asio::local::stream_protocol::socket;

    rpc_session(socket connection, local_service& service, const rpc_server_options& options, const logger& log);

    /// Until the client is gone or stop() was called.
    asio::awaitable<void> run();
    /// An answer that is being written still leaves.
    void stop();

private:
    asio::awaitable<void> serve();
    asio::awaitable<std::string> read_line();  ///< empty: no more lines
    asio::awaitable<bool> answer(std::string line);
    asio::awaitable<void> stream_events(wire::json id, bool wants_answer);
    asio::awaitable<bool> write(std::string line);
    void watch_hangup();
    void on_event(const wire::json& event);

    socket connection_;
    local_service& service_;
    const rpc_server_options& options_;
    const logger& log_;
    net::task_group tasks_;
    std::string peer_;          ///< who it is, for the log
    std::string input_;         ///< read, and not yet a whole line
    bool is_finished_ = false;  ///< the client sends no more
    bool is_writing_ = false;
    bool is_stopping_ = false;
    bool is_watched_ = false;
    std::deque<std::string> unsent_;  ///< events
    std::size_t unsent_size_ = 0;
    asio::steady_timer wake_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace buri::daemon
