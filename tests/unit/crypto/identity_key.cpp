#include "buri/crypto/identity_key.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {
namespace {

const crypto::identity_key& rsa_key() {
    static const auto made = crypto::identity_key::generate_rsa(2048);
    return made;
}

crypto::identity_key ed25519_key(std::uint64_t seed) {
    seeded_random random(seed);
    return crypto::identity_key::generate_ed25519(random);
}

errc code_of(std::string_view pem) {
    const auto key = crypto::identity_key::from_pem(pem);
    return key ? errc{} : key.error().code;
}

std::string pem_block(std::string_view name, std::string_view base64) {
    return "-----BEGIN " + std::string(name) + "-----\n" + std::string(base64) + "\n-----END " + std::string(name) +
           "-----\n";
}

}  // namespace

TEST_CASE("an Ed25519 key comes from its random source alone") {
    CHECK(ed25519_key(1).to_pem() == ed25519_key(1).to_pem());
    CHECK(ed25519_key(1).to_pem() != ed25519_key(2).to_pem());
}

TEST_CASE("a key written as PEM is read as the same key") {
    const auto ed25519 = ed25519_key(1);
    for (const auto* const key : {&ed25519, &rsa_key()}) {
        const auto again = crypto::identity_key::from_pem(key->to_pem());
        REQUIRE(again);
        CHECK(again->type() == key->type());
        CHECK(again->public_part().blob() == key->public_part().blob());
        CHECK(again->to_pem() == key->to_pem());
    }
}

TEST_CASE("signatures hold for their data, key and suite only") {
    const auto ed25519 = ed25519_key(1);
    const bytes data{1, 2, 3};
    for (const auto* const key : {&ed25519, &rsa_key()}) {
        for (const auto& suite : all_suites()) {
            if (!key->fits(suite.id)) continue;
            auto signature = key->sign(suite.id, data);
            const auto& open_part = key->public_part();
            CHECK(open_part.verify(suite.id, data, signature));
            CHECK_FALSE(open_part.verify(suite.id, bytes{1, 2}, signature));
            CHECK_FALSE(open_part.verify(suite.id, data, {}));
            CHECK_FALSE(ed25519_key(2).public_part().verify(suite.id, data, signature));
            for (std::size_t at = 0; at < signature.size(); ++at) {
                signature[at] ^= 0x20U;
                CHECK_FALSE(open_part.verify(suite.id, data, signature));
                signature[at] ^= 0x20U;
                CHECK_FALSE(open_part.verify(suite.id, data, byte_view(signature).first(at)));
            }
        }
    }
    CHECK_FALSE(ed25519.fits(suite_id::classic));
    CHECK_FALSE(ed25519.public_part().verify(suite_id::classic, data, ed25519.sign(suite_id::aes, data)));
}

TEST_CASE("a PEM file may have Windows line ends and text before the key, and nothing after it") {
    const auto pem = ed25519_key(1).to_pem();
    std::string windows;
    for (const char c : pem)
        windows += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(code_of(windows) == errc{});
    CHECK(code_of("a comment\n" + pem) == errc{});
    CHECK(code_of(pem + "\n \n") == errc{});
    CHECK(code_of(pem + pem) == errc::key_file);
    CHECK(code_of(pem + "more") == errc::key_file);
}

TEST_CASE("what is not an unencrypted PKCS#8 key is refused with a reason, and nobody is asked for a passphrase") {
    CHECK(code_of("") == errc::key_file);
    CHECK(code_of("\n") == errc::key_file);
    CHECK(code_of(std::string(100'000, 'x')) == errc::key_file);
    CHECK(code_of(pem_block("PRIVATE KEY", "AAAA")) == errc::key_file);
    CHECK(code_of(pem_block("PUBLIC KEY", "AAAA")) == errc::key_file);
    CHECK(code_of(pem_block("RSA PRIVATE KEY", "AAAA")) == errc::key_file);
    const auto locked = crypto::identity_key::from_pem(pem_block("ENCRYPTED PRIVATE KEY", "AAAA"));
    REQUIRE_FALSE(locked);
    CHECK(locked.error().text.find("passphrase") != std::string::npos);
    const auto old = crypto::identity_key::from_pem(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA "
        "PRIVATE KEY-----\n");
    REQUIRE_FALSE(old);
    CHECK(old.error().text.find("passphrase") != std::string::npos);
    // RFC 8410's head with X25519's identifier.
    auto x25519 = from_hex("302e020100300506032b656e04220420").value();
    append(x25519, bytes(32, 7));
    CHECK(code_of(pem_block("PRIVATE KEY", to_base64(x25519))) == errc::key_file);
}

TEST_CASE("a PEM file cut anywhere is refused") {
    for (const auto& pem : {ed25519_key(1).to_pem(), rsa_key().to_pem()}) {
        for (std::size_t size = 0; size + 1 < pem.size(); size += 3) {
            INFO("cut to " << size);
            CHECK(code_of(pem.substr(0, size)) == errc::key_file);
        }
    }
}

TEST_CASE("keys are moved") {
    auto key = ed25519_key(1);
    const auto pem = key.to_pem();
    auto moved = std::move(key);
    CHECK(moved.to_pem() == pem);
    auto copy = moved.public_part();
    moved = ed25519_key(2);
    CHECK(copy.blob() != moved.public_part().blob());
}

}  // namespace buri::test
