#include "buri/server/reach_sender.hpp"

#include "buri/net/tcp_channel.hpp"
#include "buri/wire/stun.hpp"

#include <asio/buffer.hpp>
#include <asio/ip/v6_only.hpp>

#include <algorithm>

namespace buri::server {
namespace {

/// Nothing if the machine has no such address.
std::optional<asio::ip::udp::socket> open(const asio::any_io_executor& executor, const ip_address& local) {
    const asio::ip::udp::endpoint where(net::to_asio(local), 0);
    asio::ip::udp::socket socket(executor);
    asio::error_code problem;
    socket.open(where.protocol(), problem);
    if (!problem && !local.is_v4()) socket.set_option(asio::ip::v6_only(true), problem);
    if (!problem) socket.bind(where, problem);
    if (!problem) socket.non_blocking(true, problem);
    if (problem) return std::nullopt;
    return socket;
}

}  // namespace

reach_sender::reach_sender(const asio::any_io_executor& executor, std::span<const ip_address> bound,
                           std::optional<ip_address> other) {
    for (const bool is_v4 : {true, false}) {
        const auto has_family = [is_v4](const ip_address& address) { return address.is_v4() == is_v4; };
        const auto first = std::ranges::find_if(bound, has_family);
        if (first == bound.end()) continue;
        std::optional<asio::ip::udp::socket> made;
        if (other && has_family(*other)) made = open(executor, *other);
        if (!made) made = open(executor, *first);
        if (made) sockets_.push_back(std::move(*made));
    }
}

void reach_sender::send(const core::reach_check& check) {
    wire::stun_response answer{.transaction = {}, .mapped = check.to};
    if (check.transaction.size() != answer.transaction.size()) return;
    std::ranges::copy(check.transaction, answer.transaction.begin());
    const auto datagram = wire::encode_stun_response(answer);
    const asio::ip::udp::endpoint to(net::to_asio(check.to.address), check.to.port);
    for (auto& socket : sockets_) {
        asio::error_code ignored;  // as if it were lost on the way
        if (socket.local_endpoint(ignored).protocol() == to.protocol()) {
            socket.send_to(asio::buffer(datagram), to, 0, ignored);
        }
    }
}

}  // namespace buri::server
