// KEYMAT of suite 1 and the keys of the others, computed with Python's hmac from the inputs below.
#include "buri/crypto/traffic_keys.hpp"

#include "buri/crypto/digest.hpp"
#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

#include <numeric>

namespace buri::test::vectors {
namespace {
/// The secret of the exchange in key_agreement.cpp.
constexpr std::string_view shared_ab =
    "c7f3c9022f18211e5da47e7450134cf7100f9943663ae552968fc244556e3892805c2aa0faa4257f80d6d881ec89861df1b6"
    "f46862a7df579b609b8b853d8e0521db2abbf227c8014c6947a1b78f4531caa23d83f0014f6e4c7d4b1ca0bca08c48226905"
    "3dc886a13ec858bbbe7bad37d709acc2113da100d7a7f238a2b5b68a7096d8683bf83b078a1ee24d927008be65292b9f8c3a"
    "8e061b377c5b3a74bf85a545719fc3d37d8a0732ec3f9806e7287ba605c3570ba10bd67def75ebe0b83f5e4d3bd54b223fb8"
    "13983915e119cd584445ef9381ce699a46c4778f13c71470511a3c4213a5c5bfedff636540a950862d0ab9f41ceb9701b7ce"
    "d35542f240b1";
constexpr std::string_view keymat =
    "82f05f534bbb49b0ea47b94641783fad4ba1d43980a4507b6fa469332b681c85d52d0db6b0a65b06f5db83a80638eece71b6"
    "85f03cdbd19bfb795d3748e4ff4a99ae8bbc3659b64a4d82602cece67d2166237147291f6f116844c9fb1e3cf079e48f80c7";
constexpr std::string_view material =
    "67a9c4d5a9cd3a2403592c47df8ed8d7c273c11bd8a1039398cf6ca885a37022a1743f134e6932cbcce725f157d4eef14a52"
    "db18195c9fb70d6d2ff689e013acf44173c812af39e24fe471619a9f7b04133686eec6419a73";

bytes counting(std::size_t size, std::uint8_t first) {
    bytes out(size);
    std::iota(out.begin(), out.end(), first);
    return out;
}

const auto ni = counting(128, 0);
const bytes nr = [] {
    bytes out(128);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(255 - i);
    return out;
}();

}  // namespace

TEST_CASE("KEYMAT of suite 1 is T1 | T2 | ... of HMAC-SHA1") {
    bytes out(100);
    crypto::classic_keymat(hex(shared_ab), ni, nr, out);
    CHECK(to_hex(out) == keymat);
    bytes shorter(33);
    crypto::classic_keymat(hex(shared_ab), ni, nr, shorter);
    CHECK(to_hex(shorter) == keymat.substr(0, 66));
}

TEST_CASE("Ke and Ka of suite 1 are KEYMAT's first 32 and next 20 bytes, both ways") {
    const auto keys =
        crypto::derive_traffic_keys(suite_id::classic, crypto::shared_secret(hex(shared_ab)), ni, nr, "ignored", {});
    CHECK(to_hex(keys.to_responder.cipher.view()) == keymat.substr(0, 64));
    CHECK(to_hex(keys.to_responder.mac.view()) == keymat.substr(64, 40));
    CHECK(to_hex(keys.to_initiator.cipher.view()) == keymat.substr(0, 64));
    CHECK(to_hex(keys.to_initiator.mac.view()) == keymat.substr(64, 40));
}

TEST_CASE("keys of suites 2 and 3 are HKDF's 88 bytes in order") {
    const auto suite = GENERATE(suite_id::aes, suite_id::chacha);
    const auto keys =
        crypto::derive_traffic_keys(suite, crypto::shared_secret(counting(32, 64)), counting(32, 0), counting(32, 32),
                                    "buri control", crypto::sha256(as_bytes("context")));
    CHECK(keys.suite == suite);
    CHECK(to_hex(keys.to_responder.cipher.view()) == material.substr(0, 64));
    CHECK(to_hex(keys.to_initiator.cipher.view()) == material.substr(64, 64));
    CHECK(to_hex(keys.to_responder.iv.view()) == material.substr(128, 24));
    CHECK(to_hex(keys.to_initiator.iv.view()) == material.substr(152, 24));
}

}  // namespace buri::test::vectors
