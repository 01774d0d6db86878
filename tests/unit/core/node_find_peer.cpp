#include "tests/unit/core/node_networks_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

TEST_CASE("a peer is found by name, by both addresses, and by name and network") {
    two_networks_known f;
    for (const auto* text : {"anna", "ANNA", "100.64.0.2", "fd00:1:2:3::6440:2", "anna.home", "Anna.LAB-NET"}) {
        CAPTURE(text);
        const auto found = f.known.find_peer(text);
        REQUIRE(found);
        CHECK(*found == anna);
    }
}

TEST_CASE("who is not there is not found") {
    two_networks_known f;
    for (const auto* text : {"", ".", "cleo", "100.64.0.4", "100.64.0.1", "self", "bodo.home", "anna.", "anna.nowhere",
                             ".home", "fd00:1:2:3::6440:4", "fd00:1:2:4::6440:2", "0.0.0.0"}) {
        CAPTURE(text);
        const auto found = f.known.find_peer(text);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::peer_not_found);
    }
}

TEST_CASE("a name in a network goes before a nickname, and a nickname works where no network has that name") {
    two_networks_known f;
    f.known.on_peer(peer(bodo, "anna"));
    CHECK(f.known.find_peer("anna") == result<node_id>(anna));
    f.known.on_member({name("lab-net"), member(bodo, "anna-2")});
    CHECK(f.known.find_peer("anna-2") == result<node_id>(bodo));
    CHECK(f.known.find_peer("anna-2.lab-net") == result<node_id>(bodo));
    CHECK(f.known.find_peer("anna-2.home").error().code == errc::peer_not_found);
    f.known.on_peer(peer(bodo, "builder"));
    CHECK(f.known.find_peer("builder") == result<node_id>(bodo));
    CHECK(f.known.find_peer("builder.lab-net") == result<node_id>(bodo));
    CHECK(f.known.find_peer("bodo").error().code == errc::peer_not_found);
}

TEST_CASE("two peers of one name are told apart by network or address, never guessed") {
    two_networks_known f;
    f.known.on_member({name("lab-net"), member(bodo, "anna")});
    f.known.on_member({name("lab-net"), member(anna, "anna-2")});
    const auto both = f.known.find_peer("anna");
    REQUIRE_FALSE(both);
    CHECK(both.error().code == errc::peer_ambiguous);
    for (const auto* part : {"100.64.0.2", "100.64.0.3", "anna.lab-net", "anna-2.lab-net", "anna.home"}) {
        CHECK(both.error().text.find(part) != std::string::npos);
    }
    CHECK(f.known.find_peer("anna.home") == result<node_id>(anna));
    CHECK(f.known.find_peer("anna.lab-net") == result<node_id>(bodo));
    CHECK(f.known.find_peer("100.64.0.3") == result<node_id>(bodo));
}

// ---- for administration -------------------------------------------------------------------------------------------

TEST_CASE("members, those that wait and this node are found in their network by name or nickname") {
    two_networks_known f;
    f.known.on_requested({name("lab-net"), applicant(cleo, "cleo")});
    f.known.on_member({name("lab-net"), member(bodo, "builder")});
    const auto find = [&](std::string_view text) { return f.known.find_member(name("lab-net"), text); };
    CHECK(find("anna") == result<node_id>(anna));
    CHECK(find("Builder") == result<node_id>(bodo));
    CHECK(find("bodo") == result<node_id>(bodo));
    CHECK(find("cleo") == result<node_id>(cleo));
    CHECK(find("cleo.lab-net") == result<node_id>(cleo));
    CHECK(find("self") == result<node_id>(me));
    CHECK(find("anna.home").error().code == errc::peer_not_found);
    CHECK(f.known.find_member(name("home"), "builder").error().code == errc::peer_not_found);
    CHECK(f.known.find_member(name("home"), "cleo").error().code == errc::peer_not_found);
    CHECK(f.known.find_member(name("unknown"), "anna").error().code == errc::not_a_member);
}

TEST_CASE("any address passes, of whomever it is; half an address is a name") {
    two_networks_known f;
    const auto find = [&](std::string_view text) { return f.known.find_member(name("home"), text); };
    CHECK(find("100.99.1.2") == result<node_id>(node_id{0x64630102}));
    CHECK(find("fd00:1:2:3::6440:4") == result<node_id>(cleo));
    for (const auto* text : {"0.0.0.0", "100.99.1", "fd00:9:2:3::6440:4", "fd00:1:2:3:1::6440:4", ""}) {
        CAPTURE(text);
        CHECK(find(text).error().code == errc::peer_not_found);
    }
}

TEST_CASE("a name of several in one network is never guessed") {
    two_networks_known f;
    f.known.on_peer(peer(anna, "twin"));
    f.known.on_peer(peer(bodo, "twin"));
    const auto both = f.known.find_member(name("lab-net"), "twin");
    REQUIRE_FALSE(both);
    CHECK(both.error().code == errc::peer_ambiguous);
    CHECK(both.error().text.find("100.64.0.2") != std::string::npos);
    CHECK(both.error().text.find("100.64.0.3") != std::string::npos);
    CHECK(f.known.find_member(name("home"), "twin") == result<node_id>(anna));
}

TEST_CASE("where this node waits only addresses are known") {
    two_networks_known f;
    f.known.on_network(awaited("club"));
    CHECK(f.known.find_member(name("club"), "anna").error().code == errc::peer_not_found);
    CHECK(f.known.find_member(name("club"), "self").error().code == errc::peer_not_found);
    CHECK(f.known.find_member(name("club"), "100.64.0.2") == result<node_id>(anna));
}
