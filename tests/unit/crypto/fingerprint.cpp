#include "buri/crypto/identity_key.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

TEST_CASE("a fingerprint is read as it is written") {
    const auto blob = as_bytes("any blob");
    const auto text = crypto::fingerprint(blob);
    CHECK(text.size() == 7 + 43);
    REQUIRE(crypto::parse_fingerprint(text));
    CHECK(*crypto::parse_fingerprint(text) == crypto::sha256(blob));
}

TEST_CASE("what is not a fingerprint is refused") {
    const auto text = crypto::fingerprint(as_bytes("any blob"));
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto parsed = crypto::parse_fingerprint(text.substr(0, size));
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::usage);
    }
    CHECK_FALSE(crypto::parse_fingerprint(text + "A"));
    CHECK_FALSE(crypto::parse_fingerprint("sha256:" + text.substr(7)));
    CHECK_FALSE(crypto::parse_fingerprint(" " + text));
    CHECK_FALSE(crypto::parse_fingerprint("SHA256:" + std::string(43, '!')));
}

TEST_CASE("the classic fingerprint is SHA-1 in pairs") {
    CHECK(crypto::classic_fingerprint(as_bytes("abc")) ==
          "a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d");
}

}  // namespace buri::test
