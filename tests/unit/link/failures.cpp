#include "buri/link/failures.hpp"

#include "buri/link/race.hpp"

#include <catch2/catch.hpp>

namespace buri::link {
namespace {

const std::string whom = "the server 'vpn.example.org'";
const failure no_tcp{"TCP to 198.51.100.7:12975", make_error(errc::server_unreachable, "no answer in 5 s")};
const failure no_tls{"TLS to vpn.example.org (198.51.100.7:443)",
                     make_error(errc::server_unreachable, "Connection refused")};
const failure no_name{"", make_error(errc::server_unresolved, "the name 'a' cannot be resolved.")};
const failure squid{"", make_error(errc::intercepted,
                                   "TLS to a:443 is intercepted: the certificate is by 'CN=Squid', not the "
                                   "server's")};
const failure denied{"", make_error(errc::suite_refused, "no common suite")};

TEST_CASE("what was tried, and why each failed, is one text") {
    const auto why = join_failures({no_tcp, no_tls, no_name, no_tcp}, whom);
    CHECK(why.code == errc::server_unreachable);
    CHECK(why.text ==
          "the server 'vpn.example.org' cannot be reached (TCP to 198.51.100.7:12975: no answer in 5 s; TLS to "
          "vpn.example.org "
          "(198.51.100.7:443): Connection refused; the name 'a' cannot be resolved). Check that it runs and that one "
          "of these "
          "ways is open from here.");
}

TEST_CASE("names that are not there are said to be that, if nothing else is wrong") {
    CHECK(join_failures({no_name, no_name}, whom).code == errc::server_unresolved);
    CHECK(join_failures({no_name, no_tls}, whom).code == errc::server_unreachable);
    CHECK(join_failures({}, whom).code == errc::server_unreachable);
}

TEST_CASE("interception counts more than a closed port, and the server's own no more than that") {
    const auto why = join_failures({no_tcp, squid}, whom);
    CHECK(why.code == errc::intercepted);
    CHECK_THAT(why.text, Catch::Contains("'CN=Squid'") && Catch::Contains("TCP to 198.51.100.7:12975"));
    CHECK(join_failures({no_tcp, squid, denied}, whom) == denied.why);
}

TEST_CASE("families come in turns, that of the first address first") {
    const auto v4 = [](std::uint32_t number) { return ip_address::v4(number); };
    const auto v6 = [](std::uint8_t number) { return ip_address::v6({0x20, 1, number}); };
    CHECK(in_turns({v6(1), v6(2), v6(3), v4(1)}) == std::vector{v6(1), v4(1), v6(2), v6(3)});
    CHECK(in_turns({v4(1), v4(2), v6(1)}) == std::vector{v4(1), v6(1), v4(2)});
    CHECK(in_turns({}).empty());
}

TEST_CASE("ways have names that say what was tried") {
    CHECK(to_string(way{way_kind::tcp, "198.51.100.7", 12975, *parse_endpoint("198.51.100.7:12975")}) ==
          "TCP to 198.51.100.7:12975");
    CHECK(to_string(way{way_kind::tls, "vpn.example.org", 443, *parse_endpoint("[2001:db8::1]:443")}) ==
          "TLS to vpn.example.org ([2001:db8::1]:443)");
    CHECK(to_string(way{way_kind::tls_via_proxy, "2001:db8::1", 443, {}}) ==
          "TLS to [2001:db8::1]:443 through the proxy");
}

}  // namespace
}  // namespace buri::link
