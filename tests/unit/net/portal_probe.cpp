#include "buri/net/portal_probe.hpp"

#include <catch2/catch.hpp>

using namespace buri::net;

namespace {

std::string redirect(const std::string& to) {
    return "HTTP/1.1 302 Found\r\nServer: x\r\nlocation:  " + to + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a redirect to another host is a portal") {
    CHECK(portal_in(redirect("http://login.hotel.example/?to=x"), "vpn.example.org") ==
          "the network sends who asks for http://vpn.example.org/ to http://login.hotel.example/?to=x");
    CHECK(portal_in(redirect("http://10.0.0.1:8080"), "203.0.113.2"));
    CHECK(portal_in("HTTP/1.1 511 Network Authentication Required\r\n\r\n", "vpn.example.org"));
}

TEST_CASE("a web server of the host's own is none") {
    CHECK_FALSE(portal_in(redirect("https://vpn.example.org/"), "vpn.example.org"));
    CHECK_FALSE(portal_in(redirect("https://VPN.example.org:8443/a"), "vpn.example.org"));
    CHECK_FALSE(portal_in(redirect("https://[2001:db8::1]/"), "2001:db8::1"));
    CHECK_FALSE(portal_in(redirect("/login"), "vpn.example.org"));
    CHECK_FALSE(portal_in("HTTP/1.1 200 OK\r\nLocation: http://a.example/\r\n\r\n", "vpn.example.org"));
    CHECK_FALSE(portal_in("HTTP/1.1 302 Found\r\n\r\n", "vpn.example.org"));
    CHECK_FALSE(portal_in("SSH-2.0-OpenSSH_9.2\r\n", "vpn.example.org"));
    CHECK_FALSE(portal_in("", "vpn.example.org"));
}

TEST_CASE("what a portal says is fit for a terminal") {
    CHECK(portal_in(redirect("http://a.example/\x1b[31m"), "b.example")->find('\x1b') == std::string::npos);
    CHECK(portal_in(redirect("http://a.example/" + std::string(5000, 'a')), "b.example")->size() < 400);
}
