#include "buri/net/name_lookup.hpp"

#include "tests/support/loopback.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace buri::net {
namespace {

using namespace std::chrono_literals;
using addresses = std::vector<asio::ip::address>;

/// Answers when it is let go.
class dead_resolver {
public:
    ~dead_resolver() { let_go_.set_value(); }

    name_resolver ask() {
        return [until = let_go_.get_future().share()](const std::string&, asio::error_code&) {
            until.wait();
            return addresses();
        };
    }

private:
    std::promise<void> let_go_;
};

}  // namespace

TEST_CASE("an address as text needs no resolver") {
    test::loopback world;
    const auto found = world.run(async_look_up("2001:db8::7", now() + 5s));
    REQUIRE(found);
    CHECK(*found == addresses{asio::ip::make_address("2001:db8::7")});
}

TEST_CASE("what the resolver finds is found, and why it finds nothing is said") {
    test::loopback world;
    const addresses known{asio::ip::make_address("192.0.2.1"), asio::ip::make_address("2001:db8::1")};
    const name_resolver ask = [&](const std::string& host, asio::error_code& problem) {
        if (host == "vpn.example.org") return known;
        problem = asio::error::host_not_found;
        return addresses();
    };
    const auto found = world.run(async_look_up("vpn.example.org", now() + 30s, ask));
    REQUIRE(found);
    CHECK(*found == known);
    const auto missing = world.run(async_look_up("vpn.example.net", now() + 30s, ask));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::server_unresolved);
    CHECK_THAT(missing.error().text, Catch::Contains("'vpn.example.net' cannot be resolved: Host not found"));
}

TEST_CASE("a resolver that does not answer is waited for until the deadline and no longer") {
    test::loopback world;
    dead_resolver dead;
    const auto found = world.run(async_look_up("vpn.example.org", now() + 50ms, dead.ask()), 5s);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::server_unresolved);
    CHECK(found.error().text ==
          "the name 'vpn.example.org' was not resolved in time: no name server answers. Check this machine's network "
          "and DNS.");
}

}  // namespace buri::net
