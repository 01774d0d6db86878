#include "daemon/server_spec.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using daemon::parse_server_spec;

namespace {

// SHA-256 of nothing.
const std::string pin = "#SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

}  // namespace

TEST_CASE("a server is a host, with or without a port and a fingerprint", "[server_spec]") {
    struct row {
        std::string text, host;
        std::uint16_t port;
        bool pinned;
    };
    const auto rows = {row{"vpn.example.org", "vpn.example.org", 12975, false},
                       row{"vpn.example.org:443", "vpn.example.org", 443, false},
                       row{"vpn.example.org" + pin, "vpn.example.org", 12975, true},
                       row{"vpn.example.org:1" + pin, "vpn.example.org", 1, true},
                       row{"192.0.2.1:65535", "192.0.2.1", 65535, false},
                       row{"2001:db8::1", "2001:db8::1", 12975, false},
                       row{"[2001:db8::1]", "2001:db8::1", 12975, false},
                       row{"[2001:db8::1]:5" + pin, "2001:db8::1", 5, true}};
    for (const auto& [text, host, port, pinned] : rows) {
        INFO(text);
        const auto spec = parse_server_spec(text);
        REQUIRE(spec);
        CHECK(spec->host == host);
        CHECK(spec->port == port);
        CHECK(spec->fingerprint.has_value() == pinned);
        CHECK(parse_server_spec(daemon::to_string(*spec)) == spec);
    }
}

TEST_CASE("what is no server is refused with a reason", "[server_spec]") {
    for (const std::string text : {"",
                                   ":443",
                                   "#SHA256:x",
                                   "host:",
                                   "host:0",
                                   "host:65536",
                                   "host:12a",
                                   "host:-1",
                                   "ho st",
                                   "-host",
                                   "host/path",
                                   "[2001:db8::1",
                                   "[host]",
                                   "[]:1",
                                   "[192.0.2.1]",
                                   "[2001:db8::1]x",
                                   "2001:db8::1:zz",
                                   "host#",
                                   "host#md5:00",
                                   "host#SHA256:short",
                                   "host\n",
                                   "a:b:c"}) {
        INFO(text);
        const auto spec = parse_server_spec(text);
        REQUIRE_FALSE(spec);
        CHECK(spec.error().code == errc::usage);
        CHECK(spec.error().text.find("HOST[:PORT]") != std::string::npos);
    }
    CHECK_FALSE(parse_server_spec(std::string(300, 'a')));
    CHECK_FALSE(parse_server_spec("host" + pin + "x"));
    CHECK_FALSE(parse_server_spec("host" + pin + pin));
}

TEST_CASE("a server is written as briefly as it can be read", "[server_spec]") {
    CHECK(daemon::to_string(*parse_server_spec("host:12975" + pin)) == "host" + pin);
    CHECK(daemon::to_string(*parse_server_spec("[2001:db8::1]:12975")) == "[2001:db8::1]");
    CHECK(daemon::host_and_port(*parse_server_spec("2001:db8::1" + pin)) == "[2001:db8::1]:12975");
}
