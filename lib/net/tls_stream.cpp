#include "buri/net/tls_stream.hpp"

#include "buri/net/socket_stream.hpp"
#include "buri/net/tls_certificate.hpp"

#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>

#include <optional>
#include <span>

namespace buri::net {

struct tls_server_context::parts {
    asio::ssl::context context{asio::ssl::context::tls_server};
    bytes protocols;  ///< as in the extension: a length before each
};

namespace {

bytes alpn_list(const std::vector<std::string>& protocols) {
    bytes out;
    for (const auto& each : protocols) {
        out.push_back(static_cast<std::uint8_t>(each.size()));
        append(out, as_bytes(each));
    }
    return out;
}

void require_tls_1_2(asio::ssl::context& context) {
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
}

/// async_finish() ends TCP only: Asio's TLS shutdown waits for the other side's, and would take what that still sends. What is
/// inside knows where it ends.
class tls_stream final : public socket_stream<asio::ssl::stream<asio::ip::tcp::socket>> {
public:
    tls_stream(std::string way, asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
        : socket_stream(std::move(way), std::move(socket), *context), context_(std::move(context)) {}

    SSL* session() { return stream_.native_handle(); }

    asio::awaitable<result<void>> async_handshake(asio::ssl::stream_base::handshake_type as, time_point until) {
        const deadline limit(socket(), until);
        const auto [problem] = co_await stream_.async_handshake(as, as_tuple);
        if (problem && limit.was_hit()) co_return fail(errc::timed_out, "the TLS handshake got no answer");
        if (problem) co_return fail(errc::server_closed, "the TLS handshake failed: " + problem.message());
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(session(), &name, &size);
        protocol_ = to_string(byte_view(name, size));
        certificate_ = certificate_of(session());
        co_return result<void>();
    }

    [[nodiscard]] const peer_certificate* certificate() const override {
        return certificate_ ? &*certificate_ : nullptr;
    }

private:
    std::shared_ptr<asio::ssl::context> context_;
    std::optional<peer_certificate> certificate_;
};

std::shared_ptr<asio::ssl::context> client_context() {
    auto made = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    require_tls_1_2(*made);
    made->set_verify_mode(asio::ssl::verify_none);
    return made;
}

/// The server's choice among what the client offers.
int choose_protocol(SSL* /*session*/, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void* parts) {
    const auto& known = static_cast<const tls_server_context::parts*>(parts)->protocols;
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(&chosen, out_size, known.data(), static_cast<unsigned>(known.size()),
                                            offered, offered_size);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

result<tls_server_context> tls_server_context::make(const std::string& certificate_pem, const std::string& key_pem,
                                                    std::vector<std::string> protocols) {
    auto made = std::make_shared<parts>();
    made->protocols = alpn_list(protocols);
    require_tls_1_2(made->context);
    asio::error_code problem;
    made->context.use_certificate_chain(asio::buffer(certificate_pem), problem);
    if (problem) return fail(errc::config, "the TLS certificate cannot be used: " + problem.message());
    made->context.use_private_key(asio::buffer(key_pem), asio::ssl::context::pem, problem);
    if (problem) return fail(errc::config, "the key of the TLS certificate cannot be used: " + problem.message());
    if (!made->protocols.empty())
        SSL_CTX_set_alpn_select_cb(made->context.native_handle(), choose_protocol, made.get());
    return tls_server_context(std::move(made));
}

result<tls_server_context> tls_server_context::make_self_signed(const std::string& name, const std::string& key_pem,
                                                                std::vector<std::string> protocols) {
    const auto pair = make_certificate(name, key_pem);
    if (!pair) return fail(pair.error());
    return make(pair->certificate, pair->key, std::move(protocols));
}

asio::awaitable<result<std::unique_ptr<byte_stream>>> async_tls_connect(asio::ip::tcp::socket connected,
                                                                        tls_client_settings settings,
                                                                        time_point until) {
    auto made = std::make_unique<tls_stream>(settings.way, std::move(connected), client_context());
    if (!ip_address::parse(settings.server_name))
        SSL_ctrl(made->session(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, settings.server_name.data());
    const auto offered = alpn_list(settings.protocols);
    if (!offered.empty()) SSL_set_alpn_protos(made->session(), offered.data(), static_cast<unsigned>(offered.size()));
    const auto shaken = co_await made->async_handshake(asio::ssl::stream_base::client, until);
    if (!shaken) co_return fail(shaken.error());
    co_return std::unique_ptr<byte_stream>(std::move(made));
}

asio::awaitable<result<std::unique_ptr<byte_stream>>> async_tls_accept(asio::ip::tcp::socket accepted,
                                                                       const tls_server_context& context,
                                                                       time_point until) {
    const auto kept = context.shared();
    const std::shared_ptr<asio::ssl::context> shared(kept, &kept->context);
    auto made = std::make_unique<tls_stream>("tls", std::move(accepted), shared);
    const auto shaken = co_await made->async_handshake(asio::ssl::stream_base::server, until);
    if (!shaken) co_return fail(shaken.error());
    co_return std::unique_ptr<byte_stream>(std::move(made));
}

}  // namespace buri::net
