// The libraries of suites 2 and 3 beside each other. Where the machine has OpenSSL alone, it is compared with itself.
#include "buri/crypto/aead_backend.hpp"
#include "buri/crypto/aead_self_test.hpp"
#include "tests/support/sealing_modes.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {
namespace {

using crypto::aead_library;
using crypto::secrecy;

struct aead_mode {
    suite_id suite;
    secrecy kept;
};
constexpr aead_mode aead_modes[] = {{suite_id::aes, secrecy::encrypted},
                                    {suite_id::chacha, secrecy::encrypted},
                                    {suite_id::aes, secrecy::authenticated_only},
                                    {suite_id::chacha, secrecy::authenticated_only}};

/// Both ends of one direction, by one library.
struct aead_ends {
    aead_ends(const aead_mode& mode, const crypto::direction_keys& keys, aead_library library)
        : seal(mode.suite, keys, mode.kept, library), open(mode.suite, keys, mode.kept, library) {}

    crypto::sealer seal;
    crypto::opener open;
};

crypto::direction_keys any_keys(seeded_random& random) {
    crypto::direction_keys keys;
    random.fill(keys.cipher.writable());
    random.fill(keys.iv.writable());
    return keys;
}

/// Short messages as often as long ones: that is where libraries treat ends specially.
std::size_t any_size(seeded_random& random) {
    constexpr std::uint32_t most[] = {40, 300, 1500, 9000};
    return random.below(most[random.below(4)] + 1);
}

/// Sealed in the middle of a buffer at any alignment; what is around it must stay.
bytes sealed_at(crypto::sealer& by, crypto::sealed_header header, byte_view plain, std::size_t offset, bool in_place) {
    constexpr std::size_t margin = 80;
    const auto size = crypto::sealed_size(by.suite(), plain.size());
    bytes room(offset + size + margin, 0xee);
    const auto place = byte_span(room).subspan(offset, size);
    if (in_place) {
        std::ranges::copy(plain, place.begin());
        CHECK(by.seal(header, place.first(plain.size()), place) == size);
    } else {
        CHECK(by.seal(header, plain, place) == size);
    }
    const auto untouched = [](byte_view part) { return std::ranges::count(part, 0xee) == std::ssize(part); };
    CHECK(untouched(byte_view(room).first(offset)));
    CHECK(untouched(byte_view(room).last(margin)));
    return {place.begin(), place.end()};
}

/// A key that does one thing wrong.
class wrong_key final : public crypto::aead_key {
public:
    enum class fault { ciphertext, tag, long_messages, in_place, accepts_all, opens_nothing };

    wrong_key(fault what, std::unique_ptr<crypto::aead_key> right) : fault_(what), right_(std::move(right)) {}

    void seal(crypto::aead_nonce nonce, byte_view aad, byte_view plain, byte_span text,
              crypto::aead_tag_span tag) override {
        const bool is_in_place = plain.data() == text.data();
        right_->seal(nonce, aad, plain, text, tag);
        if (fault_ == fault::ciphertext && !text.empty()) text.back() ^= 1U;
        if (fault_ == fault::long_messages && text.size() > 4000) text.back() ^= 1U;
        if (fault_ == fault::in_place && is_in_place && !text.empty()) text.back() ^= 1U;
        if (fault_ == fault::tag) tag.back() ^= 1U;
    }

    bool open(crypto::aead_nonce nonce, byte_view aad, byte_span text, crypto::aead_tag_view tag) override {
        const bool is_right = right_->open(nonce, aad, text, tag);
        return fault_ == fault::accepts_all || (is_right && fault_ != fault::opens_nothing);
    }

private:
    fault fault_;
    std::unique_ptr<crypto::aead_key> right_;
};

}  // namespace

TEST_CASE("all libraries seal to the same bytes, in place and apart, and open each other's messages") {
    for (const auto& mode : aead_modes) {
        seeded_random random(11);
        for (int round = 0; round < 8; ++round) {
            const auto keys = any_keys(random);
            aead_ends reference(mode, keys, aead_library::openssl);
            for (const auto library : libraries_of(mode.suite)) {
                aead_ends tested(mode, keys, library);
                for (int i = 0; i < 100; ++i) {
                    const auto header = random.array<crypto::sealed_header_size>();
                    bytes plain(any_size(random));
                    random.fill(plain);
                    INFO(describe(mode.suite).name << ", round " << round << ", message " << i << " of "
                                                   << plain.size());
                    auto expected = sealed_at(reference.seal, header, plain, 0, false);
                    auto apart = sealed_at(tested.seal, header, plain, random.below(70), false);
                    CHECK(to_hex(apart) == to_hex(expected));
                    CHECK(to_hex(sealed_at(tested.seal, header, plain, random.below(70), true)) == to_hex(expected));
                    const auto by_tested = tested.open.open(header, expected);
                    const auto by_reference = reference.open.open(header, apart);
                    CHECK((by_tested && std::ranges::equal(*by_tested, plain)));
                    CHECK((by_reference && std::ranges::equal(*by_reference, plain)));
                }
            }
        }
    }
}

TEST_CASE("what is forged in header, text or tag is refused by every library, and nothing deciphered is left") {
    for (const auto& mode : aead_modes) {
        for (const auto library : libraries_of(mode.suite)) {
            seeded_random random(12);
            aead_ends ends(mode, any_keys(random), library);
            for (int i = 0; i < 300; ++i) {
                const auto header = random.array<crypto::sealed_header_size>();
                bytes plain(32 + any_size(random));
                random.fill(plain);
                const auto good = sealed_at(ends.seal, header, plain, 0, false);
                auto bad = good;
                auto bad_header = header;
                const auto change = static_cast<std::uint8_t>(1U << random.below(8));
                const auto in_text = random.below(static_cast<std::uint32_t>(plain.size()));
                const std::size_t places[] = {in_text, plain.size() + random.below(crypto::aead_tag_size)};
                (i % 3 == 0 ? bad_header[random.below(8)] : bad[places[i % 3 - 1]]) ^= change;
                INFO(describe(mode.suite).name << ", message " << i << " of " << plain.size());
                CHECK_FALSE(ends.open.open(bad_header, bad));
                CHECK(std::ranges::count(byte_view(bad).first(plain.size()), 0) == std::ssize(plain));
                auto again = good;
                CHECK(ends.open.open(header, again));
            }
        }
    }
}

TEST_CASE("the self-test finds what is wrong with a library") {
    using fault = wrong_key::fault;
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        CHECK(crypto::passes_self_test(crypto::make_openssl_key, suite));
        for (const auto what : {fault::ciphertext, fault::tag, fault::long_messages, fault::in_place,
                                fault::accepts_all, fault::opens_nothing}) {
            const auto make = [&](suite_id of, crypto::aead_cipher_key key, secrecy kept) {
                return std::make_unique<wrong_key>(what, crypto::make_openssl_key(of, key, kept));
            };
            INFO(describe(suite).name << ", fault " << static_cast<int>(what));
            CHECK_FALSE(crypto::passes_self_test(make, suite));
        }
    }
}

TEST_CASE("the chosen library is usable, has passed its test, and says its name") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        const auto& chosen = crypto::backend_of(suite);
        CHECK(crypto::is_usable(aead_library::openssl, suite));
        CHECK(crypto::is_usable(chosen.library, suite));
        CHECK_FALSE(chosen.has_failed_test);
        CHECK(chosen.name.starts_with(chosen.library == aead_library::openssl ? "OpenSSL" : "ipsec-mb"));
    }
    const auto fastest = crypto::fastest_aead();
    CHECK((fastest == suite_id::aes || fastest == suite_id::chacha));
}

}  // namespace buri::test
