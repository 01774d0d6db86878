#include "buri/crypto/aead_cipher.hpp"

namespace buri::crypto {
namespace {

const EVP_CIPHER* cipher_of(suite_id suite) {
    return suite == suite_id::chacha ? openssl::chacha20_poly1305() : openssl::aes_256_gcm();
}

/// The header ends in the message's id, big-endian, as the nonce takes it. No id is sealed twice, so no nonce is.
std::array<std::uint8_t, 12> nonce_of(const secret<12>& iv, sealed_header header) {
    std::array<std::uint8_t, 12> nonce{};
    std::ranges::copy(iv.view(), nonce.begin());
    for (std::size_t i = 4; i < sealed_header_size; ++i)
        nonce[i + 4] ^= header[i];
    return nonce;
}

int length_of(byte_view data) {
    return static_cast<int>(data.size());
}

}  // namespace

aead_sealer::aead_sealer(suite_id suite, const direction_keys& keys, secrecy kept)
    : context_(EVP_CIPHER_CTX_new()), iv_(keys.iv.clone()), kept_(kept) {
    openssl::require(context_ != nullptr && EVP_EncryptInit_ex2(context_.get(), cipher_of(suite),
                                                                keys.cipher.view().data(), nullptr, nullptr) == 1);
}

void aead_sealer::seal(sealed_header header, byte_view plain, byte_span sealed) {
    const auto text = sealed.first(plain.size());
    const auto tag = sealed.subspan(plain.size(), aead_tag_size);
    auto* const context = context_.get();
    int done = 0;
    openssl::require(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce_of(iv_, header).data(), nullptr) == 1);
    openssl::require(EVP_EncryptUpdate(context, nullptr, &done, header.data(), length_of(header)) == 1);
    // Without a place for the result, what is given is AAD.
    auto* const result = kept_ == secrecy::encrypted ? text.data() : nullptr;
    openssl::require(plain.empty() || EVP_EncryptUpdate(context, result, &done, plain.data(), length_of(plain)) == 1);
    if (kept_ == secrecy::authenticated_only && plain.data() != text.data()) std::ranges::copy(plain, text.begin());
    openssl::require(EVP_EncryptFinal_ex(context, tag.data(), &done) == 1);
    openssl::require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, aead_tag_size, tag.data()) == 1);
}

aead_opener::aead_opener(suite_id suite, const direction_keys& keys, secrecy kept)
    : context_(EVP_CIPHER_CTX_new()), iv_(keys.iv.clone()), kept_(kept) {
    openssl::require(context_ != nullptr && EVP_DecryptInit_ex2(context_.get(), cipher_of(suite),
                                                                keys.cipher.view().data(), nullptr, nullptr) == 1);
}

std::optional<byte_span> aead_opener::open(sealed_header header, byte_span payload) {
    if (payload.size() < aead_tag_size) return std::nullopt;
    const auto text = payload.first(payload.size() - aead_tag_size);
    const auto tag = payload.last(aead_tag_size);
    auto* const context = context_.get();
    int done = 0;
    openssl::require(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce_of(iv_, header).data(), nullptr) == 1);
    openssl::require(EVP_DecryptUpdate(context, nullptr, &done, header.data(), length_of(header)) == 1);
    auto* const result = kept_ == secrecy::encrypted ? text.data() : nullptr;
    openssl::require(text.empty() || EVP_DecryptUpdate(context, result, &done, text.data(), length_of(text)) == 1);
    openssl::require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead_tag_size, tag.data()) == 1);
    std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> nothing{};
    if (EVP_DecryptFinal_ex(context, nothing.data(), &done) != 1) return std::nullopt;
    return text;
}

}  // namespace buri::crypto
