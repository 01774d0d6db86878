#include "tests/unit/daemon/node_methods_fixture.hpp"

namespace buri::daemon {

TEST_CASE("members and those who wait are named as users name them", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::approve_member>("approve", {{"network", "lab-net"}, {"peer", "cleo"}}).member == cleo);
    CHECK(on.asked<wire::reject_member>("reject", {{"network", "lab-net"}, {"peer", "Cleo"}}).member == cleo);
    CHECK(on.asked<wire::evict_member>("evict", {{"network", "lab-net"}, {"peer", "100.99.9.9"}}).member ==
          node_id{0x64630909});
    CHECK(on.told("evict", {{"network", "lab-net"}, {"peer", "anna"}}) ==
          json{{"network", "lab-net"}, {"peer", "100.64.0.2"}, {"changed", true}});
    for (const auto* const method : {"approve", "reject", "evict", "ban", "grant", "revoke"}) {
        CAPTURE(method);
        CHECK(on.refused(method, {{"network", "lab-net"}}).code == errc::malformed);
        CHECK(on.refused(method, {{"network", "lab-net"}, {"peer", "nobody"}}).code == errc::peer_not_found);
        CHECK(on.refused(method, {{"network", "nowhere"}, {"peer", "anna"}}).code == errc::not_a_member);
    }
}

TEST_CASE("a ban has a reason and an end, if they are given", "[node_methods]") {
    node_in_networks on;
    const auto plain = on.asked<wire::ban_node>("ban", {{"network", "lab-net"}, {"peer", "anna"}});
    CHECK(plain == wire::ban_node{lab, anna, "", std::nullopt});
    const auto until = on.asked<wire::ban_node>(
        "ban", {{"network", "lab-net"}, {"peer", "anna"}, {"reason", "spam"}, {"until", "2026-04-01T00:00:00Z"}});
    CHECK(until == wire::ban_node{lab, anna, "spam", parse_rfc3339("2026-04-01T00:00:00Z")});
    for (const auto& wrong : {json{{"until", "tomorrow"}}, json{{"until", "2026-02-28T23:59:59Z"}}, json{{"until", 5}},
                              json{{"reason", std::string(257, 'x')}}}) {
        CAPTURE(wrong.dump());
        auto params = wrong;
        params["network"] = "lab-net";
        params["peer"] = "anna";
        CHECK(on.refused("ban", params).code == errc::malformed);
    }
}

TEST_CASE("bans are told with who made them", "[node_methods]") {
    node_in_networks on;
    wire::ban_list bans;
    bans.bans.push_back({cleo, "cleo", "SHA256:c", "spam", anna, wall_time{}, std::nullopt});
    bans.bans.push_back({std::nullopt, "gone", "SHA256:g", "", cleo, wall_time{}, wall_time{}});
    CHECK(on.told("bans", {{"network", "lab-net"}}, bans) ==
          json::array({{{"address", "100.64.0.4"},
                        {"nickname", "cleo"},
                        {"fingerprint", "SHA256:c"},
                        {"reason", "spam"},
                        {"by", {{"address", "100.64.0.2"}, {"name", "100.64.0.2"}}},
                        {"since", "1970-01-01T00:00:00Z"},
                        {"until", nullptr}},
                       {{"address", nullptr},
                        {"nickname", "gone"},
                        {"fingerprint", "SHA256:g"},
                        {"reason", ""},
                        {"by", {{"address", "100.64.0.4"}, {"name", "100.64.0.4"}}},
                        {"since", "1970-01-01T00:00:00Z"},
                        {"until", "1970-01-01T00:00:00Z"}}}));
    CHECK(on.told("bans", {{"network", "lab-net"}}, wire::ok_answer{}) == json::array());
}

TEST_CASE("privileges are a list of names that exist; revoking without a list takes all", "[node_methods]") {
    node_in_networks on;
    const json target{{"network", "lab-net"}, {"peer", "anna"}};
    const auto with = [&](json can) {
        auto params = target;
        params["can"] = std::move(can);
        return params;
    };
    CHECK(on.asked<wire::grant_privileges>("grant", with({"ban", "access"})).can ==
          privilege_set{privilege::ban, privilege::access});
    CHECK(on.asked<wire::revoke_privileges>("revoke", with({"ban"})).can == privilege_set{privilege::ban});
    CHECK(on.asked<wire::revoke_privileges>("revoke", target).can.size() == 6);
    CHECK(on.asked<wire::revoke_privileges>("revoke", with(nullptr)).can.size() == 6);
    CHECK(on.refused("grant", target).code == errc::malformed);
    for (const auto& wrong : {json::array(), json("ban"), json::array({"fly"}), json::array({1}), json::object()}) {
        CAPTURE(wrong.dump());
        CHECK(on.refused("grant", with(wrong)).code == errc::malformed);
        CHECK(on.refused("revoke", with(wrong)).code == errc::malformed);
    }
    CHECK(on.refused("grant", with({"fly"})).text.find("password,access,approve") != std::string::npos);
    CHECK(on.told("grant", with({"ban"}), wire::ok_answer{false}) ==
          json{{"network", "lab-net"}, {"peer", "100.64.0.2"}, {"can", {"evict", "ban"}}, {"changed", false}});
}

TEST_CASE("who waits and who administers is known without asking", "[node_methods]") {
    node_in_networks on;
    const json waiting = json::array({{{"network", "lab-net"},
                                       {"address", "100.64.0.4"},
                                       {"name", "cleo"},
                                       {"fingerprint", "SHA256:c"},
                                       {"since", "1970-01-01T00:00:00Z"}}});
    CHECK(read_requests(on.machine, json::object()) == result<json>(waiting));
    CHECK(read_requests(on.machine, {{"network", "lab-net"}}) == result<json>(waiting));
    CHECK(read_requests(on.machine, {{"network", "club"}}).error().code == errc::awaiting_approval);
    CHECK(read_requests(on.machine, {{"network", "guests"}}).error().code == errc::not_privileged);
    CHECK(read_requests(on.machine, {{"network", "nowhere"}}).error().code == errc::not_a_member);
    CHECK(read_requests(on.machine, {{"network", 5}}).error().code == errc::malformed);
    CHECK(read_administrators(on.machine, {{"network", "lab-net"}}) ==
          result<json>(json::array({{{"address", "100.64.0.2"}, {"name", "anna"}, {"can", {"evict", "ban"}}}})));
    CHECK(read_administrators(on.machine, json::object()).error().code == errc::malformed);
    CHECK(read_administrators(on.machine, {{"network", "nowhere"}}).error().code == errc::not_a_member);
}

TEST_CASE("a banned node is named by address, key, or the name that it had", "[node_methods]") {
    node_in_networks on;
    const auto named = [&](const std::string& peer) {
        return read_unban(on.machine, {{"network", "lab-net"}, {"peer", peer}});
    };
    CHECK(named("100.64.0.9")->named->member == node_id{0x64400009});
    CHECK(named(pinned)->named->fingerprint == pinned);
    CHECK_FALSE(named("SHA256:short"));
    CHECK_FALSE(named("cleo")->named);
    CHECK(read_unban(on.machine, {{"network", "lab-net"}}).error().code == errc::malformed);

    wire::ban_list bans;
    bans.bans.push_back({cleo, "cleo", "SHA256:c", "", anna, wall_time{}, std::nullopt});
    bans.bans.push_back({cleo, "cleo", "SHA256:d", "", anna, wall_time{}, std::nullopt});
    bans.bans.push_back({std::nullopt, "gone", "SHA256:g", "", anna, wall_time{}, std::nullopt});
    bans.bans.push_back({bodo, "twin", "SHA256:e", "", anna, wall_time{}, std::nullopt});
    bans.bans.push_back({anna, "Twin", "SHA256:f", "", anna, wall_time{}, std::nullopt});
    CHECK(find_banned(*named("CLEO"), bans)->member == cleo);
    const auto gone = find_banned(*named("gone"), bans);
    REQUIRE(gone);
    CHECK(gone->fingerprint == "SHA256:g");
    CHECK(unban_document(*gone).at("peer") == "SHA256:g");
    CHECK(find_banned(*named("nobody"), bans).error().code == errc::ban_not_found);
    const auto twins = find_banned(*named("twin"), bans);
    REQUIRE_FALSE(twins);
    CHECK(twins.error().code == errc::peer_ambiguous);
    CHECK(twins.error().text.find("100.64.0.3, 100.64.0.2") != std::string::npos);
}

}  // namespace buri::daemon
