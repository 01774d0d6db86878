#include "buri/net/udp_responder.hpp"

#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/ip/v6_only.hpp>

#include <array>

namespace buri::net {

result<udp_responder> udp_responder::open(const asio::any_io_executor& executor, const endpoint& local) {
    const asio::ip::udp::endpoint where(to_asio(local.address), local.port);
    asio::ip::udp::socket socket(executor);
    asio::error_code problem;
    socket.open(where.protocol(), problem);
    if (!problem && !local.address.is_v4()) socket.set_option(asio::ip::v6_only(true), problem);
    if (!problem) socket.bind(where, problem);
    if (!problem) socket.non_blocking(true, problem);
    if (problem) return fail(listen_error("UDP", local, problem));
    return udp_responder(std::move(socket));
}

asio::awaitable<void> udp_responder::run(answer respond) {
    constexpr int budget = 64;
    std::array<std::uint8_t, 2048> buffer{};
    for (;;) {
        const auto [problem] = co_await socket_.async_wait(asio::ip::udp::socket::wait_read, as_tuple);
        if (problem) co_return;
        for (int i = 0; i < budget && answer_one(respond, buffer); ++i) {
        }
    }
}

bool udp_responder::answer_one(const answer& respond, byte_span buffer) {
    asio::ip::udp::endpoint from;
    asio::error_code problem;
    const auto size = socket_.receive_from(asio::buffer(buffer.data(), buffer.size()), from, 0, problem);
    if (problem)
        return problem != asio::error::would_block;  // what ICMP reports about earlier answers is no reason to stop
    const auto reply = respond(to_endpoint(asio::ip::tcp::endpoint(from.address(), from.port())), buffer.first(size));
    if (reply) socket_.send_to(asio::buffer(*reply), from, 0, problem);
    return true;
}

}  // namespace buri::net
