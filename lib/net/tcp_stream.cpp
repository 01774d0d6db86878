#include "buri/net/byte_stream.hpp"
#include "buri/net/socket_stream.hpp"

namespace buri::net {

std::unique_ptr<byte_stream> make_tcp_stream(asio::ip::tcp::socket connected) {
    return std::make_unique<socket_stream<asio::ip::tcp::socket>>("tcp", std::move(connected));
}

}  // namespace buri::net
