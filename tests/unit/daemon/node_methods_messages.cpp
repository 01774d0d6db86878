#include "daemon/invite_url.hpp"
#include "tests/unit/daemon/node_methods_fixture.hpp"

namespace buri::daemon {

TEST_CASE("a welcome is set, cleared and read", "[node_methods]") {
    node_in_networks on;
    const json where{{"network", "lab-net"}};
    CHECK(on.asked<wire::set_welcome>("welcome", {{"network", "lab-net"}, {"text", "Hello."}}).text == "Hello.");
    CHECK(on.asked<wire::set_welcome>("welcome", {{"network", "lab-net"}, {"text", ""}}).text.empty());
    CHECK(on.asked<wire::list_messages>("welcome", where).network == lab);
    CHECK(on.told("welcome", {{"network", "lab-net"}, {"text", "Hello."}}) ==
          json{{"network", "lab-net"}, {"text", "Hello."}, {"changed", true}});
    CHECK(on.told("welcome", where, wire::message_list{"Hi.", {}}) ==
          json{{"network", "lab-net"}, {"text", "Hi."}, {"changed", false}});
    CHECK(on.refused("welcome", {{"network", "lab-net"}, {"text", std::string(1025, 'x')}}).code == errc::malformed);
}

TEST_CASE("announcements are made and listed", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::make_announcement>("announce", {{"network", "lab-net"}, {"text", "x"}}).text == "x");
    CHECK(on.refused("announce", {{"network", "lab-net"}}).code == errc::malformed);
    wire::message_list messages;
    messages.announcements.push_back({3, anna, "anna", wall_time{}, "Tonight."});
    CHECK(on.told("announcements", {{"network", "lab-net"}}, messages) ==
          json::array({{{"id", 3},
                        {"time", "1970-01-01T00:00:00Z"},
                        {"author", {{"address", "100.64.0.2"}, {"name", "anna"}}},
                        {"text", "Tonight."}}}));
}

TEST_CASE("an invite's token stays here, the server gets its digest", "[node_methods]") {
    node_in_networks on;
    const json params{{"network", "lab-net"}, {"expires_s", 3600}, {"approved", true}};
    auto what = on.read("invite", params);
    REQUIRE(what);
    const auto& sent = std::get<wire::make_invite>(what->what);
    const auto url = parse_invite_url(what->document.at("url").get<std::string>());
    REQUIRE(url);
    const auto digest = crypto::sha256(url->token);
    CHECK(sent.digest == bytes(digest.begin(), digest.end()));
    CHECK(sent.max_uses == 1);
    CHECK(sent.approved);
    CHECK(sent.expires == parse_rfc3339("2026-03-01T01:00:00Z"));
    CHECK(url->network == lab);
    CHECK(url->server.host == "vpn.example.org");
    CHECK("SHA256:" + to_base64(*url->server.fingerprint) == pinned);
    const auto document = on.told("invite", {{"network", "lab-net"}, {"uses", 0}}, wire::invite_made{12});
    CHECK(document.at("id") == 12);
    CHECK(document.at("uses") == 0);
    CHECK(document.at("expires").is_null());
    CHECK(document.at("approved") == false);
    CHECK(document.at("url") != what->document.at("url"));
    for (const auto& wrong : {json{{"uses", -1}}, json{{"uses", 1ULL << 32U}}, json{{"uses", 1.5}}, json{{"uses", "1"}},
                              json{{"expires_s", 0}}, json{{"expires_s", 1ULL << 40U}}, json{{"approved", 1}}}) {
        CAPTURE(wrong.dump());
        auto bad = wrong;
        bad["network"] = "lab-net";
        CHECK(on.refused("invite", bad).code == errc::malformed);
    }
}

TEST_CASE("invites are listed and taken back by number", "[node_methods]") {
    node_in_networks on;
    wire::invite_list invites;
    invites.invites.push_back({4, me, wall_time{}, std::nullopt, 0, 3, false});
    CHECK(on.told("invites", {{"network", "lab-net"}}, invites) ==
          json::array({{{"id", 4},
                        {"by", {{"address", "100.64.0.1"}, {"name", "self"}}},
                        {"created", "1970-01-01T00:00:00Z"},
                        {"expires", nullptr},
                        {"max_uses", 0},
                        {"uses", 3},
                        {"approved", false}}}));
    CHECK(on.asked<wire::revoke_invite>("uninvite", {{"network", "lab-net"}, {"id", 4}}).id == 4);
    CHECK(on.refused("uninvite", {{"network", "lab-net"}}).code == errc::malformed);
    CHECK(on.refused("uninvite", {{"network", "lab-net"}, {"id", 0}}).code == errc::malformed);
}

TEST_CASE("the log is read in pages", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::read_log>("log", {{"network", "lab-net"}}) == wire::read_log{lab, 0, 1000});
    CHECK(on.asked<wire::read_log>("log", {{"network", "lab-net"}, {"after", 7}, {"limit", 3}}) ==
          wire::read_log{lab, 7, 3});
    for (const auto& wrong : {json{{"limit", 0}}, json{{"limit", 1001}}, json{{"after", -1}}, json{{"after", "x"}}}) {
        CAPTURE(wrong.dump());
        auto params = wrong;
        params["network"] = "lab-net";
        CHECK(on.refused("log", params).code == errc::malformed);
    }
    wire::log_page page;
    page.entries.push_back(
        {5, wall_time{}, std::nullopt, "operator", "plan", "", anna, "anna", "free", "premium", "ok"});
    CHECK(on.told("log", {{"network", "lab-net"}}, page) ==
          json::array({{{"id", 5},
                        {"time", "1970-01-01T00:00:00Z"},
                        {"actor", {{"address", nullptr}, {"name", "operator"}}},
                        {"act", "plan"},
                        {"network", ""},
                        {"target", {{"address", "100.64.0.2"}, {"name", "anna"}}},
                        {"before", "free"},
                        {"after", "premium"},
                        {"result", "ok"}}}));
}

}  // namespace buri::daemon
