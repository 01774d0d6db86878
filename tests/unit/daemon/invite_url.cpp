#include "daemon/invite_url.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using daemon::invite_url;
using daemon::parse_invite_url;

namespace {

// SHA-256 of nothing has both characters of base64 that a query encodes.
const std::string key = "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU";
const std::string token = "AAECAwQFBgcICQoLDA37_w";

std::string url(const std::string& host) {
    return "vpn://" + host + "/team?k=SHA256:" + key + "&t=" + token;
}

}  // namespace

TEST_CASE("an invite names server, key, network and token", "[invite_url]") {
    const auto invite = parse_invite_url(url("vpn.example.org"));
    REQUIRE(invite);
    CHECK(daemon::to_string(invite->server) == "vpn.example.org#SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
    CHECK(invite->network.text() == "team");
    CHECK(invite->token == std::array<std::uint8_t, 16>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xfb, 0xff});
}

TEST_CASE("an invite is written as it is read", "[invite_url]") {
    for (const auto* host :
         {"vpn.example.org", "vpn.example.org:443", "192.0.2.1", "[2001:db8::1]", "[2001:db8::1]:5"}) {
        const auto invite = parse_invite_url(url(host));
        REQUIRE(invite);
        CHECK(daemon::to_string(*invite) == url(host));
    }
}

TEST_CASE("a chat's own encoding and fields of a later version do no harm", "[invite_url]") {
    const auto plain = parse_invite_url(url("h"));
    CHECK(parse_invite_url("vpn://h/team?x=1&t=" + token + "&k=SHA256%3A" + key + "&y") == plain);
    CHECK(parse_invite_url("vpn://h/t%65am?k=SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU&t=" + token) == plain);
}

TEST_CASE("every shortened invite is refused with a reason", "[invite_url]") {
    const auto whole = url("vpn.example.org");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const auto invite = parse_invite_url(whole.substr(0, size));
        REQUIRE_FALSE(invite);
        CHECK(describe(invite.error().code).exit_code == 2);
    }
    for (const auto& text :
         {whole + "A", whole + "&t=" + token, "vpn:///team" + whole.substr(whole.find('?')),
          whole + std::string(2000, '&'), "http" + whole.substr(3), whole + "%", url("a b"), url("h:0")}) {
        INFO(text);
        CHECK_FALSE(parse_invite_url(text));
    }
}
