#pragma once
// TLS 1.2 and later as a byte_stream; the only place of OpenSSL in net.
//
// TLS is here to pass through networks that let nothing else pass. Who is at the other end is proved inside, by the
// control channel's or the tunnel's own handshake: no certificate authority is asked.
#include "buri/net/byte_stream.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace buri::net {

/// What is asked for by ALPN on the port that a server shares with its relay. Without ALPN: the control channel.
inline constexpr std::string_view control_protocol = "buri-control";
inline constexpr std::string_view relay_protocol = "buri-relay";

struct tls_client_settings {
    std::string server_name;             ///< for SNI (RFC 6066 section 3); an address is not sent
    std::vector<std::string> protocols;  ///< ALPN, the preferred one first
    std::string way = "tls";
};

/// The certificate and key of a server, kept for all its streams.
class tls_server_context {
public:
    /// Both as PEM, the certificate with its chain. errc::config with OpenSSL's reason.
    static result<tls_server_context> make(const std::string& certificate_pem, const std::string& key_pem,
                                           std::vector<std::string> protocols);
    /// A certificate for `name` that the key itself signs, valid for ten years. With the server's Ed25519 identity key, a node
    /// that has it pinned can tell an intercepting box; an empty text makes a new P-256 key.
    static result<tls_server_context> make_self_signed(const std::string& name, const std::string& key_pem,
                                                       std::vector<std::string> protocols);

    struct parts;
    [[nodiscard]] const std::shared_ptr<parts>& shared() const { return parts_; }

private:
    explicit tls_server_context(std::shared_ptr<parts> from) : parts_(std::move(from)) {}
    std::shared_ptr<parts> parts_;
};

/// The handshake of a client over a connected socket. errc::timed_out; errc::server_closed with the reason.
asio::awaitable<result<std::unique_ptr<byte_stream>>> async_tls_connect(asio::ip::tcp::socket connected,
                                                                        tls_client_settings settings,
                                                                        time_point deadline);
/// The handshake of a server. protocol() is what was agreed; a client that offers ALPN, but nothing known, is refused.
asio::awaitable<result<std::unique_ptr<byte_stream>>> async_tls_accept(asio::ip::tcp::socket accepted,
                                                                       const tls_server_context& context,
                                                                       time_point deadline);

}  // namespace buri::net
