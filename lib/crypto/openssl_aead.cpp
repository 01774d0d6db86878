#include "buri/crypto/aead_key.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <algorithm>
#include <array>

namespace buri::crypto {
namespace {

const EVP_CIPHER* cipher_of(suite_id suite) {
    return suite == suite_id::chacha ? openssl::chacha20_poly1305() : openssl::aes_256_gcm();
}

int length_of(byte_view data) {
    return static_cast<int>(data.size());
}

/// The context keeps the expanded key; a message sets the IV only.
class openssl_aead final : public aead_key {
public:
    openssl_aead(suite_id suite, aead_cipher_key key, secrecy kept) : context_(EVP_CIPHER_CTX_new()), kept_(kept) {
        openssl::require(context_ != nullptr);
        openssl::require(EVP_EncryptInit_ex2(context_.get(), cipher_of(suite), key.data(), nullptr, nullptr) == 1);
    }

    void seal(aead_nonce nonce, byte_view aad, byte_view plain, byte_span text, aead_tag_span tag) override {
        auto* const context = context_.get();
        int done = 0;
        openssl::require(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1);
        openssl::require(EVP_EncryptUpdate(context, nullptr, &done, aad.data(), length_of(aad)) == 1);
        openssl::require(plain.empty() ||
                         EVP_EncryptUpdate(context, result_in(text), &done, plain.data(), length_of(plain)) == 1);
        if (kept_ == secrecy::authenticated_only) copy_text(plain, text);
        openssl::require(EVP_EncryptFinal_ex(context, tag.data(), &done) == 1);
        openssl::require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, aead_tag_size, tag.data()) == 1);
    }

    bool open(aead_nonce nonce, byte_view aad, byte_span text, aead_tag_view tag) override {
        auto* const context = context_.get();
        std::array<std::uint8_t, aead_tag_size> expected{};
        std::ranges::copy(tag, expected.begin());
        int done = 0;
        openssl::require(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1);
        openssl::require(EVP_DecryptUpdate(context, nullptr, &done, aad.data(), length_of(aad)) == 1);
        openssl::require(text.empty() ||
                         EVP_DecryptUpdate(context, result_in(text), &done, text.data(), length_of(text)) == 1);
        openssl::require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead_tag_size, expected.data()) == 1);
        std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> nothing{};
        return EVP_DecryptFinal_ex(context, nothing.data(), &done) == 1;
    }

private:
    /// Without a place for the result, what is given is AAD.
    [[nodiscard]] std::uint8_t* result_in(byte_span text) const {
        return kept_ == secrecy::encrypted ? text.data() : nullptr;
    }

    openssl::cipher_context context_;
    secrecy kept_;
};

}  // namespace

std::unique_ptr<aead_key> make_openssl_key(suite_id suite, aead_cipher_key key, secrecy kept) {
    return std::make_unique<openssl_aead>(suite, key, kept);
}

}  // namespace buri::crypto
