#include "buri/crypto/hmac_context.hpp"

namespace buri::crypto {

hmac_context::hmac_context(const EVP_MD* digest, byte_view key)
    : context_(EVP_MD_CTX_new()), digest_size_(static_cast<std::size_t>(EVP_MD_get_size(digest))) {
    openssl::require(context_ != nullptr && EVP_DigestInit_ex2(context_.get(), digest, nullptr) == 1);
    secret<block_size> block;
    if (key.size() > block_size) {
        openssl::require(EVP_DigestUpdate(context_.get(), key.data(), key.size()) == 1);
        end(block.writable().first<max_digest_size>());
    } else {
        std::ranges::copy(key, block.writable().begin());
    }
    for (std::size_t i = 0; i < block_size; ++i) {
        inner_block_.writable()[i] = block.view()[i] ^ 0x36U;
        outer_block_.writable()[i] = block.view()[i] ^ 0x5cU;
    }
    begin(inner_block_);
}

hmac_context& hmac_context::add(byte_view data) {
    openssl::require(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1);
    return *this;
}

void hmac_context::finish(byte_span out) {
    secret<max_digest_size> value;
    end(value.writable());
    begin(outer_block_);
    add(value.view().first(digest_size_));
    end(value.writable());
    std::ranges::copy(value.view().first(std::min(out.size(), digest_size_)), out.begin());
    begin(inner_block_);
}

void hmac_context::begin(const secret<block_size>& block) {
    openssl::require(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1);
    add(block.view());
}

void hmac_context::end(std::span<std::uint8_t, max_digest_size> out) {
    openssl::require(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
}

}  // namespace buri::crypto
