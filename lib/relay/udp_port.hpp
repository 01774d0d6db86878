#pragma once
// A UDP port of a relay: trains in, trains out, and the local address that a node sends to, which everything to it leaves from.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/udp/datagram_socket.hpp"
#include "buri/udp/receiver.hpp"
#include "buri/udp/sender.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <span>

namespace buri::relay {

class udp_port {
public:
    /// An IPv6 socket takes no IPv4. errc::port_in_use, errc::permission or errc::config, in words.
    static result<udp_port> open(const asio::any_io_executor& executor, const endpoint& local);

    [[nodiscard]] const endpoint& local() const { return local_; }

    /// Until there is something to receive; false when cancelled or closed.
    asio::awaitable<bool> async_wait();
    /// What waits, at most a batch; valid until `with` receives again.
    std::span<const udp::train> receive(udp::receiver& with) { return with.receive(socket_); }
    /// False of what comes from, or to, where nothing can be sent back.
    static bool is_answerable(const udp::train& train);

    /// At once; lost if the kernel does not take it.
    void answer(const ip_address& from, const endpoint& to, byte_view datagram);
    /// Sent with the next flush(), or before; `data` outlives that.
    void forward(const ip_address& from, const endpoint& to, byte_view data, std::size_t segment);
    struct unsent {
        std::size_t datagrams = 0;
        std::size_t bytes = 0;
    };
    /// Of what was forwarded since the last time, what the kernel did not take.
    unsent flush();

private:
    udp_port(udp::datagram_socket socket, asio::posix::stream_descriptor readable, const endpoint& local)
        : socket_(std::move(socket)), readable_(std::move(readable)), local_(local) {}

    udp::datagram_socket socket_;
    asio::posix::stream_descriptor readable_;  ///< a copy of the socket's
    endpoint local_;
    udp::sender out_;
    unsent counted_;  ///< since the beginning
};

}  // namespace buri::relay
