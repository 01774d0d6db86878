#include "tests/unit/core/node_networks_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;
using expected = std::vector<std::string>;

TEST_CASE("the first sync is silent, a later one tells what changed meanwhile") {
    two_networks_known f;
    CHECK(f.known.on_sync(two_networks())->empty());
    auto later = two_networks();
    later.plan.name = "premium";
    later.peers = {peer(bodo, "bodo"), peer(cleo, "cleo")};
    later.networks = {network("lab-net", {member(me, "self"), member(bodo, "bodo"), member(cleo, "cleo")}),
                      network("club", {member(me, "self"), member(cleo, "cleo")})};
    const auto changes = f.known.on_sync(later);
    REQUIRE(changes);
    CHECK(lines(*changes) ==
          expected{
              R"(plan {"name":"premium","until":null})",
              R"(peer {"change":"online","nickname":"bodo","peer":"100.64.0.3"})",
              R"(peer {"change":"online","nickname":"cleo","peer":"100.64.0.4"})",
              R"(peer {"change":"joined","name":"cleo","network":"lab-net","nickname":"cleo","peer":"100.64.0.4"})",
              R"(peer {"change":"left","name":"anna","network":"lab-net","nickname":"anna","peer":"100.64.0.2",)"
              R"("reason":"left"})",
              R"(network {"change":"joined","network":"club","owner":"100.64.0.1"})",
              R"(left {"network":"home","reason":"left","text":""})",
          });
    CHECK(f.known.peers().size() == 2);
    CHECK(f.known.networks().size() == 2);
    CHECK_FALSE(f.known.shares_network(anna));
    CHECK(f.known.plan().name == "premium");
}

TEST_CASE("a sync with a bad prefix changes nothing") {
    two_networks_known f;
    auto bad = two_networks();
    bad.pool = "100.64.0.0/99";
    bad.networks.clear();
    bad.plan.name = "other";
    CHECK(f.known.on_sync(bad).error().code == errc::malformed);
    CHECK(f.known.networks().size() == 2);
    CHECK(f.known.plan().name == "free");
}

TEST_CASE("a peer that goes, comes and is renamed is told once each") {
    two_networks_known f;
    CHECK(f.known.on_peer(peer(anna, "anna")).empty());
    CHECK(f.known.on_peer(peer(anna, "anna", false)).front().data["change"] == "offline");
    CHECK(f.known.on_peer(peer(anna, "anna", false)).empty());
    const auto renamed = f.known.on_peer(peer(anna, "anne", false));
    REQUIRE(renamed.size() == 1);
    CHECK(renamed.front().data["nickname"] == "anne");
    CHECK(renamed.front().data["was"] == "anna");
    CHECK(f.known.on_peer(peer(me, "other")).empty());
    CHECK(f.known.nickname() == "other");
    CHECK_FALSE(f.known.peers().contains(me));
}

TEST_CASE("a peer with another key is told, with both keys") {
    two_networks_known f;
    auto changed = peer(anna, "anna");
    changed.fingerprint = "SHA256:new";
    CHECK(
        lines(f.known.on_peer(changed)) ==
        expected{R"(peer {"change":"key","fingerprint":"SHA256:new","nickname":"anna","peer":"100.64.0.2","was":""})"});
    CHECK(f.known.on_peer(changed).empty());
}

TEST_CASE("members join and leave; a peer without a network in common is forgotten") {
    two_networks_known f;
    CHECK(f.known.on_joined({name("lab-net"), member(cleo, "cleo")}).size() == 1);
    CHECK(f.known.on_joined({name("LAB-NET"), member(cleo, "cleo")}).empty());
    CHECK(f.known.shares_network(cleo));
    CHECK(lines(f.known.on_left({name("lab-net"), anna, "evicted"})) ==
          expected{R"(peer {"change":"left","name":"anna","network":"lab-net","nickname":"anna","peer":"100.64.0.2",)"
                   R"("reason":"evicted"})"});
    CHECK(f.known.shares_network(anna));
    CHECK(f.known.networks_with(anna) == std::vector{name("home")});
    CHECK(f.known.on_left({name("home"), anna, "left"}).size() == 1);
    CHECK_FALSE(f.known.shares_network(anna));
    CHECK_FALSE(f.known.peers().contains(anna));
    CHECK(f.known.peers().contains(bodo));
}

TEST_CASE("a network that is gone says why, and takes its strangers along") {
    two_networks_known f;
    CHECK(lines(f.known.on_gone({name("lab-net"), "banned", "spam"})) ==
          expected{R"(left {"network":"lab-net","reason":"banned","text":"spam"})"});
    CHECK(f.known.peers().contains(anna));
    CHECK_FALSE(f.known.peers().contains(bodo));
    CHECK(f.known.on_gone({name("lab-net"), "deleted", {}}).empty());
}

TEST_CASE("changed settings tell what changed and nothing else") {
    two_networks_known f;
    auto settings = f.lab().settings;
    CHECK(f.known.on_settings(settings).empty());
    settings.locked = true;
    settings.approval = true;
    settings.heir = anna;
    CHECK(lines(f.known.on_settings(settings)) ==
          expected{R"(network {"approval":"manual","change":"changed","heir":"100.64.0.2","locked":true,)"
                   R"("network":"lab-net","owner":"100.64.0.1"})"});
    settings.encryption = false;
    settings.owner = anna;
    settings.heir.reset();
    CHECK(lines(f.known.on_settings(settings)) ==
          expected{R"(network {"change":"changed","encryption":"off","heir":null,"network":"lab-net",)"
                   R"("owner":"100.64.0.2"})"});
    CHECK(f.lab().members.size() == 3);
}

TEST_CASE("a renamed member and one with other privileges are told, this node too") {
    two_networks_known f;
    auto changed = member(anna, "anna-2");
    changed.can = {privilege::ban, privilege::evict};
    CHECK(lines(f.known.on_member({name("lab-net"), changed})) ==
          expected{
              R"(peer {"change":"name","name":"anna-2","network":"lab-net","nickname":"anna","peer":"100.64.0.2",)"
              R"("was":"anna"})",
              R"(peer {"can":["evict","ban"],"change":"privileges","name":"anna-2","network":"lab-net",)"
              R"("nickname":"anna","peer":"100.64.0.2"})",
          });
    CHECK(f.known.on_member({name("lab-net"), changed}).empty());
    auto own = member(me, "self");
    own.can = {privilege::access};
    CHECK(lines(f.known.on_member({name("home"), own})) ==
          expected{R"(peer {"can":["access"],"change":"privileges","name":"self","network":"home","nickname":"self",)"
                   R"("peer":"100.64.0.1"})"});
}

TEST_CASE("those who wait for approval come, and go as members or not at all") {
    two_networks_known f;
    CHECK(lines(f.known.on_requested({name("lab-net"), applicant(cleo, "cleo")})) ==
          expected{R"(requested {"fingerprint":"SHA256:k","name":"cleo","network":"lab-net","peer":"100.64.0.4"})"});
    CHECK(f.known.on_requested({name("lab-net"), applicant(cleo, "cleo")}).empty());
    CHECK(f.lab().applicants.size() == 1);
    CHECK_FALSE(f.known.shares_network(cleo));
    CHECK(f.known.on_joined({name("lab-net"), member(cleo, "cleo")}).front().data["change"] == "joined");
    CHECK(f.lab().applicants.empty());
    CHECK(f.known.on_request_gone({name("lab-net"), cleo, "left"}).empty());
    const node_id dora{0x64400005};
    f.known.on_requested({name("lab-net"), applicant(dora, "dora")});
    CHECK(lines(f.known.on_request_gone({name("lab-net"), dora, "rejected"})) ==
          expected{R"(request_gone {"name":"dora","network":"lab-net","peer":"100.64.0.5","reason":"rejected"})"});
    CHECK(f.lab().applicants.empty());
}

TEST_CASE("in a network where it waits a node sees nobody, then everybody at once") {
    two_networks_known f;
    CHECK(lines(f.known.on_network(awaited("club"))) ==
          expected{R"(network {"change":"waiting","network":"club","owner":null})"});
    CHECK_FALSE(f.known.is_member_of(name("club")));
    CHECK(lines(f.known.on_network(network("club", {member(me, "self"), member(cleo, "cleo")}))) ==
          expected{R"(network {"change":"joined","network":"club","owner":"100.64.0.1"})"});
    CHECK(f.known.is_member_of(name("club")));
    CHECK(f.known.shares_network(cleo));
    f.known.on_network(awaited("yard"));
    CHECK(f.known.on_gone({name("yard"), "rejected", {}}).front().data["reason"] == "rejected");
}

TEST_CASE("the newest announcement is kept") {
    two_networks_known f;
    wire::announcement_event what;
    what.network = name("lab-net");
    what.message.id = 8;
    f.known.on_announcement(what);
    what.message.id = 5;
    f.known.on_announcement(what);
    REQUIRE(f.lab().settings.latest);
    CHECK(f.lab().settings.latest->id == 8);
    what.network = name("unknown");
    f.known.on_announcement(what);
    CHECK(f.known.networks().size() == 2);
}

TEST_CASE("a plan is told when it changes") {
    two_networks_known f;
    auto plan = f.known.plan();
    CHECK(f.known.on_plan(plan).empty());
    plan.name = "premium";
    plan.until = wall_time{std::chrono::seconds{1'800'000'000}};
    CHECK(lines(f.known.on_plan(plan)) == expected{R"(plan {"name":"premium","until":"2027-01-15T08:00:00Z"})"});
}

// ---- a server that talks nonsense ---------------------------------------------------------------------------------

TEST_CASE("events of unknown networks, and of members that are none, are nothing") {
    two_networks_known f;
    const auto before = f.known.networks();
    const auto unknown = name("unknown");
    CHECK(f.known.on_joined({unknown, member(cleo, "cleo")}).empty());
    CHECK(f.known.on_member({unknown, member(anna, "x")}).empty());
    CHECK(f.known.on_member({name("lab-net"), member(cleo, "x")}).empty());
    CHECK(f.known.on_left({unknown, anna, {}}).empty());
    CHECK(f.known.on_left({name("lab-net"), cleo, {}}).empty());
    CHECK(f.known.on_left({name("lab-net"), me, {}}).empty());
    CHECK(f.known.on_requested({unknown, applicant(cleo, "cleo")}).empty());
    CHECK(f.known.on_requested({name("lab-net"), applicant(anna, "anna")}).empty());
    CHECK(f.known.on_request_gone({name("lab-net"), cleo, {}}).empty());
    CHECK(f.known.on_gone({unknown, "deleted", {}}).empty());
    wire::network_settings settings;
    settings.network = unknown;
    CHECK(f.known.on_settings(settings).empty());
    CHECK(f.known.networks() == before);
}

TEST_CASE("whatever a server puts into a network where the node waits, nobody is shared and nothing is told") {
    two_networks_known f;
    auto lying = awaited("club");
    lying.settings.owner = cleo;
    lying.members = {member(me, "self"), member(cleo, "cleo")};
    lying.applicants = {applicant(cleo, "cleo")};
    CHECK(f.known.on_network(lying).size() == 1);
    CHECK(f.known.on_joined({name("club"), member(cleo, "cleo")}).empty());
    CHECK(f.known.on_requested({name("club"), applicant(cleo, "cleo")}).empty());
    auto settings = lying.settings;
    settings.locked = true;
    f.known.on_settings(settings);
    const auto& club = f.known.networks().back();
    CHECK(club.members.empty());
    CHECK(club.applicants.empty());
    CHECK_FALSE(club.settings.owner);
    CHECK_FALSE(f.known.shares_network(cleo));
}

TEST_CASE("a membership that turns into waiting again shares nobody any more") {
    two_networks_known f;
    for (int i = 0; i < 3; ++i) {
        CHECK(lines(f.known.on_network(awaited("lab-net"))) ==
              expected{R"(network {"change":"waiting","network":"lab-net","owner":null})"});
        CHECK_FALSE(f.known.shares_network(bodo));
        CHECK_FALSE(f.known.peers().contains(bodo));
        CHECK(f.known.networks_with(anna) == std::vector{name("home")});
        CHECK(f.known.on_network(two_networks().networks.front()).front().data["change"] == "joined");
        CHECK(f.known.shares_network(bodo));
    }
}

TEST_CASE("a member named twice is one member") {
    two_networks_known f;
    auto twice = network("club", {member(me, "self"), member(cleo, "cleo"), member(cleo, "other")});
    twice.applicants = {applicant(cleo, "cleo"), applicant(anna, "anna"), applicant(anna, "anna")};
    f.known.on_network(twice);
    const auto& club = f.known.networks().back();
    CHECK(club.members == std::vector{member(me, "self"), member(cleo, "cleo")});
    CHECK(club.applicants.size() == 1);
    f.known.on_left({name("club"), cleo, "left"});
    CHECK_FALSE(f.known.shares_network(cleo));
}

TEST_CASE("privileges that this version does not know are left out") {
    two_networks_known f;
    auto odd = member(anna, "anna");
    odd.can = privilege_set::from_bits(0xffff0001U);
    const auto news = f.known.on_member({name("lab-net"), odd});
    REQUIRE(news.size() == 1);
    CHECK(news.front().data["can"] == wire::json::array({"password"}));
}

TEST_CASE("long lists are handled in time") {
    known_networks known;
    auto all = two_networks();
    constexpr std::uint32_t count = 16'384;
    for (auto& each : all.networks) {
        for (std::uint32_t i = 0; i < count; ++i)
            each.members.push_back(member({0x64500000U + i}, "n"));
    }
    REQUIRE(known.on_sync(all));
    for (auto& each : all.networks)
        each.members.resize(1);
    CHECK(known.on_sync(all)->size() > count);
    CHECK_FALSE(known.shares_network({0x64500000U}));
}
