#pragma once
// A stream that a test holds the other end of.
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

namespace buri::test {

struct tcp_pair {
    explicit tcp_pair(asio::io_context& context) : near(context), far(context) {
        asio::ip::tcp::acceptor acceptor(context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        near.connect(acceptor.local_endpoint());
        acceptor.accept(far);
    }
    asio::ip::tcp::socket near;
    asio::ip::tcp::socket far;
};

}  // namespace buri::test
