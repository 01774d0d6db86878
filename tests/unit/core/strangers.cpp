#include "buri/core/strangers.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace buri;
using core::strangers;

namespace {
const auto here = *ip_address::parse("192.0.2.1");
const auto there = *ip_address::parse("2001:db8::1");
}  // namespace

TEST_CASE("strangers are counted over all and by address, for as long as they are strangers", "[strangers]") {
    strangers door({3, 2});
    std::vector<strangers::guest> in;
    const auto enters = [&](const ip_address& from) {
        auto guest = door.admit(from);
        if (guest) in.push_back(std::move(*guest));
        return guest.has_value();
    };
    CHECK(enters(here));
    CHECK(enters(here));
    CHECK_FALSE(enters(here));
    CHECK(enters(there));
    CHECK_FALSE(enters(there));
    CHECK(door.count() == 3);
    in.erase(in.begin());
    CHECK(door.count() == 2);
    CHECK(enters(here));
    CHECK_FALSE(enters(here));
    in.clear();
    CHECK(door.count() == 0);
}

TEST_CASE("the addresses of an IPv6 /64 are one", "[strangers]") {
    strangers door({9, 1});
    const auto first = door.admit(there);
    CHECK(first);
    CHECK_FALSE(door.admit(*ip_address::parse("2001:db8::ffff:1:2:3")));
    CHECK(door.admit(*ip_address::parse("2001:db8:0:1::1")));
    CHECK(door.admit(here));
    CHECK(door.admit(*ip_address::parse("192.0.2.2")));
}

TEST_CASE("a stranger may outlive the door", "[strangers]") {
    std::optional<strangers::guest> last;
    {
        strangers door({1, 1});
        last = door.admit(here);
    }
    CHECK(last);
    last.reset();
    CHECK_FALSE(last);
}
