#pragma once
// Identity keys: Ed25519 or RSA of 2048 to 4096 bits (protocol section 1).
#include "buri/base/bytes.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/digest.hpp"

#include <memory>
#include <string>

namespace buri::crypto {

enum class key_type : std::uint8_t { ed25519, rsa };

std::string_view to_string(key_type type);  ///< "ed25519", "rsa"

/// "SHA256:" and unpadded base64 of the key blob's SHA-256, as ssh-keygen -l prints it.
std::string fingerprint(byte_view key_blob);
/// "hh:hh:…" of the key blob's SHA-1, as suite 1 shows it.
std::string classic_fingerprint(byte_view key_blob);
/// The 32 bytes of "SHA256:…"; errc::usage if the text is not one.
result<sha256_digest> parse_fingerprint(std::string_view text);

/// Checks signatures. Made from a key blob (RFC 4253 section 6.6 ssh-rsa, RFC 8709 ssh-ed25519) that may come from anybody.
class public_key {
public:
    static constexpr std::size_t max_blob_size = 1024;

    /// errc::key_unsuitable: not a blob, of another kind, RSA outside 2048 to 4096 bits or with an unusual exponent.
    static result<public_key> from_blob(byte_view blob);
    public_key(const public_key&);
    public_key& operator=(const public_key&);
    public_key(public_key&&) noexcept;
    public_key& operator=(public_key&&) noexcept;
    ~public_key();

    [[nodiscard]] key_type type() const;
    [[nodiscard]] const bytes& blob() const;
    /// One line in OpenSSH's format, with a line end.
    [[nodiscard]] std::string openssh_line(std::string_view comment) const;

    /// Suite 1: RSA PKCS#1 v1.5 with SHA-1. Others: Ed25519, or RSA-PSS with SHA-256 (salt of 32 bytes), by the key's type.
    /// False for a key that the suite cannot use.
    [[nodiscard]] bool verify(suite_id suite, byte_view data, byte_view signature) const;

private:
    struct state;
    explicit public_key(std::shared_ptr<const state> made);
    std::shared_ptr<const state> state_;
    friend class identity_key;
};

/// A private key.
class identity_key {
public:
    static identity_key generate_ed25519(random_source& random);
    static identity_key generate_rsa(unsigned bits = 3072);
    /// PEM PKCS#8; errc::key_file if it is something else or encrypted.
    static result<identity_key> from_pem(std::string_view pem);
    identity_key(identity_key&&) noexcept;
    identity_key& operator=(identity_key&&) noexcept;
    ~identity_key();

    [[nodiscard]] const public_key& public_part() const;
    [[nodiscard]] key_type type() const { return public_part().type(); }
    /// PEM PKCS#8. The caller keeps it where others cannot read it.
    [[nodiscard]] std::string to_pem() const;

    /// True if the suite can sign with this key: suite 1 needs RSA.
    [[nodiscard]] bool fits(suite_id suite) const;
    /// As public_key::verify expects it. The key must fit the suite.
    [[nodiscard]] bytes sign(suite_id suite, byte_view data) const;

private:
    struct state;
    explicit identity_key(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

}  // namespace buri::crypto
