// The functions on plain structs are what the header says why; OpenSSL 3 marks them deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "buri/crypto/hmac_context.hpp"

#include "buri/base/secret.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <openssl/crypto.h>

namespace buri::crypto {
namespace {

constexpr std::size_t block_size = 64;  // of SHA-1 and SHA-256

template <typename Engine>
void begin_with(typename Engine::context& context, const secret<block_size>& key, std::uint8_t pad) {
    secret<block_size> block;
    for (std::size_t i = 0; i < block_size; ++i)
        block.writable()[i] = key.view()[i] ^ pad;
    Engine::begin(context);
    Engine::add(context, block.view());
}

}  // namespace

void sha1_engine::begin(context& with) {
    openssl::require(SHA1_Init(&with) == 1);
}
void sha1_engine::add(context& with, byte_view data) {
    openssl::require(SHA1_Update(&with, data.data(), data.size()) == 1);
}
void sha1_engine::end(context& with, std::uint8_t* out) {
    openssl::require(SHA1_Final(out, &with) == 1);
}

void sha256_engine::begin(context& with) {
    openssl::require(SHA256_Init(&with) == 1);
}
void sha256_engine::add(context& with, byte_view data) {
    openssl::require(SHA256_Update(&with, data.data(), data.size()) == 1);
}
void sha256_engine::end(context& with, std::uint8_t* out) {
    openssl::require(SHA256_Final(out, &with) == 1);
}

template <typename Engine>
hmac_context<Engine>::hmac_context(byte_view key) {
    secret<block_size> block;
    if (key.size() > block_size) {
        Engine::begin(present_);
        Engine::add(present_, key);
        Engine::end(present_, block.writable().data());
    } else {
        std::ranges::copy(key, block.writable().begin());
    }
    begin_with<Engine>(inner_start_, block, 0x36);
    begin_with<Engine>(outer_start_, block, 0x5c);
    present_ = inner_start_;
}

template <typename Engine>
hmac_context<Engine>::~hmac_context() {
    for (auto* const context : {&inner_start_, &outer_start_, &present_})
        OPENSSL_cleanse(context, sizeof(*context));
}

template <typename Engine>
hmac_context<Engine>& hmac_context<Engine>::add(byte_view data) {
    Engine::add(present_, data);
    return *this;
}

template <typename Engine>
void hmac_context<Engine>::finish(byte_span out) {
    secret<Engine::size> value;
    Engine::end(present_, value.writable().data());
    present_ = outer_start_;
    add(value.view());
    Engine::end(present_, value.writable().data());
    std::ranges::copy(value.view().first(std::min(out.size(), Engine::size)), out.begin());
    present_ = inner_start_;
}

template class hmac_context<sha1_engine>;
template class hmac_context<sha256_engine>;

}  // namespace buri::crypto
