#include "buri/relay/udp_port.hpp"

#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"

#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>

#include <fcntl.h>

#include <cerrno>

namespace buri::relay {

result<udp_port> udp_port::open(const asio::any_io_executor& executor, const endpoint& local) {
    const asio::ip::udp::endpoint where(net::to_asio(local.address), local.port);
    asio::ip::udp::socket bound(executor);
    asio::error_code problem;
    bound.open(where.protocol(), problem);
    if (!problem && !local.address.is_v4()) bound.set_option(asio::ip::v6_only(true), problem);
    if (!problem) bound.bind(where, problem);
    if (problem) return fail(net::listen_error("UDP", local, problem));
    const int copy = ::fcntl(bound.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return fail(net::listen_error("UDP", local, {errno, asio::error::get_system_category()}));
    asio::posix::stream_descriptor readable(executor, copy);
    auto socket = udp::datagram_socket::adopt(bound.release());
    if (!socket) return fail(net::listen_error("UDP", local, asio::error::bad_descriptor));
    socket->coalesce_received();
    const endpoint chosen{local.address, socket->port()};
    return udp_port(std::move(*socket), std::move(readable), chosen);
}

asio::awaitable<bool> udp_port::async_wait() {
    const auto [problem] = co_await readable_.async_wait(asio::posix::stream_descriptor::wait_read, net::as_tuple);
    co_return !problem;
}

bool udp_port::is_answerable(const udp::train& train) {
    // A link-local address says nothing without its interface.
    const bool is_elsewhere = !train.from.address.is_v4() && train.from.address.is_link_local();
    return train.to && !train.to->is_unspecified() && train.from.port != 0 && !is_elsewhere;
}

void udp_port::answer(const ip_address& from, const endpoint& to, byte_view datagram) {
    (void)socket_.send(to, datagram, {.from = from});
}

void udp_port::forward(const ip_address& from, const endpoint& to, byte_view data, std::size_t segment) {
    out_.add(socket_, to, from, data, segment);
}

udp_port::unsent udp_port::flush() {
    out_.flush();
    const auto& count = out_.counters();
    const unsent all{count.refused.value() + count.too_large.value(), count.refused_bytes.value()};
    const unsent since{all.datagrams - counted_.datagrams, all.bytes - counted_.bytes};
    counted_ = all;
    return since;
}

}  // namespace buri::relay
