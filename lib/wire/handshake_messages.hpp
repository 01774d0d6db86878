#pragma once
// Messages of the control channel up to AUTH OK (protocol section 3). The tag is the first byte of the payload.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/suite.hpp"

#include <optional>
#include <string>
#include <variant>

namespace buri::wire {

enum class control_tag : std::uint8_t {
    helo = 0x01,
    helo_ok = 0x02,
    helo_err = 0x03,
    key_request = 0x04,
    key = 0x05,
    register_account = 0x10,
    register_ok = 0x11,
    auth = 0x12,
    auth_ok = 0x13,
    err = 0x14,
    msg = 0x20,
};

inline constexpr std::size_t max_key_blob = 1024;
inline constexpr std::size_t max_signature = 512;  ///< RSA of 4096 bits
inline constexpr std::size_t max_text = 1024;

struct helo {  ///< version:u8 = 1, suite:u8, ServerKfp:var, Ni, Gi
    suite_id suite = suite_id::aes;
    bytes server_fingerprint;
    bytes nonce;
    bytes dh;
    bool operator==(const helo&) const = default;
};
struct helo_ok {  ///< Nr, Gr; suites >= 2 append server key blob:var, signature:var
    bytes nonce;
    bytes dh;
    bytes server_key;
    bytes signature;
    bool operator==(const helo_ok&) const = default;
};
struct helo_err {  ///< code:u16, text:var. The text of suite_refused is the list of accepted suites, as "2,3".
    std::uint16_t code = 0;
    std::string text;
    bool operator==(const helo_err&) const = default;
};
struct key_request {  ///< ServerKfp:var of 20 or 32 bytes; empty asks for the server's preferred key
    bytes server_fingerprint;
    bool operator==(const key_request&) const = default;
};
struct key_reply {  ///< server key blob:var
    bytes server_key;
    bool operator==(const key_reply&) const = default;
};
struct register_account {  ///< key blob:var, nickname:var
    bytes key;
    std::string nickname;
    bool operator==(const register_account&) const = default;
};
struct register_ok {  ///< identity:u32
    node_id identity;
    bool operator==(const register_ok&) const = default;
};
struct auth {  ///< identity:u32, signature:var
    node_id identity;
    bytes signature;
    bool operator==(const auth&) const = default;
};
struct auth_ok {  ///< signature:var
    bytes signature;
    bool operator==(const auth_ok&) const = default;
};
struct control_err {  ///< code:u16, text:var
    std::uint16_t code = 0;
    std::string text;
    bool operator==(const control_err&) const = default;
};
struct control_msg {  ///< one CBOR map
    bytes cbor;
    bool operator==(const control_msg&) const = default;
};

using control_message = std::variant<helo, helo_ok, helo_err, key_request, key_reply, register_account, register_ok,
                                     auth, auth_ok, control_err, control_msg>;

enum class parse_errc : std::uint8_t { malformed, unsupported_version, unsupported_suite, unknown_tag };

/// `suite` gives the sizes in HELO OK; the others do not need it.
tl::expected<control_message, parse_errc> parse_control_message(byte_view payload, suite_id suite);

/// Payload: tag and body. helo_ok and auth with an empty signature give the bytes that the signature's transcript holds only
/// if encoded by encode_unsigned.
bytes encode(const control_message& message, suite_id suite);

/// The payload without its signature field (length included), as the transcript hash of suites >= 2 takes it.
bytes encode_unsigned(const control_message& message, suite_id suite);

}  // namespace buri::wire
