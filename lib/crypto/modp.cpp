#include "buri/crypto/modp.hpp"

namespace buri::crypto {
namespace {

/// p, what is needed to compute modulo p, and the largest value that a peer may send.
struct group {
    openssl::number prime{BN_get_rfc3526_prime_2048(nullptr)};
    openssl::number largest_public{BN_dup(prime.get())};
    openssl::number generator{BN_new()};
    openssl::montgomery montgomery{BN_MONT_CTX_new()};

    group() {
        const openssl::number_context scratch(BN_CTX_new());
        openssl::require(prime && largest_public && generator && montgomery && scratch);
        openssl::require(BN_sub_word(largest_public.get(), 2) == 1 && BN_set_word(generator.get(), 2) == 1);
        openssl::require(BN_MONT_CTX_set(montgomery.get(), prime.get(), scratch.get()) == 1);
    }
};

const group& group14() {
    static const group made;
    return made;
}

openssl::number to_number(byte_view big_endian) {
    openssl::number made(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
    openssl::require(made != nullptr);
    return made;
}

}  // namespace

modp_key::modp_key(byte_view exponent) : exponent_(to_number(exponent)) {
    BN_set_flags(exponent_.get(), BN_FLG_CONSTTIME);
}

bytes modp_key::public_value() const {
    return power(group14().generator.get());
}

std::optional<bytes> modp_key::agree(byte_view peer_public) const {
    if (peer_public.size() != modp_size) return std::nullopt;
    const auto peer = to_number(peer_public);
    // 0, 1 and p-1 would make the secret known to everybody.
    if (BN_cmp(peer.get(), BN_value_one()) <= 0 || BN_cmp(peer.get(), group14().largest_public.get()) > 0) {
        return std::nullopt;
    }
    return power(peer.get());
}

bytes modp_key::power(const BIGNUM* base) const {
    const auto& group = group14();
    const openssl::number_context scratch(BN_CTX_secure_new());
    const openssl::number value(BN_new());
    openssl::require(scratch && value);
    openssl::require(BN_mod_exp_mont_consttime(value.get(), base, exponent_.get(), group.prime.get(), scratch.get(),
                                               group.montgomery.get()) == 1);
    bytes out(modp_size);
    openssl::require(BN_bn2binpad(value.get(), out.data(), static_cast<int>(out.size())) == modp_size);
    return out;
}

}  // namespace buri::crypto
