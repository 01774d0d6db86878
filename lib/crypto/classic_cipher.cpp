#include "buri/crypto/classic_cipher.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/crypto/system_random.hpp"

namespace buri::crypto {
namespace {

constexpr std::size_t block_size = 16;
constexpr std::size_t iv_size = 16;
constexpr std::size_t mac_size = 12;

std::size_t padded_size(std::size_t plain) {
    return (plain / block_size + 1) * block_size;
}

int length_of(byte_view data) {
    return static_cast<int>(data.size());
}

/// The padding is ours, because OpenSSL's would write past the room that is given.
openssl::cipher_context new_context(const EVP_CIPHER* cipher, byte_view key, bool encrypts) {
    openssl::cipher_context made(EVP_CIPHER_CTX_new());
    openssl::require(made != nullptr);
    openssl::require(EVP_CipherInit_ex2(made.get(), cipher, key.data(), nullptr, encrypts ? 1 : 0, nullptr) == 1);
    openssl::require(EVP_CIPHER_CTX_set_padding(made.get(), 0) == 1);
    return made;
}

openssl::cipher_context new_iv_maker() {
    secret<32> key;
    system_random().fill(key.writable());
    return new_context(openssl::aes_256_ecb(), key.view(), true);
}

/// The padding's length, or nothing. The bytes are authentic, so a wrong padding is the sender's mistake, not an
/// attack's trace.
std::optional<std::size_t> padding_of(byte_view text) {
    const auto count = text.back();
    if (count == 0 || count > block_size) return std::nullopt;
    if (!std::ranges::all_of(text.last(count), [count](std::uint8_t byte) { return byte == count; }))
        return std::nullopt;
    return count;
}

}  // namespace

std::size_t classic_sealed_size(std::size_t plain) {
    return padded_size(plain) + iv_size + mac_size;
}

classic_sealer::classic_sealer(const direction_keys& keys)
    : context_(new_context(openssl::aes_256_cbc(), keys.cipher.view(), true)),
      iv_maker_(new_iv_maker()),
      mac_(keys.mac.view()) {}

void classic_sealer::seal(sealed_header header, byte_view plain, byte_span sealed) {
    const auto text = sealed.first(padded_size(plain.size()));
    const auto iv = sealed.subspan(text.size(), iv_size);
    const auto mac = sealed.subspan(text.size() + iv_size, mac_size);
    const auto whole = plain.first(plain.size() / block_size * block_size);
    const auto last = text.last(block_size);
    std::ranges::copy(plain.subspan(whole.size()), last.begin());
    std::ranges::fill(text.subspan(plain.size()), static_cast<std::uint8_t>(text.size() - plain.size()));
    make_iv(header, iv);
    auto* const context = context_.get();
    int done = 0;
    openssl::require(EVP_EncryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr) == 1);
    openssl::require(whole.empty() ||
                     EVP_EncryptUpdate(context, text.data(), &done, whole.data(), length_of(whole)) == 1);
    openssl::require(EVP_EncryptUpdate(context, last.data(), &done, last.data(), length_of(last)) == 1);
    mac_.add(header).add(text).add(iv).finish(mac);
}

bool classic_sealer::made(sealed_header header, byte_view sealed_payload) const {
    if (sealed_payload.size() < iv_size + mac_size) return false;
    std::array<std::uint8_t, iv_size> own{};
    make_iv(header, own);
    return std::ranges::equal(own, sealed_payload.last(iv_size + mac_size).first(iv_size));
}

/// The header, never sealed twice, enciphered under a key that only this object knows (NIST SP 800-38A, appendix C):
/// nobody can foresee the IV, and it can be told again whether a message is one's own.
void classic_sealer::make_iv(sealed_header header, byte_span out) const {
    std::array<std::uint8_t, block_size> block{};
    std::ranges::copy(header, block.begin());
    int done = 0;
    openssl::require(EVP_EncryptUpdate(iv_maker_.get(), out.data(), &done, block.data(), length_of(block)) == 1);
}

classic_opener::classic_opener(const direction_keys& keys)
    : context_(new_context(openssl::aes_256_cbc(), keys.cipher.view(), false)), mac_(keys.mac.view()) {}

std::optional<byte_span> classic_opener::open(sealed_header header, byte_span payload) {
    if (payload.size() < block_size + iv_size + mac_size) return std::nullopt;
    const auto text = payload.first(payload.size() - iv_size - mac_size);
    if (text.size() % block_size != 0) return std::nullopt;
    const auto iv = payload.subspan(text.size(), iv_size);
    std::array<std::uint8_t, mac_size> expected{};
    mac_.add(header).add(text).add(iv).finish(expected);
    if (!equal_constant_time(expected, payload.last(mac_size))) return std::nullopt;
    int done = 0;
    openssl::require(EVP_DecryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr) == 1);
    openssl::require(EVP_DecryptUpdate(context_.get(), text.data(), &done, text.data(), length_of(text)) == 1);
    const auto padding = padding_of(text);
    if (!padding) {
        wipe(text);
        return std::nullopt;
    }
    return text.first(text.size() - *padding);
}

}  // namespace buri::crypto
