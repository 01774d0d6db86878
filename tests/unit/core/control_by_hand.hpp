#pragma once
// The control channel's bytes put together from protocol.md section 3 and the primitives alone, without core/ and wire/: what
// our machines must agree with.
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/key_agreement.hpp"
#include "buri/crypto/sealing.hpp"
#include "tests/support/seeded_random.hpp"

#include <initializer_list>
#include <optional>
#include <string_view>

namespace buri::test::control {

bytes joined(std::initializer_list<byte_view> parts);
bytes number(std::uint64_t value, std::size_t size);
/// A u16 length and the bytes.
bytes var(byte_view value);
bytes clear_frame(byte_view payload);

/// Takes fields from the front of a payload.
class field_taker {
public:
    explicit field_taker(byte_view payload) : rest_(payload.begin(), payload.end()) {}
    bytes take(std::size_t size);
    bytes take_var();
    [[nodiscard]] bool is_empty() const { return rest_.empty(); }

private:
    bytes rest_;
};

/// Keys of one channel, computed by hand.
struct hand_keys {
    suite_id suite = suite_id::aes;
    bytes cipher_to_server, cipher_to_node, mac, iv_to_server, iv_to_node;

    static hand_keys derive(suite_id suite, byte_view shared, byte_view ni, byte_view nr, byte_view helo_payload,
                            byte_view gr);
    [[nodiscard]] bytes seal(bool to_server, std::uint32_t id, byte_view payload) const;
    [[nodiscard]] std::optional<bytes> open(bool to_server, byte_view frame) const;
};

/// One end of the channel, with what it has seen.
struct hand_end {
    suite_id suite;
    seeded_random random{77};
    crypto::ephemeral_key ephemeral = crypto::ephemeral_key::generate(suite, random);
    bytes own_nonce, ni, nr, gi, gr;
    bytes helo_payload;
    bytes transcript;  ///< payloads from HELO on
    hand_keys keys;

    explicit hand_end(suite_id which);

    /// Node: the frame of HELO.
    bytes helo(byte_view server_key);
    /// Node: takes HELO OK, checks its signature; false if that is wrong.
    bool take_helo_ok(byte_view frame, const crypto::public_key& server);
    /// Server: takes HELO.
    void take_helo(byte_view frame, byte_view server_key);
    /// Server: the frame of HELO OK.
    bytes helo_ok(const crypto::identity_key& server);

    /// What a signature is over; `unsigned_payload` is its message without the signature field.
    [[nodiscard]] bytes signed_data(std::string_view label, byte_view unsigned_payload) const;
    /// The payload of a message that ends in a signature, added to the transcript.
    bytes signed_payload(std::string_view label, byte_view unsigned_payload, const crypto::identity_key& key);
};

}  // namespace buri::test::control
