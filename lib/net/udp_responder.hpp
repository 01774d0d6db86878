#pragma once
// A UDP port that answers each datagram at once or not at all, and keeps no state: STUN.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/udp.hpp>

#include <functional>
#include <optional>

namespace buri::net {

class udp_responder {
public:
    using answer = std::function<std::optional<bytes>(const endpoint& from, byte_view datagram)>;

    /// errc::port_in_use, or errc::permission, by name.
    static result<udp_responder> open(const asio::any_io_executor& executor, const endpoint& local);
    /// Runs until cancelled.
    asio::awaitable<void> run(answer respond);

private:
    explicit udp_responder(asio::ip::udp::socket socket) : socket_(std::move(socket)) {}
    bool answer_one(const answer& respond, byte_span buffer);

    asio::ip::udp::socket socket_;
};

}  // namespace buri::net
