#include "buri/net/netlink_message.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <linux/netlink.h>

#include <algorithm>

using namespace buri;
using namespace buri::net;

namespace {

netlink_request sample() {
    netlink_request out(20, NLM_F_REQUEST, std::uint32_t{0x01020304});
    out.number(1, std::uint8_t{7});
    const auto nest = out.open(2);
    out.attribute(3, as_bytes("abcde"));
    out.close(nest);
    out.number(4, std::uint32_t{9});
    return out;
}

}  // namespace

TEST_CASE("what a request holds is read back") {
    auto request = sample();
    auto rest = request.finish(42);
    CHECK(rest.size() % 4 == 0);
    const auto message = next_message(rest);
    REQUIRE(message);
    CHECK(rest.empty());
    CHECK(message->type == 20);
    CHECK(message->flags == NLM_F_REQUEST);
    CHECK(message->sequence == 42);
    CHECK(fixed_part<std::uint32_t>(message->body) == 0x01020304U);
    CHECK(number_in<std::uint8_t>(find_attribute(message->body, 4, 1)) == 7);
    CHECK(number_in<std::uint32_t>(find_attribute(message->body, 4, 4)) == 9);
    CHECK(to_string(find_attribute(find_attribute(message->body, 4, 2), 0, 3)) == "abcde");
    CHECK(find_attribute(message->body, 4, 3).empty());
}

TEST_CASE("a message that is cut short is no message, and its attributes are never read past the end") {
    auto request = sample();
    const auto whole = request.finish(1);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        byte_view rest = cut;
        CHECK_FALSE(next_message(rest));
        for (unsigned type = 0; type < 6; ++type)
            CHECK(find_attribute(cut, 4, type).size() <= size);
    }
}

TEST_CASE("random bytes are read without harm") {
    test::seeded_random random(3);
    for (int i = 0; i < 20'000; ++i) {
        bytes garbage(random.below(64));
        random.fill(garbage);
        // Small lengths, so that more than the first field is looked at.
        for (std::size_t at = 0; at + 1 < garbage.size(); at += 4) {
            garbage[at] = static_cast<std::uint8_t>(garbage[at] % 24);
            garbage[at + 1] = 0;
        }
        byte_view rest = garbage;
        while (const auto message = next_message(rest)) {
            for (unsigned type = 0; type < 6; ++type)
                CHECK(find_attribute(message->body, 4, type).size() <= message->body.size());
        }
    }
}
