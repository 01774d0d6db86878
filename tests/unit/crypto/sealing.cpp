#include "buri/crypto/sealing.hpp"

#include "tests/support/sealing_modes.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {
namespace {

using crypto::secrecy;

using header_bytes = std::array<std::uint8_t, crypto::sealed_header_size>;

crypto::direction_keys random_keys(std::uint64_t seed) {
    seeded_random random(seed);
    crypto::direction_keys keys;
    random.fill(keys.cipher.writable());
    random.fill(keys.mac.writable());
    random.fill(keys.iv.writable());
    return keys;
}

header_bytes header_of(std::uint32_t id) {
    return {0x80,
            0,
            0,
            4,
            static_cast<std::uint8_t>(id >> 24U),
            static_cast<std::uint8_t>(id >> 16U),
            static_cast<std::uint8_t>(id >> 8U),
            static_cast<std::uint8_t>(id)};
}

bytes sealed(crypto::sealer& with, const header_bytes& header, byte_view plain) {
    bytes payload(crypto::sealed_size(with.suite(), plain.size()));
    CHECK(with.seal(header, plain, payload) == payload.size());
    return payload;
}

bool opens(crypto::opener& with, const header_bytes& header, bytes payload) {
    return with.open(header, payload).has_value();
}

}  // namespace

TEST_CASE("messages of every small size are opened as they were sealed, in place, in any order") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        seeded_random random(1);
        crypto::sealer sealer(suite, random_keys(2), kept, library);
        crypto::opener opener(suite, random_keys(2), kept, library);
        std::vector<std::pair<bytes, bytes>> messages;
        for (std::uint32_t size = 0; size < 100; ++size) {
            bytes plain(size);
            random.fill(plain);
            auto payload = sealed(sealer, header_of(size + 1), plain);
            CHECK(payload.size() <= size + crypto::max_seal_overhead);
            messages.emplace_back(std::move(plain), std::move(payload));
        }
        for (auto i = static_cast<std::uint32_t>(messages.size()); i > 0; --i) {
            auto& [plain, payload] = messages[i - 1];
            const auto opened = opener.open(header_of(i), payload);
            REQUIRE(opened);
            CHECK(std::ranges::equal(*opened, plain));
            CHECK(opened->data() == payload.data());
        }
    }
}

TEST_CASE("sealing in place gives what sealing into another buffer gives, and writes only its own bytes") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        seeded_random random(4);
        // Suite 1 has a key of its own for IVs, so the same sealer must make both.
        crypto::sealer sealer(suite, random_keys(2), kept, library);
        for (std::uint32_t size = 0; size < 100; ++size) {
            bytes plain(size);
            random.fill(plain);
            const auto unchanged = plain;
            const auto apart = sealed(sealer, header_of(size + 1), plain);
            CHECK(plain == unchanged);
            bytes room = plain;
            room.resize(apart.size() + 5, 0xee);
            CHECK(sealer.seal(header_of(size + 1), byte_view(room).first(size), room) == apart.size());
            CHECK(std::ranges::equal(byte_view(room).first(apart.size()), apart));
            CHECK(std::ranges::count(byte_view(room).last(5), 0xee) == 5);
        }
    }
}

TEST_CASE("a message with any bit changed, in header or payload, is not opened, and the next good one is") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        crypto::sealer sealer(suite, random_keys(2), kept, library);
        crypto::opener opener(suite, random_keys(2), kept, library);
        const auto header = header_of(7);
        const auto good = sealed(sealer, header, bytes(37, 0x45));
        for (std::size_t bit = 0; bit < (header.size() + good.size()) * 8; ++bit) {
            auto bad_header = header;
            auto bad = good;
            const auto at = bit / 8;
            const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
            if (at < header.size()) {
                bad_header[at] ^= mask;
            } else {
                bad[at - header.size()] ^= mask;
            }
            INFO(describe(suite).name << " bit " << bit);
            CHECK_FALSE(opens(opener, bad_header, bad));
        }
        CHECK(opens(opener, header, good));
    }
}

TEST_CASE("a message cut at any length, or made longer, is not opened") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        crypto::sealer sealer(suite, random_keys(2), kept, library);
        crypto::opener opener(suite, random_keys(2), kept, library);
        const auto header = header_of(7);
        const auto good = sealed(sealer, header, bytes(50, 1));
        for (std::size_t size = 0; size < good.size(); ++size) {
            CHECK_FALSE(opens(opener, header, bytes(good.begin(), good.begin() + static_cast<long>(size))));
            CHECK_FALSE(opens(opener, header, bytes(good.end() - static_cast<long>(size), good.end())));
        }
        for (const std::size_t more : {1U, 15U, 16U, 32U}) {
            auto longer = good;
            longer.resize(good.size() + more);
            CHECK_FALSE(opens(opener, header, longer));
        }
    }
}

TEST_CASE("another key, of any kind the suite uses, opens nothing") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        crypto::sealer sealer(suite, random_keys(2), kept, library);
        const auto good = sealed(sealer, header_of(1), bytes(20, 1));
        crypto::opener stranger(suite, random_keys(3), kept, library);
        CHECK_FALSE(opens(stranger, header_of(1), good));
        auto keys = random_keys(2);
        (suite == suite_id::classic ? keys.mac.writable()[19] : keys.iv.writable()[0]) ^= 1U;
        crypto::opener near_miss(suite, keys, kept, library);
        CHECK_FALSE(opens(near_miss, header_of(1), good));
    }
}

TEST_CASE("a message that is only authenticated can be read by everybody, and is as long as an encrypted one") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        const bytes plain(37, 0x45);
        crypto::sealer clear(suite, random_keys(2), secrecy::authenticated_only);
        crypto::sealer secret(suite, random_keys(2));
        const auto payload = sealed(clear, header_of(7), plain);
        CHECK(std::ranges::equal(byte_view(payload).first(plain.size()), plain));
        const auto hidden = sealed(secret, header_of(7), plain);
        CHECK(hidden.size() == payload.size());
        CHECK_FALSE(std::ranges::equal(byte_view(hidden).first(plain.size()), plain));
    }
}

TEST_CASE("ends that disagree about encryption open no message of each other but an empty one") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        for (const auto kept : {secrecy::encrypted, secrecy::authenticated_only}) {
            const auto other = kept == secrecy::encrypted ? secrecy::authenticated_only : secrecy::encrypted;
            crypto::sealer sealer(suite, random_keys(2), kept);
            crypto::opener opener(suite, random_keys(2), other);
            for (std::uint32_t size = 1; size < 100; ++size) {
                const auto payload = sealed(sealer, header_of(size), bytes(size, 0x45));
                CHECK_FALSE(opens(opener, header_of(size), payload));
            }
            // Why the transcript of a key exchange says which mode the tunnel has.
            CHECK(opens(opener, header_of(200), sealed(sealer, header_of(200), {})));
        }
    }
}

TEST_CASE("suite 1 gives equal messages different IVs, and knows its own messages") {
    crypto::sealer sealer(suite_id::classic, random_keys(2));
    crypto::sealer twin(suite_id::classic, random_keys(2));
    const auto first = sealed(sealer, header_of(1), bytes(16, 1));
    CHECK(first != sealed(sealer, header_of(2), bytes(16, 1)));
    CHECK(first != sealed(twin, header_of(1), bytes(16, 1)));
    CHECK(sealer.made(header_of(1), first));
    CHECK_FALSE(sealer.made(header_of(2), first));
    CHECK_FALSE(twin.made(header_of(1), first));
    CHECK_FALSE(sealer.made(header_of(1), bytes(27, 0)));
}

TEST_CASE("sealers and openers can be moved") {
    for (const auto [suite, kept, library] : sealing_modes()) {
        crypto::sealer first(suite, random_keys(2), kept, library);
        auto sealer = std::move(first);
        crypto::opener other(suite, random_keys(9), kept, library);
        other = crypto::opener(suite, random_keys(2), kept, library);
        CHECK(opens(other, header_of(3), sealed(sealer, header_of(3), bytes(3, 3))));
        CHECK(other.suite() == suite);
    }
}

}  // namespace buri::test
