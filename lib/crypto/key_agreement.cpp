#include "buri/crypto/key_agreement.hpp"

#include "buri/base/secret.hpp"
#include "buri/crypto/modp.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <algorithm>

namespace buri::crypto {
namespace {

constexpr std::size_t x25519_size = 32;

openssl::key x25519_private(byte_view value) {
    openssl::key made(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, value.data(), value.size()));
    openssl::require(made != nullptr);
    return made;
}

bytes x25519_public(const openssl::key& own) {
    bytes value(x25519_size);
    auto size = value.size();
    openssl::require(EVP_PKEY_get_raw_public_key(own.get(), value.data(), &size) == 1 && size == value.size());
    return value;
}

std::optional<shared_secret> x25519_agree(const openssl::key& own, byte_view peer_public) {
    if (peer_public.size() != x25519_size) return std::nullopt;
    const openssl::key peer(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer_public.data(), peer_public.size()));
    const openssl::key_context context(EVP_PKEY_CTX_new(own.get(), nullptr));
    openssl::require(peer != nullptr && context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
    openssl::require(EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
    bytes value(x25519_size);
    auto size = value.size();
    // Fails for a point of low order, whose product is zero; looked at once more here, as everything rests on it.
    if (EVP_PKEY_derive(context.get(), value.data(), &size) != 1 || size != value.size()) return std::nullopt;
    std::uint8_t any = 0;
    for (const auto byte : value)
        any |= byte;
    if (any == 0) return std::nullopt;
    return shared_secret(std::move(value));
}

}  // namespace

shared_secret& shared_secret::operator=(shared_secret&& other) noexcept {
    if (this != &other) {
        wipe(value_);
        value_ = std::move(other.value_);
    }
    return *this;
}

shared_secret::~shared_secret() {
    wipe(value_);
}

/// One of the two is set, by the suite.
struct ephemeral_key::state {
    openssl::key x25519;
    std::optional<modp_key> modp;
    bytes public_value;
};

ephemeral_key::ephemeral_key(std::unique_ptr<state> made) : state_(std::move(made)) {}
ephemeral_key::ephemeral_key(ephemeral_key&&) noexcept = default;
ephemeral_key& ephemeral_key::operator=(ephemeral_key&&) noexcept = default;
ephemeral_key::~ephemeral_key() = default;

ephemeral_key ephemeral_key::generate(suite_id suite, random_source& random) {
    if (suite == suite_id::classic) {
        secret<1 + 32> exponent;
        random.fill(exponent.writable().subspan<1>());
        exponent.writable()[0] = 1;  // above 256 random bits, so that every exponent takes equally long
        return from_private(suite, exponent.view());
    }
    secret<x25519_size> value;
    random.fill(value.writable());
    return from_private(suite, value.view());
}

ephemeral_key ephemeral_key::from_private(suite_id suite, byte_view value) {
    auto made = std::make_unique<state>();
    if (suite == suite_id::classic) {
        made->modp.emplace(value);
        made->public_value = made->modp->public_value();
    } else {
        made->x25519 = x25519_private(value);
        made->public_value = x25519_public(made->x25519);
    }
    return ephemeral_key(std::move(made));
}

byte_view ephemeral_key::public_value() const {
    return state_->public_value;
}

std::optional<shared_secret> ephemeral_key::agree(byte_view peer_public) const {
    if (!state_->modp) return x25519_agree(state_->x25519, peer_public);
    auto value = state_->modp->agree(peer_public);
    if (!value) return std::nullopt;
    return shared_secret(std::move(*value));
}

}  // namespace buri::crypto
