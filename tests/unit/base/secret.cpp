#include "buri/base/secret.hpp"

#include <catch2/catch.hpp>

#include <type_traits>

using namespace buri;

namespace {

secret<4> some_secret() {
    const std::array<std::uint8_t, 4> raw{1, 2, 3, 4};
    return secret<4>(raw);
}

bool is_empty(const secret<4>& value) {
    return std::ranges::all_of(value.view(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("a secret is not copied by accident") {
    CHECK_FALSE(std::is_copy_constructible_v<secret<4>>);
    CHECK_FALSE(std::is_copy_assignable_v<secret<4>>);
}

TEST_CASE("a secret that is moved away leaves nothing behind") {
    auto from = some_secret();
    const secret<4> to(std::move(from));
    CHECK(is_empty(from));
    CHECK_FALSE(is_empty(to));

    auto other = some_secret();
    secret<4> assigned;
    assigned = std::move(other);
    CHECK(is_empty(other));
    CHECK(std::ranges::equal(assigned.view(), some_secret().view()));
}

TEST_CASE("a secret can be cloned and cleared") {
    auto one = some_secret();
    const auto two = one.clone();
    one.clear();
    CHECK(is_empty(one));
    CHECK_FALSE(is_empty(two));
}
