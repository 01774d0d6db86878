#include "buri/net/tcp_connect.hpp"

#include "buri/net/deadline.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"

#include <asio/detail/socket_option.hpp>
#include <asio/this_coro.hpp>

#include <sys/socket.h>

#include <chrono>

namespace buri::net {
namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

template <typename Socket>
asio::error_code share(Socket& socket) {
    asio::error_code problem;
    socket.set_option(asio::socket_base::reuse_address(true), problem);
    if (!problem) socket.set_option(reuse_port(true), problem);
    return problem;
}

asio::error_code bind_to(asio::ip::tcp::socket& socket, const asio::ip::tcp::endpoint& to, std::uint16_t port) {
    asio::error_code problem;
    socket.open(to.protocol(), problem);
    if (problem || port == 0) return problem;
    problem = share(socket);
    if (!problem) socket.bind({to.protocol(), port}, problem);
    return problem;
}

std::string no_answer(duration waited) {
    const auto seconds = std::chrono::round<std::chrono::seconds>(waited).count();
    return "no answer in " + std::to_string(seconds) + " s";
}

}  // namespace

asio::awaitable<result<asio::ip::tcp::socket>> async_connect(endpoint to, time_point until, std::uint16_t local_port) {
    const auto executor = co_await asio::this_coro::executor;
    const asio::ip::tcp::endpoint target(to_asio(to.address), to.port);
    asio::ip::tcp::socket socket(executor);
    const auto unbound = bind_to(socket, target, local_port);
    if (unbound) co_return fail(errc::server_unreachable, unbound.message());
    const auto started = now();
    const deadline limit(socket, until);
    const auto [problem] = co_await socket.async_connect(target, as_tuple);
    if (!problem) co_return std::move(socket);
    co_return fail(errc::server_unreachable, limit.was_hit() ? no_answer(until - started) : problem.message());
}

asio::error_code share_port(asio::basic_socket<asio::ip::tcp>& socket) {
    return share(socket);
}

asio::error_code share_port(asio::basic_socket_acceptor<asio::ip::tcp>& acceptor) {
    return share(acceptor);
}

}  // namespace buri::net
