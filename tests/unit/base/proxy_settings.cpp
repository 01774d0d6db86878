#include "buri/base/proxy_settings.hpp"

#include <catch2/catch.hpp>

namespace buri {
namespace {

TEST_CASE("a host may have a port, and IPv6 needs brackets") {
    CHECK(parse_host_port("vpn.example.org") == host_port{"vpn.example.org", 0});
    CHECK(parse_host_port("198.51.100.7:443") == host_port{"198.51.100.7", 443});
    CHECK(parse_host_port("[2001:db8::1]:65535") == host_port{"2001:db8::1", 65535});
    CHECK(parse_host_port("[::1]") == host_port{"::1", 0});
    for (const auto* const text : {"", ":1", "a:", "a:0", "a:65536", "a:1x", "a:-1", "a b", "2001:db8::1", "[::1",
                                   "[]:1", "[a]:1", "[::1]x", "[1.2.3.4]:1", "a/b", "a@b", "a\n"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_host_port(text));
    }
    CHECK_FALSE(parse_host_port(std::string(254, 'a')));
}

TEST_CASE("a host is written as it is read") {
    for (const host_port& each : {host_port{"a.example.org", 1}, host_port{"2001:db8::1", 443}})
        CHECK(parse_host_port(to_string(each)) == each);
}

TEST_CASE("a proxy is read with or without scheme, port and user") {
    CHECK(*parse_proxy("http://10.0.0.1:3128") == proxy_settings{{"10.0.0.1", 3128}, "", "", ""});
    CHECK(*parse_proxy("HTTP://proxy/") == proxy_settings{{"proxy", 80}, "", "", ""});
    CHECK(*parse_proxy("proxy:8080") == proxy_settings{{"proxy", 8080}, "", "", ""});
    CHECK(*parse_proxy("http://anna:p%40ss%3a%2F@[2001:db8::1]:1") ==
          proxy_settings{{"2001:db8::1", 1}, "anna", "p@ss:/", ""});
    CHECK(*parse_proxy("http://anna@p:1") == proxy_settings{{"p", 1}, "anna", "", ""});
    CHECK(*parse_proxy("http://anna:a@b@p:1") == proxy_settings{{"p", 1}, "anna", "a@b", ""});
}

TEST_CASE("what is no proxy is refused, and the password is not repeated") {
    for (const auto* const url :
         {"", "http://", "https://p:1", "socks5://p:1", "http://:secret@p:1", "http://a:%zzsecret@p:1",
          "http://a:secret%0d%0a@p:1", "http://a%3ab:secret@p:1", "http://a:secret@p:x", "http://a:secret@"}) {
        CAPTURE(url);
        const auto proxy = parse_proxy(url);
        REQUIRE_FALSE(proxy);
        CHECK(proxy.error().code == errc::config);
        CHECK_THAT(proxy.error().text, !Catch::Contains("secret"));
    }
}

TEST_CASE("a proxy is written as it is read") {
    const proxy_settings proxy{{"2001:db8::1", 3128}, "an na", "p@ss:/%", ""};
    CHECK(to_url(proxy) == "http://an%20na:p%40ss%3a%2f%25@[2001:db8::1]:3128");
    CHECK(*parse_proxy(to_url(proxy)) == proxy);
}

TEST_CASE("no_proxy names hosts, domains, addresses and prefixes") {
    proxy_settings proxy{{"p", 1}, "", "", "localhost, .example.org,EXAMPLE.net,10.0.0.0/8,192.0.2.1,"};
    for (const auto* const host :
         {"localhost", "example.org", "vpn.example.org", "VPN.Example.Net", "10.9.8.7", "192.0.2.1"}) {
        CAPTURE(host);
        CHECK(is_excepted(proxy, host));
    }
    for (const auto* const host : {"notexample.org", "example.com", "11.0.0.1", "192.0.2.11", "org", ""}) {
        CAPTURE(host);
        CHECK_FALSE(is_excepted(proxy, host));
    }
    proxy.except = "*";
    CHECK(is_excepted(proxy, "anything"));
    proxy.except = "";
    CHECK_FALSE(is_excepted(proxy, "anything"));
}

}  // namespace
}  // namespace buri
