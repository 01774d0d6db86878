#include "buri/crypto/password_hash.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

TEST_CASE("a password matches its hash, and no other does") {
    seeded_random random(1);
    const auto hash = crypto::hash_password("secret", random);
    CHECK(hash.starts_with("scrypt$14$8$1$"));
    CHECK(crypto::password_matches("secret", hash));
    CHECK_FALSE(crypto::password_matches("Secret", hash));
    CHECK_FALSE(crypto::password_matches("", hash));
    CHECK(hash != crypto::hash_password("secret", random));
}

TEST_CASE("a hash that is not understood, or would cost too much, matches nothing") {
    const std::string end = "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (const std::string start :
         {"scrypt$0$8$1", "scrypt$19$8$1", "scrypt$64$8$1", "scrypt$14$0$1", "scrypt$14$8$0", "scrypt$14$8$17",
          "scrypt$14$9999$1", "scrypt$-1$8$1", "scrypt$14$8$1$", "argon$14$8$1", "scrypt$1x$8$1", "scrypt$14$8", ""}) {
        INFO(start);
        CHECK_FALSE(crypto::password_matches("secret", start + end));
    }
    CHECK_FALSE(crypto::password_matches("secret", "scrypt$14$8$1$AAAA$AAAA"));
    CHECK_FALSE(crypto::password_matches("secret", "scrypt$14$8$1$!!!!" + end.substr(23)));
    CHECK_FALSE(crypto::password_matches("secret", ""));
}

}  // namespace buri::test
