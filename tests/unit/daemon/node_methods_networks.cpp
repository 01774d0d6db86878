#include "daemon/invite_url.hpp"
#include "tests/unit/daemon/node_methods_fixture.hpp"

namespace buri::daemon {

TEST_CASE("a network is made, joined, left and deleted by name", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::create_network>("create", {{"network", "team"}}).password == std::nullopt);
    CHECK(on.asked<wire::create_network>("create", {{"network", "team"}, {"password", "x"}}).password == "x");
    CHECK(on.asked<wire::join_network>("join", {{"network", "team"}, {"password", "x"}}).password == "x");
    CHECK(on.asked<wire::leave_network>("leave", {{"network", "LAB-NET"}}).network == lab);
    CHECK(on.asked<wire::delete_network>("delete", {{"network", "lab-net"}}).network == lab);
    CHECK(on.told("leave", {{"network", "lab-net"}}, wire::ok_answer{false}) ==
          json{{"network", "lab-net"}, {"changed", false}});
    CHECK(on.told("join", {{"network", "club"}}) == json{{"network", "club"}, {"changed", true}, {"waiting", true}});
    CHECK(on.told("join", {{"network", "lab-net"}}, wire::ok_answer{false}).at("waiting") == false);
}

TEST_CASE("a method that is about a network needs its name", "[node_methods]") {
    node_in_networks on;
    for (const auto& rows : {network_questions(), member_questions(), message_questions()}) {
        for (const auto& row : rows) {
            CAPTURE(row.name);
            if (row.name == "licence") continue;
            CHECK(on.refused(row.name, json::object()).code == errc::malformed);
            CHECK(on.refused(row.name, {{"network", 7}}).code == errc::malformed);
            CHECK(on.refused(row.name, {{"network", "x"}}).code == errc::name_invalid);
        }
    }
}

TEST_CASE("an invite to a network of this node's server is used instead of a password", "[node_methods]") {
    node_in_networks on;
    invite_url invite;
    invite.server = *parse_server_spec("elsewhere.example.org#" + pinned);
    invite.network = lab;
    invite.token.fill(9);
    const auto what = on.asked<wire::join_network>("join", {{"invite", to_string(invite)}});
    CHECK(what.network == lab);
    CHECK(what.invite == bytes(16, 9));
    CHECK(what.password == std::nullopt);
    invite.server.fingerprint = crypto::sha256(bytes{1});
    const auto other = on.refused("join", {{"invite", to_string(invite)}});
    CHECK(other.code == errc::daemon_running);
    CHECK(other.text.find("elsewhere.example.org") != std::string::npos);
    CHECK(other.text.find("vpn.example.org") != std::string::npos);
    invite.server.host = "vpn.example.org";
    CHECK(on.refused("join", {{"invite", to_string(invite)}}).text.find("another key") != std::string::npos);
    CHECK(on.refused("join", {{"invite", "vpn://x"}}).code == errc::usage);
    CHECK(on.refused("join", {{"invite", to_string(invite)}, {"password", "x"}}).code == errc::malformed);
    CHECK(on.refused("join", {{"invite", to_string(invite)}, {"network", "lab-net"}}).code == errc::malformed);
}

TEST_CASE("only what is named is set, and not both of what excludes each other", "[node_methods]") {
    node_in_networks on;
    wire::set_access what;
    what.network = lab;
    what.locked = true;
    CHECK(on.asked<wire::set_access>("set", {{"network", "lab-net"}, {"locked", true}}) == what);
    what.locked = false;
    what.approval = true;
    what.encryption = false;
    what.open = true;
    CHECK(on.asked<wire::set_access>("set", {{"network", "lab-net"},
                                             {"locked", false},
                                             {"approval", "manual"},
                                             {"encryption", "off"},
                                             {"open", true}}) == what);
    for (const auto& wrong : {json::object(), json{{"approval", "perhaps"}}, json{{"approval", true}},
                              json{{"encryption", "yes"}}, json{{"locked", "yes"}}, json{{"open", false}},
                              json{{"open", true}, {"password", "x"}}, json{{"password", std::string(257, 'x')}}}) {
        CAPTURE(wrong.dump());
        auto params = wrong;
        params["network"] = "lab-net";
        CHECK(on.refused("set", params).code == errc::malformed);
    }
}

TEST_CASE("a network is offered to a member, withdrawn, accepted and declined", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::offer_transfer>("transfer", {{"network", "lab-net"}, {"peer", "anna"}}).member == anna);
    CHECK(on.asked<wire::offer_transfer>("transfer", {{"network", "lab-net"}}).member == std::nullopt);
    CHECK(on.refused("transfer", {{"network", "lab-net"}, {"peer", "nobody"}}).code == errc::peer_not_found);
    CHECK(on.told("transfer", {{"network", "lab-net"}, {"peer", "anna"}}) ==
          json{{"network", "lab-net"}, {"heir", "100.64.0.2"}, {"changed", true}});
    CHECK(on.asked<wire::answer_transfer>("heir", {{"network", "lab-net"}, {"accept", true}}).accept);
    CHECK_FALSE(on.asked<wire::answer_transfer>("heir", {{"network", "lab-net"}, {"accept", false}}).accept);
    CHECK(on.refused("heir", {{"network", "lab-net"}}).code == errc::malformed);
}

TEST_CASE("a licence is answered with the plan that it gives", "[node_methods]") {
    node_in_networks on;
    CHECK(on.asked<wire::install_licence>("licence", {{"key", "buri-licence-x"}}).key == "buri-licence-x");
    CHECK(on.told("licence", {{"key", "k"}}) ==
          json{{"plan", "premium"}, {"until", "2027-01-31T12:00:00Z"}, {"changed", true}});
    CHECK(on.refused("licence", json::object()).code == errc::malformed);
    CHECK(on.refused("licence", {{"key", std::string(513, 'x')}}).code == errc::malformed);
}

}  // namespace buri::daemon
