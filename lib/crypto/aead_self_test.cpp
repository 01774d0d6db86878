#include "buri/crypto/aead_self_test.hpp"

#include "buri/crypto/system_random.hpp"

#include <algorithm>
#include <array>

namespace buri::crypto {
namespace {

struct known_answer {
    std::string_view key, nonce, aad, plain, text, tag;
};

constexpr known_answer gcm_answer{"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                                  "cafebabefacedbaddecaf888",
                                  "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                                  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf"
                                  "0e2449a6b525b16aedf5aa0de657ba63"
                                  "7b39",
                                  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b0"
                                  "8b1056828838c5f61e6393ba7a0abcc9"
                                  "f662",
                                  "76fc6ece0f4e1768cddf8853bb2d551b"};

constexpr known_answer chacha_answer{
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
    "070000004041424344454647",
    "50515253c0c1c2c3c4c5c6c7",
    "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f666665"
    "72"
    "20796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e",
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905"
    "d6"
    "a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
    "1ae10b594f09e26a7e902ecbd0600691"};

struct sealed_message {
    bytes text;
    std::array<std::uint8_t, aead_tag_size> tag{};

    bool operator==(const sealed_message&) const = default;
};

sealed_message seal_apart(aead_key& key, aead_nonce nonce, byte_view aad, byte_view plain) {
    sealed_message out{bytes(plain.size()), {}};
    key.seal(nonce, aad, plain, out.text, out.tag);
    return out;
}

sealed_message seal_in_place(aead_key& key, aead_nonce nonce, byte_view aad, byte_view plain) {
    sealed_message out{bytes(plain.begin(), plain.end()), {}};
    key.seal(nonce, aad, out.text, out.text, out.tag);
    return out;
}

bool knows(const known_answer& answer, const aead_key_maker& make, suite_id suite) {
    const auto value = [](std::string_view hex) { return *from_hex(hex); };
    const auto raw_key = value(answer.key);
    const auto raw_nonce = value(answer.nonce);
    const auto key = make(suite, byte_view(raw_key).first<32>(), secrecy::encrypted);
    const auto got = seal_apart(*key, byte_view(raw_nonce).first<12>(), value(answer.aad), value(answer.plain));
    return got.text == value(answer.text) && std::ranges::equal(got.tag, value(answer.tag));
}

bool refuses_forged(aead_key& key, aead_nonce nonce, byte_view aad, sealed_message message, std::uint32_t bit) {
    const auto at = bit / 8 % (message.text.size() + aead_tag_size);
    auto& byte = at < message.text.size() ? message.text[at] : message.tag[at - message.text.size()];
    byte ^= static_cast<std::uint8_t>(1U << bit % 8);
    return !key.open(nonce, aad, message.text, message.tag);
}

bool agrees(aead_key& key, aead_key& reference, byte_view plain, random_source& random) {
    const auto nonce = random.array<12>();
    const auto aad = random.array<sealed_header_size>();
    auto expected = seal_apart(reference, nonce, aad, plain);
    if (seal_apart(key, nonce, aad, plain) != expected || seal_in_place(key, nonce, aad, plain) != expected)
        return false;
    if (!refuses_forged(key, nonce, aad, expected, random.u32())) return false;
    return key.open(nonce, aad, expected.text, expected.tag) && std::ranges::equal(expected.text, plain);
}

}  // namespace

bool passes_self_test(const aead_key_maker& make, suite_id suite) {
    constexpr int messages = 16;
    if (!knows(suite == suite_id::chacha ? chacha_answer : gcm_answer, make, suite)) return false;
    system_random random;
    bytes longest(9000);
    random.fill(longest);
    for (const auto kept : {secrecy::encrypted, secrecy::authenticated_only}) {
        const auto raw_key = random.array<32>();
        const auto key = make(suite, raw_key, kept);
        const auto reference = make_openssl_key(suite, raw_key, kept);
        for (int i = 0; i < messages; ++i) {
            const auto size = random.below(i % 2 == 0 ? 300 : 9001);
            if (!agrees(*key, *reference, byte_view(longest).first(size), random)) return false;
        }
    }
    return true;
}

}  // namespace buri::crypto
