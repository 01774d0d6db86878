#include <catch2/catch.hpp>

#include "desk.hpp"

using namespace buri;
using buri::test::desk;
using buri::test::refusal;
using wire::json;

namespace {

const json status{
    {"address", "100.64.0.1"}, {"nickname", "anna"}, {"fingerprint", "SHA256:abc"}, {"key_type", "ed25519"}};

}  // namespace

TEST_CASE("keys show and rotate", "[account]") {
    desk at;
    at.daemon.on("status", status);
    CHECK(at.run("keys show") == 0);
    CHECK(at.user.out == "SHA256:abc (ed25519)\n");
    CHECK(at.run("keys show --json") == 0);
    CHECK(at.document() == status);
    at.daemon.on("rotate", json{{"fingerprint", "SHA256:new"}, {"was", "SHA256:abc"}}, refusal(errc::not_online));
    CHECK(at.run("keys rotate --key-type rsa") == 0);
    CHECK(at.params() == json{{"key_type", "rsa"}});
    CHECK(at.user.out == "SHA256:new\n");
    CHECK(at.user.err.starts_with("the key was SHA256:abc."));
    CHECK(at.run("keys rotate") == 1);
    CHECK(at.params() == json::object());
    CHECK(at.user.err.starts_with("vpn: cannot change the key: "));
}

TEST_CASE("a licence is installed from an argument or standard input", "[account]") {
    desk at;
    at.daemon.on("licence", json{{"plan", "premium"}, {"until", "2027-01-31T00:00:00Z"}, {"changed", true}},
                 json{{"plan", "premium"}, {"until", "2027-01-31T00:00:00Z"}, {"changed", false}});
    CHECK(at.run("licence install buri-licence-abc") == 0);
    CHECK(at.params() == json{{"key", "buri-licence-abc"}});
    CHECK(at.user.out == "the plan is premium until 2027-01-31T00:00:00Z.\n");
    at.user.input = " buri-licence-def \r\n";
    CHECK(at.run("licence install -") == 0);
    CHECK(at.params() == json{{"key", "buri-licence-def"}});
    CHECK(at.user.out == "installed already: the plan is premium until 2027-01-31T00:00:00Z.\n");
    CHECK(at.run("licence install nonsense") == 8);
    CHECK(at.daemon.calls().size() == 2);
    desk used;
    used.daemon.on("licence", refusal(errc::licence_used));
    CHECK(used.run("licence install buri-licence-abc --json") == 7);
    CHECK(used.document()["error"]["name"] == "licence_used");
}

TEST_CASE("an account is deleted only after a yes", "[account]") {
    // The end of the fake daemon cannot be waited for: it is a thread of this process. Being refused is as far as this goes.
    desk at;
    at.daemon.on("status", status);
    at.daemon.on("delete_account", refusal(errc::owns_networks));
    CHECK(at.run("account delete") == 2);
    CHECK(at.user.err.find("there is no terminal to ask. Add --yes") != std::string::npos);
    CHECK(at.method() == "status");
    at.user.has_terminal = true;
    at.user.lines = {"what?", "no"};
    CHECK(at.run("account delete") == 1);
    CHECK(at.user.err.find("nothing was deleted") != std::string::npos);
    CHECK(at.method() == "status");
    at.user.lines = {"yes"};
    CHECK(at.run("account delete --with-networks") == 4);
    CHECK(at.params() == json{{"with_networks", true}});
    CHECK(at.user.err.find("the account 100.64.0.1 (anna) on the server") != std::string::npos);
    at.user.has_terminal = false;
    CHECK(at.run("account delete --yes") == 4);
    CHECK(at.params() == json::object());
    CHECK(at.user.err ==
          "vpn: cannot delete the account: the account still owns networks. Hand them over with 'vpn transfer', or add "
          "--with-networks.\n");
}
