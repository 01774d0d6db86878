#pragma once
// A daemon with answers of the test's choosing, on threads of its own.
#include "daemon/rpc_protocol.hpp"
#include "tests/support/scratch_directory.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace buri::test {

class fake_daemon {
public:
    using answer = result<wire::json>;

    fake_daemon() : fake_daemon(std::filesystem::path()) {}
    /// Elsewhere than in a directory of its own.
    explicit fake_daemon(std::filesystem::path place)
        : socket_(place.empty() ? directory_ / "vpn.sock" : std::move(place)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::strncpy(at.sun_path, socket().c_str(), sizeof at.sun_path - 1);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(listener_, 8) != 0 ||
            ::pipe(stop_.data()) != 0) {
            throw std::runtime_error("no socket for the fake daemon");
        }
        thread_ = std::thread([this] { serve(); });
    }
    fake_daemon(const fake_daemon&) = delete;
    fake_daemon& operator=(const fake_daemon&) = delete;
    ~fake_daemon() {
        ::close(stop_[1]);
        thread_.join();
        for (auto& each : conversations_)
            each.join();
        ::close(listener_);
        ::close(stop_[0]);
    }

    [[nodiscard]] std::string socket() const { return socket_.string(); }

    /// The answers to a method, one after the other; the last one stays.
    void on(const std::string& method, answer first) { add(method, std::move(first)); }
    void on(const std::string& method, answer first, answer second) {
        add(method, std::move(first));
        add(method, std::move(second));
    }
    /// Sent after `events` was answered; then the connection stays open.
    void event(wire::json happened) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(happened));
    }

    /// Every request so far, as {method, params}.
    std::vector<std::pair<std::string, wire::json>> calls() {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    void add(const std::string& method, answer what) {
        const std::lock_guard lock(mutex_);
        answers_[method].push_back(std::move(what));
    }

    [[nodiscard]] bool wait(int descriptor) const {
        std::array<pollfd, 2> waiting{{{descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), -1);
        return waiting[1].revents == 0;
    }

    void serve() {
        while (wait(listener_)) {
            const int client = ::accept(listener_, nullptr, nullptr);
            conversations_.emplace_back([this, client] {
                converse(client);
                ::close(client);
            });
        }
    }

    void converse(int client) {
        std::string input;
        while (wait(client)) {
            std::array<char, 4096> chunk{};
            const auto count = ::recv(client, chunk.data(), chunk.size(), 0);
            if (count <= 0) return;
            input.append(chunk.data(), static_cast<std::size_t>(count));
            for (auto end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
                const auto reply = reply_to(input.substr(0, end));
                input.erase(0, end + 1);
                if (::send(client, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
            }
        }
    }

    std::string reply_to(const std::string& line) {
        const auto request = daemon::parse_rpc_request(line);
        if (!request) return request.error();
        const std::lock_guard lock(mutex_);
        calls_.emplace_back(request->method, request->params);
        if (request->method == "events") {
            auto out = daemon::rpc_result_line(request->id, wire::json::object());
            for (const auto& happened : events_)
                out += daemon::rpc_event_line(happened);
            return out;
        }
        auto& left = answers_[request->method];
        if (left.empty()) return daemon::rpc_error_line(request->id, make_error(errc::unknown_request));
        const auto reply = left.front();
        if (left.size() > 1) left.pop_front();
        return reply ? daemon::rpc_result_line(request->id, *reply)
                     : daemon::rpc_error_line(request->id, reply.error());
    }

    scratch_directory directory_;
    std::filesystem::path socket_;
    int listener_ = -1;
    std::array<int, 2> stop_{};
    std::mutex mutex_;
    std::map<std::string, std::deque<answer>> answers_;
    std::vector<wire::json> events_;
    std::vector<std::pair<std::string, wire::json>> calls_;
    std::vector<std::thread> conversations_;  ///< of thread_ alone until that has ended
    std::thread thread_;
};

}  // namespace buri::test
