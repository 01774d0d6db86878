#pragma once
// A UDP port of a relay: batches in, batches out, and the local address of each datagram, which its answer must leave from.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/udp.hpp>

#include <functional>
#include <memory>
#include <span>

namespace buri::relay {

class udp_port {
public:
    static constexpr std::size_t batch = 32;

    struct datagram {
        endpoint from;
        ip_address to;  ///< the local address that it came to
        byte_view data;
    };
    enum class kind : std::uint8_t { answer, forwarded };

    /// Non-blocking; an IPv6 socket takes no IPv4. errc::port_in_use, errc::permission or errc::config, in words.
    static result<udp_port> open(const asio::any_io_executor& executor, const endpoint& local);
    udp_port(udp_port&&) noexcept;
    udp_port& operator=(udp_port&&) noexcept;
    ~udp_port();

    [[nodiscard]] const endpoint& local() const { return local_; }

    /// Until there is something to receive; false when cancelled or closed.
    asio::awaitable<bool> async_wait();
    /// What waits, at most a batch; valid until the next call. Datagrams that no address can be told of are left out.
    std::span<const datagram> receive();

    /// Sent with the next flush(), or before if the batch is full; `data` outlives that. Called with the size of each forwarded
    /// datagram that the kernel did not take: see on_unsent.
    void send(const ip_address& from, const endpoint& to, byte_view data, kind what);
    void flush();

    std::function<void(std::size_t size)> on_unsent = [](std::size_t) {};

private:
    struct buffers;
    udp_port(asio::ip::udp::socket socket, const endpoint& local);

    asio::ip::udp::socket socket_;
    endpoint local_;
    std::unique_ptr<buffers> buffers_;
};

}  // namespace buri::relay
