#include "buri/crypto/traffic_keys.hpp"

#include <catch2/catch.hpp>

namespace buri::test {
namespace {

std::string hex_of(const crypto::traffic_keys& keys) {
    return to_hex(keys.to_responder.cipher.view()) + to_hex(keys.to_initiator.cipher.view()) +
           to_hex(keys.to_responder.iv.view()) + to_hex(keys.to_initiator.iv.view());
}

crypto::traffic_keys derive(std::uint8_t secret, std::uint8_t ni, std::uint8_t nr, std::string_view label,
                            std::uint8_t context) {
    return crypto::derive_traffic_keys(suite_id::aes, crypto::shared_secret(bytes(32, secret)), bytes(32, ni),
                                       bytes(32, nr), label, bytes(32, context));
}

}  // namespace

TEST_CASE("every input of the derivation changes every key, and directions differ") {
    const auto keys = derive(1, 2, 3, "buri control", 4);
    CHECK(to_hex(keys.to_responder.cipher.view()) != to_hex(keys.to_initiator.cipher.view()));
    CHECK(to_hex(keys.to_responder.iv.view()) != to_hex(keys.to_initiator.iv.view()));
    CHECK(hex_of(derive(1, 2, 3, "buri control", 4)) == hex_of(keys));
    CHECK(hex_of(derive(9, 2, 3, "buri control", 4)) != hex_of(keys));
    CHECK(hex_of(derive(1, 9, 3, "buri control", 4)) != hex_of(keys));
    CHECK(hex_of(derive(1, 2, 9, "buri control", 4)) != hex_of(keys));
    CHECK(hex_of(derive(1, 2, 3, "buri tunnel", 4)) != hex_of(keys));
    CHECK(hex_of(derive(1, 2, 3, "buri control", 9)) != hex_of(keys));
}

TEST_CASE("keys are cloned where that is meant, and wiped where they were moved from") {
    auto keys = derive(1, 2, 3, "buri tunnel", 4).to_responder;
    const auto clone = keys.clone();
    CHECK(to_hex(clone.cipher.view()) == to_hex(keys.cipher.view()));
    const auto moved = std::move(keys.cipher);
    CHECK(to_hex(moved.view()) == to_hex(clone.cipher.view()));
    CHECK(to_hex(keys.cipher.view()) == std::string(64, '0'));
}

}  // namespace buri::test
