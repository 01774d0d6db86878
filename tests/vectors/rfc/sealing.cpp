// Ciphertexts of RFC 8439 section 2.8.2, of the GCM specification's test case 15, and of NIST SP 800-38A F.2.5, through the
// sealer: the IV is chosen so that the nonce is the document's. Our 8-byte header is another AAD than the documents', so whole
// messages, tags and MACs were computed besides with Python's `cryptography` and hmac, from the same inputs; the tags of messages
// that are only authenticated with a program that calls OpenSSL's EVP on header and message in one piece.
#include "buri/crypto/sealing.hpp"

#include "tests/support/sealing_modes.hpp"
#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

#include <numeric>

namespace buri::test::vectors {
namespace {

constexpr std::string_view text = "Ladies and Gentlemen of the class";
const bytes header = hex("0000003400000102");

crypto::direction_keys counting_keys() {
    crypto::direction_keys keys;
    std::iota(keys.cipher.writable().begin(), keys.cipher.writable().end(), std::uint8_t{0});
    std::iota(keys.mac.writable().begin(), keys.mac.writable().end(), std::uint8_t{0x40});
    std::iota(keys.iv.writable().begin(), keys.iv.writable().end(), std::uint8_t{0xa0});
    return keys;
}

crypto::direction_keys keys_of(std::string_view cipher, std::string_view nonce) {
    crypto::direction_keys keys = counting_keys();
    std::ranges::copy(hex(cipher), keys.cipher.writable().begin());
    std::ranges::copy(hex(nonce), keys.iv.writable().begin());
    keys.iv.writable()[10] ^= header[6];
    keys.iv.writable()[11] ^= header[7];
    return keys;
}

using crypto::secrecy;

/// By every library that this machine has: all make the same.
bytes sealed(suite_id suite, const crypto::direction_keys& keys, byte_view plain, secrecy kept = secrecy::encrypted) {
    bytes payload(crypto::sealed_size(suite, plain.size()));
    CHECK(crypto::sealer(suite, keys, kept).seal(sized<8>(header), plain, payload) == payload.size());
    for (const auto library : libraries_of(suite)) {
        bytes again(payload.size());
        crypto::sealer(suite, keys, kept, library).seal(sized<8>(header), plain, again);
        CHECK(to_hex(again) == to_hex(payload));
    }
    return payload;
}

std::string opened(suite_id suite, const crypto::direction_keys& keys, const bytes& payload,
                   secrecy kept = secrecy::encrypted) {
    std::string out;
    for (const auto library : libraries_of(suite)) {
        auto copy = payload;
        const auto plain = crypto::opener(suite, keys, kept, library).open(sized<8>(header), copy);
        REQUIRE(plain);
        CHECK((library == crypto::aead_library::openssl || to_string(*plain) == out));
        out = to_string(*plain);
    }
    return out;
}

}  // namespace

TEST_CASE("ChaCha20, RFC 8439 section 2.8.2") {
    const auto keys =
        keys_of("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647");
    const auto plain = as_bytes(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
        "be it.");
    const auto payload = sealed(suite_id::chacha, keys, plain);
    CHECK(to_hex(byte_view(payload).first(plain.size())) ==
          "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
          "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
          "3ff4def08e4b7a9de576d26586cec64b6116");
}

TEST_CASE("AES-256-GCM, the specification's test case 15") {
    const auto keys =
        keys_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888");
    const auto plain =
        hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa0de657ba637b391aafd255");
    const auto payload = sealed(suite_id::aes, keys, plain);
    CHECK(to_hex(byte_view(payload).first(plain.size())) ==
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
          "c5f61e6393ba7a0abcc9f662898015ad");
}

TEST_CASE("AES-256-CBC, NIST SP 800-38A F.2.5, with its padding and MAC") {
    const auto keys =
        keys_of("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000000000000000000000000");
    const auto payload =
        hex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461"
            "b2eb05e2c39be9fcda6c19078c6a9d1b"
            "3f461796d6b0d6b2e0c2a72b4d80e644"
            "000102030405060708090a0b0c0d0e0f"
            "69e44791fd6e3c4aa445a66a");
    CHECK(to_hex(as_bytes(opened(suite_id::classic, keys, payload))) ==
          "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
          "f69f2445df4f9b17ad2b417be66c3710");
}

TEST_CASE("whole messages of suites 2 and 3") {
    const auto keys = counting_keys();
    CHECK(to_hex(sealed(suite_id::aes, keys, as_bytes(text))) ==
          "a14944d1b5ac8a3db70c27f175b0b922bc0d8577ddf67c4c8655f77707622ad76e76a318dde5bdd13adfbcab76db36d679");
    CHECK(to_hex(sealed(suite_id::aes, keys, {})) == "1cc97a403226c00a0cddd9d6e9cd5828");
    CHECK(to_hex(sealed(suite_id::chacha, keys, as_bytes(text))) ==
          "87ead687e12db9d05a7a67f3d7390f546b8ca7e9d3639b61def65b68bf8460ac21c0ea7a4d6f4b6756b8b6a2c6812dd4d2");
    CHECK(to_hex(sealed(suite_id::chacha, keys, {})) == "826e1e822350afe76c3c29fbe6211f83");
    CHECK(opened(suite_id::aes, keys, sealed(suite_id::aes, keys, as_bytes(text))) == text);
    CHECK(opened(suite_id::chacha, keys, sealed(suite_id::chacha, keys, as_bytes(text))) == text);
}

TEST_CASE("whole messages of suites 2 and 3 that are only authenticated") {
    const auto keys = counting_keys();
    constexpr auto plain = secrecy::authenticated_only;
    const auto clear = to_hex(as_bytes(text));
    CHECK(to_hex(sealed(suite_id::aes, keys, as_bytes(text), plain)) == clear + "6205aa81c3adbf53f4e834fd510c5065");
    CHECK(to_hex(sealed(suite_id::aes, keys, {}, plain)) == "1cc97a403226c00a0cddd9d6e9cd5828");
    CHECK(to_hex(sealed(suite_id::chacha, keys, as_bytes(text), plain)) == clear + "4e92814e2549f225e4659e7b9a2afa4f");
    CHECK(to_hex(sealed(suite_id::chacha, keys, {}, plain)) == "826e1e822350afe76c3c29fbe6211f83");
    CHECK(opened(suite_id::aes, keys, hex(clear + "6205aa81c3adbf53f4e834fd510c5065"), plain) == text);
    CHECK(opened(suite_id::chacha, keys, hex(clear + "4e92814e2549f225e4659e7b9a2afa4f"), plain) == text);
}

TEST_CASE("whole messages of suite 1") {
    const auto keys = counting_keys();
    CHECK(opened(suite_id::classic, keys,
                 hex("aef277e352f344627dd7e43ba0889dd41d87650440ca484af34e284aa6a40155cfa4ae877a43f37375faa605e21bb06bc"
                     "0c1c2c3c4c5c6c7c8c9cacbcccdcecf7a2e8715c6e5d83eabfdcd08")) == text);
    CHECK(opened(suite_id::classic, keys,
                 hex("72632bc60108c6c58c17fb67ab63ab95c0c1c2c3c4c5c6c7c8c9cacbcccdcecfae6fcedc2b4d242aed9620f3"))
              .empty());
    CHECK(opened(suite_id::classic, keys,
                 hex("8752a6a924536b2134a95ad02d3b43acf5dc82ecbfd7c603465b6f1a2c01e413c0c1c2c3c4c5c6c7c8c9cacbcccdcecff"
                     "66e233662203721693e3434")) == "0123456789abcdef");
}

}  // namespace buri::test::vectors
