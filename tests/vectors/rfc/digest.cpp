// SHA-1 and SHA-256: FIPS 180. HMAC: RFC 2202, RFC 4231. HKDF: RFC 5869.
#include "buri/crypto/digest.hpp"

#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

namespace buri::test::vectors {
namespace {

constexpr std::string_view two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
constexpr std::string_view long_key_text = "Test Using Larger Than Block-Size Key - Hash Key First";

}  // namespace

TEST_CASE("SHA-1, FIPS 180") {
    CHECK(to_hex(crypto::sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(to_hex(crypto::sha1(as_bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(crypto::sha1(as_bytes(two_blocks))) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(to_hex(crypto::sha1(bytes(1'000'000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("SHA-256, FIPS 180") {
    CHECK(to_hex(crypto::sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(crypto::sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(crypto::sha256(as_bytes(two_blocks))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(crypto::sha256(bytes(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA1, RFC 2202 cases 1, 2 and 6") {
    CHECK(to_hex(crypto::hmac_sha1(bytes(20, 0x0b), as_bytes("Hi There"))) ==
          "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(to_hex(crypto::hmac_sha1(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    CHECK(to_hex(crypto::hmac_sha1(bytes(80, 0xaa), as_bytes(long_key_text))) ==
          "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC-SHA256, RFC 4231 cases 1, 2 and 6") {
    CHECK(to_hex(crypto::hmac_sha256(bytes(20, 0x0b), as_bytes("Hi There"))) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(crypto::hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(to_hex(crypto::hmac_sha256(bytes(131, 0xaa), as_bytes(long_key_text))) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HKDF-SHA256, RFC 5869 A.1 and A.3") {
    const auto prk = crypto::hkdf_extract(hex("000102030405060708090a0b0c"), bytes(22, 0x0b));
    CHECK(to_hex(prk.view()) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    bytes out(42);
    crypto::hkdf_expand(prk, hex("f0f1f2f3f4f5f6f7f8f9"), out);
    CHECK(to_hex(out) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    crypto::hkdf_expand(crypto::hkdf_extract({}, bytes(22, 0x0b)), {}, out);
    CHECK(to_hex(out) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

}  // namespace buri::test::vectors
