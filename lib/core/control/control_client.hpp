#pragma once
// A node's side of the control channel (protocol section 3), from the first byte of a TCP connection on. Sans-I/O.
//
//     [asking_key] -> greeting -> [proven] -> [registering] -> authenticating -> open -> failed
#include "buri/base/ids.hpp"
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/crypto/identity_key.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace buri::core {

/// What the node knows of the server's identity before it connects.
struct server_identity {
    std::optional<crypto::sha256_digest> fingerprint;  ///< of the key that was named or pinned
    std::optional<bytes> key;                          ///< pinned key blob, if known; must match the fingerprint
};

struct control_client_settings {
    suite_id suite = suite_id::aes;
    server_identity server;
    node_id identity;           ///< none: register first
    std::string nickname;       ///< for REGISTER
    bool ask_key_only = false;  ///< KEY? and nothing else: to show a fingerprint to the user
    /// Stop once the server is proven, until proceed(): of several connections only one says who the node is.
    bool wait_when_proven = false;
};

enum class control_client_state : std::uint8_t {
    asking_key,
    greeting,
    proven,
    registering,
    authenticating,
    open,
    failed
};

struct send_bytes {
    bytes data;
};
/// The key blob of the server, checked against the fingerprint if one was given. Pin it.
struct server_key_learned {
    bytes blob;
};
/// The server has its key, or in the suite classic says so until AUTH OK; only with wait_when_proven.
struct server_proven {};
/// REGISTER OK: keep the identity durably before anything else.
struct identity_given {
    node_id identity;
};
struct channel_open {};
/// One MSG: its CBOR.
struct message_received {
    bytes cbor;
};
struct channel_failed {
    error why;
};

using control_client_output = std::variant<send_bytes, server_key_learned, server_proven, identity_given, channel_open,
                                           message_received, channel_failed>;

class control_client {
public:
    static constexpr auto handshake_timeout = std::chrono::seconds(10);

    control_client(control_client_settings settings, const crypto::identity_key& key, random_source& random, logger log,
                   time_point now);
    ~control_client();
    control_client(const control_client&) = delete;
    control_client& operator=(const control_client&) = delete;

    void on_bytes(byte_view data, time_point now);
    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    /// Goes on from state proven; nothing in any other.
    void proceed();
    /// Seals and sends one MSG; only in state open.
    void send(byte_view cbor);
    std::optional<control_client_output> poll_output();
    [[nodiscard]] control_client_state state() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
