#include "buri/crypto/system_random.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

TEST_CASE("random bytes fill what they are asked to, and differ") {
    crypto::system_random random;
    random.fill({});
    CHECK(random.array<16>() != random.array<16>());
    bytes large((std::size_t{1} << 20U) + 5);
    random.fill(large);
    CHECK(std::ranges::any_of(byte_view(large).last(5), [](auto byte) { return byte != 0; }));
}

}  // namespace buri::test
