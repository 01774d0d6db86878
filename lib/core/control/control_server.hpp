#pragma once
// The server's side of one control channel (protocol section 3). Sans-I/O: accounts are looked up and made by the driver.
//
//     greeting -> identifying -> [registering] -> identifying -> open -> failed
//
// Before AUTH is verified the peer is a stranger: frames are small, the time is short, nothing is kept beyond this object.
#include "buri/base/ids.hpp"
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/control/control_client.hpp"
#include "buri/crypto/identity_key.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace buri::core {

/// The server's own keys and what it allows; shared by all its channels.
struct server_host_keys {
    crypto::identity_key ed25519;
    crypto::identity_key rsa;
};

enum class control_server_state : std::uint8_t { greeting, identifying, registering, open, failed };

/// The driver makes the account durable and answers with on_registered or on_registration_refused.
struct registration_wanted {
    bytes key;  ///< a valid blob
    std::string nickname;
};
/// The driver answers with on_account (its key blob) or on_account_unknown.
struct account_wanted {
    node_id identity;
};
struct node_authenticated {
    node_id identity;
};

using control_server_output =
    std::variant<send_bytes, registration_wanted, account_wanted, node_authenticated, message_received, channel_failed>;

class control_server {
public:
    static constexpr auto handshake_timeout = std::chrono::seconds(10);

    control_server(const server_host_keys& keys, std::vector<suite_id> suites, random_source& random, logger log,
                   time_point now);
    ~control_server();
    control_server(const control_server&) = delete;
    control_server& operator=(const control_server&) = delete;

    void on_bytes(byte_view data, time_point now);
    void on_registered(node_id identity, time_point now);
    void on_registration_refused(const error& why, time_point now);
    void on_account(byte_view key_blob, time_point now);
    void on_account_unknown(time_point now);
    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    /// Seals and sends one MSG; only in state open.
    void send(byte_view cbor);
    /// After channel_failed: anything still in poll_output (an ERR, say) is sent, then the connection is closed.
    std::optional<control_server_output> poll_output();
    [[nodiscard]] control_server_state state() const;
    [[nodiscard]] std::optional<suite_id> suite() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
