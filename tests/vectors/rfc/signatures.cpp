// Ed25519: RFC 8032 section 7.1. RSA: signatures made with Python's `cryptography` by the key below over "buri signature vector".
#include "buri/crypto/identity_key.hpp"
#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

namespace buri::test::vectors {
namespace {
constexpr std::string_view rsa_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCbHyQgNVR4vZiT\n"
    "q+h823uuclkTzNkjWQvm9AzfYzI6la4U2l3CWReikBvTSkXB3nWkSUAi1mkfM4fI\n"
    "0nzh/SapA7+ojF3fUkrnJl8DrPfVALftnpZI861aXIDKQfOJEtEzJIXRz5xnzbnG\n"
    "g3gOWdZqIREwFA6JNsrUsVSVbC5zLR//r8KCQwX743U+p7SSyjI4srCHZt6SiLDu\n"
    "BDOWX+9I1XonIJsm7L+D9IOflNACjz9Z3oDmXgAEBCTW7cv//jkJVSGHIMovrENb\n"
    "zh17SKUS+IPhTi8qpCG+F6Mfv5aOPSmetTNKgCczD0d4q5mawg5GZCv1/MgPIRdp\n"
    "k/O9ryz7AgMBAAECggEAHwEjbFiccKGcnG9wwXvxBZYPXdjE0b7blSbUZ9Xg1TrT\n"
    "l5Fpyg2ansBk/19KAAzhwJtveUcXrcfT7Py9P0Ik9wUrypl7rcY5+Gd/+DEbO/Sv\n"
    "zouzCBPEY1o317VE4vHi5HD5Wk0/urOw3Q+r8Fpec8n2MIDhwuUztz1WZaNAyX48\n"
    "et4+kFe+ito9fi64ZVKJvPWPk3aPDdre+rPSi8FRn84ZLHQMSZKrKt2Ll9oMmpbs\n"
    "x+z1BxTHmtELYlPwsrfhfJ4+3yA5k3JlHjFWdRonxhM9M7nck/Beh0rbJzLHopaq\n"
    "05MpDJepBJc3SYo0D5+ItgHD16wN3Rn8qoFIr5gVsQKBgQDZ+RDgI2owOGDYybpp\n"
    "i3iXi7GEgBiJnqiDUTFPa0g9i3JZuntjAgeXZiEAlv5X1A1xe3GLEe9cI/j3pkF5\n"
    "NyiW2nNma9a8LLNF0rj+aYWvFBD98BrL468d/rUmMhDEdj9QUMax3c6U+1Q3g0mL\n"
    "364arCOJwfCWo8Kt1TO1llf5CQKBgQC2Lw+9SPjKdLcUIfrxUr0Dk1GQOjvQZpPs\n"
    "OnwiCBzEp8wOVf17k5ca6gqnknRWb+iifDmK1BqM+mUmmMFfBoCdiqTD5NbaDUrJ\n"
    "z9wtsue0gEMtPCsTbSpl9c5H9u2i/JrzY+YW9ODVvEofexcDtVcOreJl3TLM7H7W\n"
    "724TahsK4wKBgQCw2dDkWjeM2iFRoxK5Ea0NIA0umRPPjMfii5y7eCrLrHlh7diw\n"
    "cvQf1YAPT3MbZXRmz6ZHFI0lMBaPL/hNVgB7rNAWmIZIdOgbTaZE3O7XJyvGLOpA\n"
    "5QGvD3qAe/x4ugwSqQcdRv6Wh/hDdiTU9O34vBO1cII4ZrPMgIAM4+eKqQKBgQCD\n"
    "v7DgL/9LWfBz7Mbu8eiix0y6woIzCZt7wCe47KjxRm95BpKTZX5nBk3CNVVQlQll\n"
    "R/TNAupYfVPc/6cHs0obpAHXcIw3kFk/bMRLgA+0JvVtpw93swBwT7xnqpjbv1XH\n"
    "Ib1paJmXt9zau0c/dUqJ4RHSnI56R6TKhsfR3m/EBQKBgQCmGN81f2Y66CetrmcE\n"
    "7z33xfvb0Sljdx/l+qlhSR5qUU2reXWGQ68e6lju0xLwFnua8TFbGSKoF796D62t\n"
    "shI4DJ6iLn5B3frut7JOVWybY6+wtVedJi8fUoq6b5dMXBwJ8vHgjHDHV7tvcENn\n"
    "cmP6LjrdBGJOb5T3pBNdBAnYjg==\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view pkcs1_sha1 =
    "0cc76e3424ac19edd331e95d418480dded9e006e30d6c5bbaba8f3d0613b33cbac4aca1dc446f0484caf881eede3840f037f"
    "4f057c5242c89ef5ee7f6c3ab9eb26e0156d3ab3e81cd414dbdf76ebd601a8199debe4d1dac024104e44747804c3de652172"
    "a769cbeed7d1f8e1a2526ca2f217cb51f38ab1a8fe22fb3a1d201a40abe2d4ce05d65cb2f7ca483e9c51a9e40bcb4cdaa032"
    "c0f5ed48857e3fb0a35be2ba2d705c78fdaa8584af29da403269e0ca878b547a19611f3ca8375774472eaac0108340fb6c90"
    "276f3a63347b12f4608f325efb35ad7547e9f9d02300900b3d58842efa0ec85635ce2b7857ea6f68a88fadcdc1294e0e4fcc"
    "0d7379691cfd";
constexpr std::string_view pss_sha256 =
    "53309986de1424b6abbcb162ae84bad5e137f5fe8dcdb72247f74045ffdcd44793d6f18c6f28cc15f4b35ff4e3c78a563486"
    "458675be247ed3abbabdb38751dfa427e79b19c0ed781c569097468595dcc4141ba1061c61b2da9030c439a55ca795699f05"
    "c83f160422df315ec7d10d4959d238ac034ce8a3f2ea3c3877d8ca27a8b68ce773951a79d5585bc142dd8e13a7c7f37f8440"
    "5f0eefc8beaa679e939ca5caa9699c94385d02f69309f75358c22131adf8fa54d8c7ba859a6fe79dc6887345862ab35a71b0"
    "83cd106271103449d0a2c92d2c027f286f4f284ddd4842ebaa81c1f6b4c68f9fa83f5cf06765a68e0a8735bbc3d51e86353e"
    "fe3d2f8599b6";
constexpr std::string_view pss_salt_of_20 =
    "3cb71107dd1f50217ec37b48574889ac115ed22a94dc761d0b6385200138a8f7102e62587ff932cdc9ad5592b1b5f50375b6"
    "25f142ba144a58ce78106243f7e8440a9a29f47b848a2078448bd93ad53c84e057f7f5b74d3c2e9b45f50076cba34aacb0ae"
    "dd6fc17704eeea300f9dd32ccb027ee00a972d708228f5a1e25b3a319089f6de005483344a5403b5a1a4c94c0cb59c15eadd"
    "8317745ec1f22c340c8b5649913bdc9eec7fa207b08152b1605e67ee290ff26707859e1be565550ff787dc65cd48d0d4b4ff"
    "252b1f149c8e8f9d2931046890d7675151c8e4e417098a9743e80eb7309e80ddf91a93914aa43d77a405955937ba07f456ce"
    "bd032f870abd";
constexpr std::string_view pkcs1_sha256 =
    "222b98561c41046dc5723d9313d2f09dfa807bcdb963cee9d49350311672774cc6f41e6ad69be1847e152d3a1b28ca803f55"
    "97652c61d19d8349c83976c1cd9c3298aaba930e9d32d74bc0abaaed02a80f5b0c54772f072d723c62069d376d7240ef7aa6"
    "c210390b7239f500fd26b6b51408d78cd56f85a377abc3e6c99f90fe753583d26c2aa391f335759fe489fd493dbc49eb9e7c"
    "96bbff98f9a38ad1a108381751fb02eff51e0d485f6d6801de3ceb987ff6f25adb627e2235a458f8e60bdcd7ecd7a9acf9c1"
    "887b420e5d8f13dc77af412895a50b4db2cf13628903d58c94b9fb2aa2346a77e54ea368df5c71e3b57c38042ac9e0f92807"
    "355f9a9c4262";
constexpr std::string_view public_line =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCbHyQgNVR4vZiTq+h823uuclkTzNkjWQvm9AzfYzI6la4U2l3CWReikBvTSkXB"
    "3nWkSUAi1mkfM4fI0nzh/SapA7+ojF3fUkrnJl8DrPfVALftnpZI861aXIDKQfOJEtEzJIXRz5xnzbnGg3gOWdZqIREwFA6JNsrU"
    "sVSVbC5zLR//r8KCQwX743U+p7SSyjI4srCHZt6SiLDuBDOWX+9I1XonIJsm7L+D9IOflNACjz9Z3oDmXgAEBCTW7cv//jkJVSGH"
    "IMovrENbzh17SKUS+IPhTi8qpCG+F6Mfv5aOPSmetTNKgCczD0d4q5mawg5GZCv1/MgPIRdpk/O9ryz7";

constexpr std::string_view message = "buri signature vector";

/// RFC 8410 section 7: a fixed head, then the seed.
std::string ed25519_pem(std::string_view seed) {
    auto der = hex("302e020100300506032b657004220420");
    append(der, hex(seed));
    return "-----BEGIN PRIVATE KEY-----\n" + to_base64(der) + "\n-----END PRIVATE KEY-----\n";
}

struct row {
    std::string_view seed, public_key, text, signature;
};

constexpr row rows[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

}  // namespace

TEST_CASE("Ed25519, RFC 8032 section 7.1") {
    for (const auto& vector : rows) {
        const auto key = crypto::identity_key::from_pem(ed25519_pem(vector.seed));
        REQUIRE(key);
        CHECK(to_hex(byte_view(key->public_part().blob()).last(32)) == vector.public_key);
        CHECK(to_hex(key->sign(suite_id::aes, hex(vector.text))) == vector.signature);
        CHECK(key->public_part().verify(suite_id::chacha, hex(vector.text), hex(vector.signature)));
    }
}

TEST_CASE("RSA PKCS#1 v1.5 with SHA-1 in suite 1, PSS with SHA-256 and a salt of 32 in the others, and nothing else") {
    const auto key = crypto::identity_key::from_pem(rsa_pem);
    REQUIRE(key);
    const auto& open_part = key->public_part();
    const auto accepted = [&](suite_id suite, std::string_view signature) {
        return open_part.verify(suite, as_bytes(message), hex(signature));
    };
    CHECK(accepted(suite_id::classic, pkcs1_sha1));
    CHECK(accepted(suite_id::aes, pss_sha256));
    CHECK(accepted(suite_id::chacha, pss_sha256));
    CHECK_FALSE(accepted(suite_id::classic, pss_sha256));
    CHECK_FALSE(accepted(suite_id::classic, pkcs1_sha256));
    for (const auto other : {pkcs1_sha1, pss_salt_of_20, pkcs1_sha256})
        CHECK_FALSE(accepted(suite_id::aes, other));
    CHECK(to_hex(key->sign(suite_id::classic, as_bytes(message))) == pkcs1_sha1);
    CHECK(open_part.openssh_line("") == std::string(public_line) + "\n");
}

}  // namespace buri::test::vectors
