#include "buri/crypto/key_agreement.hpp"

#include "buri/crypto/system_random.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

TEST_CASE("two ends agree on one secret, in every suite") {
    for (const auto& suite : all_suites()) {
        seeded_random random(1);
        const auto a = crypto::ephemeral_key::generate(suite.id, random);
        const auto b = crypto::ephemeral_key::generate(suite.id, random);
        CHECK(a.public_value().size() == suite.dh_size);
        CHECK_FALSE(std::ranges::equal(a.public_value(), b.public_value()));
        const auto at_a = a.agree(b.public_value());
        const auto at_b = b.agree(a.public_value());
        REQUIRE((at_a && at_b));
        CHECK(at_a->view().size() == suite.dh_size);
        CHECK(std::ranges::equal(at_a->view(), at_b->view()));
    }
}

TEST_CASE("points of low order, in any encoding, give no secret") {
    seeded_random random(1);
    const auto key = crypto::ephemeral_key::generate(suite_id::aes, random);
    for (const std::string_view point : {
             "0000000000000000000000000000000000000000000000000000000000000000",
             "0100000000000000000000000000000000000000000000000000000000000000",
             "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
             "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         }) {
        auto value = from_hex(point).value();
        CHECK_FALSE(key.agree(value));
        value.back() |= 0x80U;
        CHECK_FALSE(key.agree(value));
    }
}

TEST_CASE("values of the wrong size give no secret") {
    for (const auto& suite : all_suites()) {
        seeded_random random(1);
        const auto key = crypto::ephemeral_key::generate(suite.id, random);
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, suite.dh_size - 1, suite.dh_size + 1}) {
            CHECK_FALSE(key.agree(bytes(size, 9)));
        }
    }
}

TEST_CASE("MODP values of 0, 1 and from p on give no secret, 2 does") {
    seeded_random random(1);
    const auto key = crypto::ephemeral_key::generate(suite_id::classic, random);
    bytes value(256);
    CHECK_FALSE(key.agree(value));
    value.back() = 1;
    CHECK_FALSE(key.agree(value));
    value.back() = 2;
    CHECK(key.agree(value));
    CHECK(std::ranges::equal(key.agree(value)->view(), key.public_value()));
    CHECK_FALSE(key.agree(bytes(256, 0xff)));
}

TEST_CASE("a small public value is padded on the left") {
    const auto key = crypto::ephemeral_key::from_private(suite_id::classic, bytes{9});
    bytes expected(256);
    expected[254] = 2;
    CHECK(std::ranges::equal(key.public_value(), expected));
}

TEST_CASE("keys and secrets are moved, and a secret that is replaced is gone") {
    crypto::system_random random;
    auto first = crypto::ephemeral_key::generate(suite_id::aes, random);
    const bytes value(first.public_value().begin(), first.public_value().end());
    const auto key = std::move(first);
    CHECK(std::ranges::equal(key.public_value(), value));
    crypto::shared_secret secret(bytes(32, 1));
    secret = crypto::shared_secret(bytes(32, 2));
    CHECK(std::ranges::equal(secret.view(), bytes(32, 2)));
}

}  // namespace buri::test
