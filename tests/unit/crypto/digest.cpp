#include "buri/crypto/digest.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

TEST_CASE("a stream's value is that of its pieces joined, may be taken at any point, and does not end it") {
    seeded_random random(1);
    crypto::sha256_stream stream;
    bytes all;
    CHECK(stream.value() == crypto::sha256({}));
    for (std::size_t size = 0; size < 150; ++size) {
        bytes piece(size);
        random.fill(piece);
        append(all, piece);
        stream.add(piece);
        CHECK(stream.value() == crypto::sha256(all));
        CHECK(stream.value() == stream.value());
    }
    auto moved = std::move(stream);
    CHECK(moved.value() == crypto::sha256(all));
}

TEST_CASE("comparing in constant time compares") {
    const bytes a{1, 2, 3};
    CHECK(crypto::equal_constant_time(a, bytes{1, 2, 3}));
    CHECK_FALSE(crypto::equal_constant_time(a, bytes{1, 2, 4}));
    CHECK_FALSE(crypto::equal_constant_time(a, bytes{0, 2, 3}));
    CHECK_FALSE(crypto::equal_constant_time(a, bytes{1, 2}));
    CHECK(crypto::equal_constant_time({}, {}));
}

TEST_CASE("HKDF's output is a prefix of its longer output, up to 255 blocks") {
    const auto key = crypto::hkdf_extract(as_bytes("salt"), as_bytes("input"));
    bytes longest(std::size_t{255} * 32);
    crypto::hkdf_expand(key, as_bytes("info"), longest);
    for (const std::size_t size : {0U, 1U, 31U, 32U, 33U, 88U, 8159U}) {
        bytes out(size);
        crypto::hkdf_expand(key, as_bytes("info"), out);
        CHECK(std::equal(out.begin(), out.end(), longest.begin()));
    }
}

}  // namespace buri::test
