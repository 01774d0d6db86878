#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/key_blob.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {
namespace {

const crypto::public_key& rsa_key() {
    static const auto made = crypto::identity_key::generate_rsa(2048);
    return made.public_part();
}

crypto::public_key ed25519_key() {
    seeded_random random(1);
    return crypto::identity_key::generate_ed25519(random).public_part();
}

bool accepted(byte_view blob) {
    const auto key = crypto::public_key::from_blob(blob);
    if (!key) CHECK(key.error().code == errc::key_unsuitable);
    return key.has_value();
}

bytes text(std::string_view value) {
    bytes out{0, 0, 0, static_cast<std::uint8_t>(value.size())};
    append(out, as_bytes(value));
    return out;
}

/// A blob of ssh-rsa with any bytes as its numbers.
bytes rsa_blob(const bytes& exponent, const bytes& modulus) {
    auto out = text("ssh-rsa");
    for (const auto* const part : {&exponent, &modulus}) {
        append(out,
               bytes{0, 0, static_cast<std::uint8_t>(part->size() >> 8U), static_cast<std::uint8_t>(part->size())});
        append(out, *part);
    }
    return out;
}

bytes modulus_of(std::size_t size, std::uint8_t first = 0xc1) {
    bytes out(size, 0x55);
    out.front() = first;
    if (first >= 0x80) out.insert(out.begin(), 0);
    return out;
}

}  // namespace

TEST_CASE("blobs cut at any length, or with anything after them, are refused") {
    for (const auto& blob : {ed25519_key().blob(), rsa_key().blob()}) {
        CHECK(accepted(blob));
        for (std::size_t size = 0; size < blob.size(); ++size)
            CHECK_FALSE(accepted(byte_view(blob).first(size)));
        auto longer = blob;
        longer.push_back(0);
        CHECK_FALSE(accepted(longer));
    }
}

TEST_CASE("a blob with a length field changed is refused") {
    const auto blob = rsa_key().blob();
    for (const std::size_t at : {0U, 1U, 2U, 3U, 11U, 12U, 13U, 14U, 18U, 19U, 20U, 21U}) {
        auto changed = blob;
        changed[at] ^= 0x04U;
        INFO("byte " << at);
        CHECK_FALSE(accepted(changed));
    }
}

TEST_CASE("RSA numbers have one encoding, and are positive") {
    const bytes e{1, 0, 1};
    CHECK(accepted(rsa_blob(e, modulus_of(256))));
    CHECK_FALSE(accepted(rsa_blob({}, modulus_of(256))));
    CHECK_FALSE(accepted(rsa_blob(e, {})));
    CHECK_FALSE(accepted(rsa_blob({0, 1, 0, 1}, modulus_of(256))));
    CHECK_FALSE(accepted(rsa_blob({0}, modulus_of(256))));
    auto negative = modulus_of(256);
    negative.erase(negative.begin());
    CHECK_FALSE(accepted(rsa_blob(e, negative)));
    auto padded = modulus_of(256);
    padded.insert(padded.begin(), 0);
    CHECK_FALSE(accepted(rsa_blob(e, padded)));
}

TEST_CASE("RSA keys have 2048 to 4096 bits, odd numbers, and an exponent above 2^16 and below 2^32") {
    const bytes e{1, 0, 1};
    CHECK(accepted(rsa_blob(e, modulus_of(256, 0x80))));
    CHECK_FALSE(accepted(rsa_blob(e, modulus_of(256, 0x7f))));
    CHECK(accepted(rsa_blob(e, modulus_of(512, 0xff))));
    CHECK_FALSE(accepted(rsa_blob(e, modulus_of(513, 0x01))));
    CHECK_FALSE(accepted(rsa_blob(e, modulus_of(128))));
    auto even = modulus_of(256);
    even.back() = 0x54;
    CHECK_FALSE(accepted(rsa_blob(e, even)));
    for (const auto& bad :
         {bytes{1}, bytes{3}, bytes{17}, bytes{1, 1}, bytes{1, 0, 0}, bytes{1, 0, 2}, bytes{1, 0, 0, 0, 1}}) {
        CHECK_FALSE(accepted(rsa_blob(bad, modulus_of(256))));
    }
    for (const auto& good :
         {bytes{1, 0, 3}, bytes{1, 1, 1}, bytes{0x7f, 0xff, 0xff, 0xff}, bytes{0, 0xff, 0xff, 0xff, 0xff}}) {
        CHECK(accepted(rsa_blob(good, modulus_of(256))));
    }
}

TEST_CASE("Ed25519 points of small order, or in a second encoding, are refused") {
    for (const std::string_view point : {
             "0100000000000000000000000000000000000000000000000000000000000000",
             "0000000000000000000000000000000000000000000000000000000000000000",
             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
             "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
             "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         }) {
        crypto::ed25519_parts parts;
        std::ranges::copy(from_hex(point).value(), parts.point.begin());
        CHECK_FALSE(accepted(crypto::encode_key_blob(parts)));
        parts.point.back() |= 0x80U;
        CHECK_FALSE(accepted(crypto::encode_key_blob(parts)));
    }
}

TEST_CASE("kinds of key that are not ours are refused") {
    CHECK_FALSE(accepted(text("ssh-dss")));
    CHECK_FALSE(accepted(text("ecdsa-sha2-nistp256")));
    CHECK_FALSE(accepted(bytes(2000, 0)));
}

TEST_CASE("a public key's line stays one line whatever its comment holds") {
    const auto line = ed25519_key().openssh_line("a\nssh-rsa AAAA\r\x1b");
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.ends_with(" assh-rsa AAAA\n"));
    CHECK(ed25519_key().openssh_line("").find(' ', 12) == std::string::npos);
    CHECK(rsa_key().openssh_line("x").starts_with("ssh-rsa AAAA"));
}

}  // namespace buri::test
