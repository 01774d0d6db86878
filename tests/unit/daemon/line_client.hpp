#pragma once
// A blocking client of a unix socket that speaks lines, with a limit on every wait so that a failure is a failure and not a hang.
#include "buri/wire/json.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace buri::test {

class line_client {
public:
    explicit line_client(const std::filesystem::path& path)
        : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
        const timeval limit{20, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    line_client(line_client&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          connected_(other.connected_),
          input_(std::move(other.input_)) {}
    line_client& operator=(line_client&&) = delete;
    ~line_client() { close(); }

    [[nodiscard]] bool is_connected() const { return connected_; }

    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }

    /// False if the other side is gone.
    bool send(std::string_view text) const {
        while (!text.empty()) {
            const auto count = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    /// Nothing at the end of the connection.
    std::optional<std::string> line() {
        while (true) {
            if (const auto end = input_.find('\n'); end != std::string::npos) {
                std::string out = input_.substr(0, end);
                input_.erase(0, end + 1);
                return out;
            }
            std::array<char, 65536> chunk{};
            const auto count = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
            if (count <= 0) return std::nullopt;
            input_.append(chunk.data(), static_cast<std::size_t>(count));
        }
    }

    wire::json call(int id, const std::string& method, const wire::json& params = wire::json::object()) {
        send(wire::json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump() + "\n");
        return answer();
    }
    wire::json answer() {
        const auto text = line();
        return text ? wire::json::parse(*text, nullptr, false) : wire::json();
    }

private:
    int descriptor_;
    bool connected_ = false;
    std::string input_;
};

}  // namespace buri::test
