// X25519: RFC 7748. MODP group 14: the prime is RFC 3526's; values computed with Python's pow() from
// a = SHA-256("buri modp a"), b = SHA-256("buri modp b").
#include "buri/crypto/key_agreement.hpp"

#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

namespace buri::test::vectors {
namespace {
constexpr std::string_view prime =
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF95"
    "19B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB"
    "5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3"
    "AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
    "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFF"
    "FFFFFFFFFFFF";
constexpr std::string_view private_a = "c517975a4dd284220329290141f7fffaafa5ee0e93bc986408578ca3747cffdd";
constexpr std::string_view private_b = "747d96e57c2fe77d8a71b68c6c017379a60f6ae799c23e45f6e87505c0eae226";
constexpr std::string_view public_a =
    "55a3de89e5ec9d9231496d7d4ca3e907b76183c7bef39cecbe385d73d069a1a4be3d7c7e56416229a5ba880a9b833d16b561"
    "9bb59afad110079b37ad94b00bb39890ffb6fed23f1f5d68931c78a08d1ce3288c2095ca2d471121213283f982b9a70c7cbd"
    "1a007f2bf92e5a63b4e41a105712920586ebe1f652741ca22ef101bdca6df2059e0f2954c2a1ad59283f39365a6e49a27fb7"
    "5f8bd2e6b686b8af476199cecff779a950e3d8e462a62c2292ca0690ac0f086cfdb46c3fa2b31c65b3e82f710b38d342bcb7"
    "23145202f4d6c3aa8c32ab7e08fee87a275f5076bd5395f19e6f7037b53d2c0620daabb31958e0e9b2e7c2f01af24e475117"
    "c2194e3efc9d";
constexpr std::string_view public_b =
    "ff860a181ebf760cd2f2f180d8d8336369da514526f0b018ef54af4c7f1171a2dd99b89e88c99d31fb8625cf19214c8b37db"
    "130187ef8fbe0bec844cbd3bf09043d6752a4a1ee2a201922cae3bac920cc5a78b5d0e81408685c1352e8891c00e555d4784"
    "3aa81b00866dac92358c0fa360982db74af8f529a87f746420905dd45ba7f0520d1bce2ae73ed1b8367a5b8d4cc6b047c3a9"
    "8fbc0159cf9d24ee9ae87adbaa828a43777b7b7027986f7048c9c67c3dc3419df4e0a02c0a3b8f0154d4169b3f0e5dfdb814"
    "932986c858a6a6417a5c0e13490b97a862c2943db4934a48e3589901874fa371653266cb30489e4496713989cd9580005d3c"
    "50b2f7c60555";
constexpr std::string_view shared_ab =
    "c7f3c9022f18211e5da47e7450134cf7100f9943663ae552968fc244556e3892805c2aa0faa4257f80d6d881ec89861df1b6"
    "f46862a7df579b609b8b853d8e0521db2abbf227c8014c6947a1b78f4531caa23d83f0014f6e4c7d4b1ca0bca08c48226905"
    "3dc886a13ec858bbbe7bad37d709acc2113da100d7a7f238a2b5b68a7096d8683bf83b078a1ee24d927008be65292b9f8c3a"
    "8e061b377c5b3a74bf85a545719fc3d37d8a0732ec3f9806e7287ba605c3570ba10bd67def75ebe0b83f5e4d3bd54b223fb8"
    "13983915e119cd584445ef9381ce699a46c4778f13c71470511a3c4213a5c5bfedff636540a950862d0ab9f41ceb9701b7ce"
    "d35542f240b1";
constexpr std::string_view padded_secret =
    "00833d8c53c8745a6e26798cb52b8dffcd66a1f21a15110ce3e5b982b39fc8a0c71cf73fde90e97da8e73f5636ecbd93cc49"
    "c8107e7bdbf75ca10ac714286684bfb7c08c4b65ec3ff8176a8f11737da58b99d5fe0689f4214747702c52911442855ba704"
    "0838f953533eea09a9ccbba3252f25c31b48b2c6ea63a765db7cf9e104380f2e9d8e16f99cfbf0fa5bb9df01ad4aff5b3c38"
    "5e8d0f759555f6de6576228132f7d763780f927485767db5df49f730bf758addd0ecc1e27a236ba3fde50fd4ca2115ac7110"
    "e497f8747ad15d80ddb9e6ed7628c9cb7d987880fd5ca3337020f3565eb4a56aa1a3c7733c4631aaf9a7417ce5b6ecdefe3f"
    "7c8643ad0810";

bytes x25519(const bytes& scalar, const bytes& u) {
    const auto secret = crypto::ephemeral_key::from_private(suite_id::aes, scalar).agree(u);
    REQUIRE(secret);
    return {secret->view().begin(), secret->view().end()};
}

crypto::ephemeral_key modp(const bytes& exponent) {
    return crypto::ephemeral_key::from_private(suite_id::classic, exponent);
}

}  // namespace

TEST_CASE("X25519, RFC 7748 section 5.2") {
    CHECK(to_hex(x25519(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                        hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))) ==
          "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    CHECK(to_hex(x25519(hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                        hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))) ==
          "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST_CASE("X25519, RFC 7748 section 5.2, 1,000 iterations") {
    bytes k(32);
    k[0] = 9;
    auto u = k;
    for (int i = 0; i < 1000; ++i) {
        auto next = x25519(k, u);
        u = std::exchange(k, std::move(next));
        if (i == 0) CHECK(to_hex(k) == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    CHECK(to_hex(k) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST_CASE("MODP group 14 has RFC 3526's prime: p-2 is taken and p-1 is not, and 2^p is 2 modulo p") {
    auto value = hex(prime);
    const auto key = modp({3});
    CHECK_FALSE(key.agree(value));
    value.back() = 0xfe;
    CHECK_FALSE(key.agree(value));
    value.back() = 0xfd;
    // (p-2)^3 is p-8.
    auto expected = hex(prime);
    expected.back() = 0xf7;
    CHECK(to_hex(key.agree(value)->view()) == to_hex(expected));
    bytes two(256);
    two.back() = 2;
    CHECK(to_hex(modp(hex(prime)).public_value()) == to_hex(two));
}

TEST_CASE("MODP group 14, a known exchange") {
    const auto a = modp(hex(private_a));
    const auto b = modp(hex(private_b));
    CHECK(to_hex(a.public_value()) == public_a);
    CHECK(to_hex(b.public_value()) == public_b);
    CHECK(to_hex(a.agree(b.public_value())->view()) == shared_ab);
    CHECK(to_hex(b.agree(a.public_value())->view()) == shared_ab);
}

TEST_CASE("MODP group 14, a secret that needs padding") {
    const auto secret = modp(hex("0f4372")).agree(hex(public_a));
    REQUIRE(secret);
    CHECK(to_hex(secret->view()) == padded_secret);
}

}  // namespace buri::test::vectors
