#include "buri/net/connect_reply.hpp"

#include <catch2/catch.hpp>

namespace buri::net {
namespace {

std::optional<result<void>> judged(const std::string& text) {
    connect_reply reply;
    return reply.feed(as_bytes(text));
}

std::string refusal(const std::string& text) {
    const auto verdict = judged(text);
    REQUIRE(verdict);
    REQUIRE_FALSE(*verdict);
    CHECK(verdict->error().code == errc::server_unreachable);
    return verdict->error().text;
}

TEST_CASE("any 2xx opens the way, with any header, in any pieces") {
    for (const std::string text :
         {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nVia: x\r\nX: y\r\n\r\n",
          "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 204 \n\n"}) {
        CAPTURE(text);
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            connect_reply reply;
            CHECK_FALSE(reply.feed(as_bytes(text.substr(0, cut))));
            const auto verdict = reply.feed(as_bytes(text.substr(cut)));
            REQUIRE(verdict);
            CHECK(verdict->has_value());
        }
    }
}

TEST_CASE("what the proxy wants or forbids is said") {
    const std::string end = "\r\nContent-Length: 9\r\n\r\n<html>no!";
    CHECK_THAT(refusal("HTTP/1.1 407 Proxy Authentication Required" + end),
               Catch::StartsWith("it wants a user and password") && Catch::Contains("http://USER:PASSWORD@HOST:PORT"));
    CHECK_THAT(refusal("HTTP/1.0 401 Unauthorized" + end), Catch::StartsWith("it wants a user and password, or other"));
    CHECK_THAT(refusal("HTTP/1.1 403 Filtered" + end),
               Catch::StartsWith("it forbids") && Catch::Contains("403 Filtered"));
    CHECK_THAT(refusal("HTTP/1.1 503 x" + end), Catch::StartsWith("it cannot reach the server"));
    CHECK_THAT(refusal("HTTP/1.1 302 Login" + end), Catch::StartsWith("it refuses (it says 'HTTP/1.1 302 Login')"));
}

TEST_CASE("what is no proxy is called that, without waiting for its end") {
    for (const std::string text :
         {"SSH-2.0-OpenSSH_9.2\r\n", "220 mail\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000 x\r\n\r\n",
          "HTTP/1.1 20 x\r\n\r\n", "HTTP/1.1200 x\r\n\r\n", "\r\n\r\n", "h"}) {
        CAPTURE(text);
        CHECK_THAT(refusal(text), Catch::StartsWith("it is not an HTTP proxy"));
    }
    CHECK(refusal("\x1b[31mred\x07").find('\x1b') == std::string::npos);
}

TEST_CASE("a header without an end is given up at 8 KiB, and costs no more memory") {
    connect_reply reply;
    CHECK_FALSE(reply.feed(as_bytes("HTTP/1.1 200 OK\r\nX: ")));
    const std::string filler(1024, 'a');
    std::optional<result<void>> verdict;
    for (int i = 0; i < 8 && !verdict; ++i)
        verdict = reply.feed(as_bytes(filler));
    REQUIRE(verdict);
    CHECK_THAT(verdict->error().text, Catch::Contains("longer than 8 KiB"));
    CHECK_THAT(refusal("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'a')), Catch::Contains("longer than 8 KiB"));
}

TEST_CASE("a proxy that speaks before the client's TLS is refused") {
    CHECK_THAT(refusal("HTTP/1.1 200 OK\r\n\r\nx"), Catch::Contains("data of its own"));
}

TEST_CASE("the request names the target, and the user only if there is one") {
    CHECK(connect_request("vpn.example.org", 443, "", "") ==
          "CONNECT vpn.example.org:443 HTTP/1.1\r\nHost: vpn.example.org:443\r\n\r\n");
    // RFC 7617 section 2
    CHECK_THAT(connect_request("2001:db8::1", 443, "Aladdin", "open sesame"),
               Catch::StartsWith("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n") &&
                   Catch::Contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

}  // namespace
}  // namespace buri::net
