#pragma once
// A connected stream of bytes, whatever carries it: TCP, TLS, or TLS through a proxy.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace buri::net {

/// What the other side of a TLS stream showed. Nobody vouches for it: it is compared, and named in errors.
struct peer_certificate {
    bytes key_blob;  ///< its public key as an SSH key blob (RFC 4253 section 6.6, RFC 8709); empty if of another kind
    std::string issuer;  ///< as "CN=Squid,O=Example", printable ASCII, at most 200 characters
};

/// One read and one write may be under way at a time, beside each other. All of it on the executor's one thread; the
/// stream outlives what is under way.
class byte_stream {
public:
    static constexpr auto write_patience = std::chrono::seconds(30);

    byte_stream() = default;
    byte_stream(const byte_stream&) = delete;
    byte_stream& operator=(const byte_stream&) = delete;
    virtual ~byte_stream() = default;

    /// At least one byte. errc::timed_out at the deadline: close the stream then, a write under way has been cancelled
    /// too. errc::server_closed at the end of the stream or on any failure.
    virtual asio::awaitable<result<std::size_t>> async_read(byte_span into, time_point deadline) = 0;
    /// All of `data`, which outlives the call. errc::timed_out if that takes longer than write_patience.
    virtual asio::awaitable<result<void>> async_write(byte_view data) = 0;
    /// Nothing more will be written: the other side reads the end of the stream. Bounded by write_patience.
    virtual asio::awaitable<void> async_finish() = 0;
    /// At once; what is under way ends with an error. May be called again.
    virtual void close() = 0;

    virtual asio::any_io_executor get_executor() = 0;
    /// For socket options; -1 once closed.
    virtual int native_handle() = 0;
    /// Of the TCP connection: with a proxy, the proxy.
    [[nodiscard]] virtual const endpoint& remote() const = 0;
    /// "tcp", "tls" or "tls via proxy HOST".
    [[nodiscard]] virtual const std::string& way() const = 0;
    /// The protocol agreed by ALPN (RFC 7301); empty if none was.
    [[nodiscard]] virtual const std::string& protocol() const = 0;
    /// Null unless the stream is TLS and the other side showed a certificate.
    [[nodiscard]] virtual const peer_certificate* certificate() const = 0;
};

/// Sets TCP_NODELAY and keepalive.
std::unique_ptr<byte_stream> make_tcp_stream(asio::ip::tcp::socket connected);

}  // namespace buri::net
