#include "buri/crypto/digest.hpp"

#include "buri/crypto/hmac_context.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <openssl/crypto.h>

#include <utility>

namespace buri::crypto {
namespace {

template <typename Digest>
Digest hash(const EVP_MD* digest, byte_view data) {
    Digest out{};
    openssl::require(EVP_Digest(data.data(), data.size(), out.data(), nullptr, digest, nullptr) == 1);
    return out;
}

template <typename Context, typename Digest>
Digest hmac(byte_view key, byte_view data) {
    Digest out{};
    Context(key).add(data).finish(out);
    return out;
}

}  // namespace

sha1_digest sha1(byte_view data) {
    return hash<sha1_digest>(openssl::sha1(), data);
}
sha256_digest sha256(byte_view data) {
    return hash<sha256_digest>(openssl::sha256(), data);
}

struct sha256_stream::state {
    openssl::digest_context context{EVP_MD_CTX_new()};
};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {
    openssl::require(state_->context != nullptr &&
                     EVP_DigestInit_ex2(state_->context.get(), openssl::sha256(), nullptr) == 1);
}

sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

sha256_stream& sha256_stream::add(byte_view data) {
    openssl::require(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) == 1);
    return *this;
}

sha256_digest sha256_stream::value() const {
    const openssl::digest_context copy(EVP_MD_CTX_new());
    openssl::require(copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) == 1);
    sha256_digest out{};
    openssl::require(EVP_DigestFinal_ex(copy.get(), out.data(), nullptr) == 1);
    return out;
}

sha1_digest hmac_sha1(byte_view key, byte_view data) {
    return hmac<hmac_sha1_context, sha1_digest>(key, data);
}
sha256_digest hmac_sha256(byte_view key, byte_view data) {
    return hmac<hmac_sha256_context, sha256_digest>(key, data);
}

secret<32> hkdf_extract(byte_view salt, byte_view input) {
    secret<32> out;
    hmac_sha256_context(salt).add(input).finish(out.writable());
    return out;
}

void hkdf_expand(const secret<32>& key, byte_view info, byte_span out) {
    openssl::require(out.size() <= 255 * secret<32>::size_bytes);
    hmac_sha256_context mac(key.view());
    secret<32> block;
    for (std::uint8_t number = 1; !out.empty(); ++number) {
        if (number > 1) mac.add(block.view());
        mac.add(info).add({&number, 1}).finish(block.writable());
        const auto part = std::min(out.size(), block.view().size());
        std::ranges::copy(block.view().first(part), out.begin());
        out = out.subspan(part);
    }
}

bool equal_constant_time(byte_view a, byte_view b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace buri::crypto
