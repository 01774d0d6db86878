#include "buri/dataplane/way.hpp"

#include <utility>

namespace buri::dataplane {

std::shared_ptr<way> open_way(int fd, const std::optional<endpoint>& stream) {
    if (stream) return std::make_shared<way>(stream_end(fd, *stream));
    auto socket = udp::datagram_socket::adopt(fd);
    return socket ? std::make_shared<way>(std::move(*socket)) : nullptr;
}

int fd_of(const way& one) {
    return std::visit([](const auto& it) { return it.fd(); }, one);
}

udp::send_outcome send(way& through, const endpoint& to, byte_view datagram, const udp::send_options& how) {
    if (auto* const socket = std::get_if<udp::datagram_socket>(&through)) return socket->send(to, datagram, how);
    return std::get<stream_end>(through).send(datagram);
}

}  // namespace buri::dataplane
