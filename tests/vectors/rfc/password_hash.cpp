// scrypt: RFC 7914 section 12. The fourth vector takes 1 GiB, which password_matches refuses to spend.
#include "buri/crypto/password_hash.hpp"

#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

namespace buri::test::vectors {
namespace {

std::string stored(std::string_view parameters, std::string_view salt, std::string_view hash) {
    return "scrypt$" + std::string(parameters) + "$" + to_base64(as_bytes(salt)) + "$" + to_base64(hex(hash));
}

}  // namespace

TEST_CASE("scrypt, RFC 7914 section 12") {
    CHECK(crypto::password_matches(
        "", stored("4$1$1", "",
                   "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17"
                   "e8d3e0fb2e0d3628cf35e20c38d18906")));
    CHECK(crypto::password_matches(
        "password", stored("10$8$16", "NaCl",
                           "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff10927"
                           "9d9830dac727afb94a83ee6d8360cbdfa2cc0640")));
    CHECK(crypto::password_matches(
        "pleaseletmein", stored("14$8$1", "SodiumChloride",
                                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf"
                                "62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")));
}

}  // namespace buri::test::vectors
