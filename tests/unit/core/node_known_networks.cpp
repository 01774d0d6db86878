#include "buri/core/node/known_networks.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;

namespace {

constexpr node_id me{0x64400001};
constexpr node_id anna{0x64400002};
constexpr node_id bodo{0x64400003};
constexpr node_id cleo{0x64400004};

network_name name(std::string_view text) {
    return *network_name::parse(text);
}

wire::peer_info peer(node_id id, std::string nickname, bool online = true) {
    wire::peer_info info;
    info.id = id;
    info.nickname = std::move(nickname);
    info.online = online;
    return info;
}

wire::network_info network(std::string_view text, std::vector<node_id> members) {
    wire::network_info info;
    info.name = name(text);
    info.owner = me;
    info.max_members = 256;
    info.members = std::move(members);
    return info;
}

wire::sync two_networks() {
    wire::sync all;
    all.id = me;
    all.nickname = "self";
    all.pool = "100.64.0.0/10";
    all.ula = "fd00:1:2:3::/64";
    all.peers = {peer(anna, "anna"), peer(bodo, "bodo", false)};
    all.networks = {network("lab-net", {me, anna, bodo}), network("home", {me, anna})};
    return all;
}

struct fixture {
    fixture() {
        const auto news = known.on_sync(two_networks());
        REQUIRE(news);
        REQUIRE(news->empty());
    }
    known_networks known;
};

std::string line(const node_event& event) {
    return event.kind + " " + event.data.dump();
}

}  // namespace

TEST_CASE("the first sync is silent, a later one tells what changed meanwhile") {
    fixture f;
    CHECK(f.known.on_sync(two_networks())->empty());
    auto later = two_networks();
    later.peers = {peer(bodo, "bodo"), peer(cleo, "cleo")};
    later.networks = {network("lab-net", {me, bodo, cleo}), network("club", {me, cleo})};
    std::vector<std::string> lines;
    const auto changes = f.known.on_sync(later);
    REQUIRE(changes);
    for (const auto& news : *changes)
        lines.push_back(line(news));
    const std::vector<std::string> expected{
        R"(peer {"change":"online","nickname":"bodo","peer":"100.64.0.3"})",
        R"(peer {"change":"online","nickname":"cleo","peer":"100.64.0.4"})",
        R"(peer {"change":"joined","network":"lab-net","nickname":"cleo","peer":"100.64.0.4"})",
        R"(peer {"change":"left","network":"lab-net","nickname":"anna","peer":"100.64.0.2"})",
        R"(network {"change":"joined","network":"club","owner":"100.64.0.1"})",
        R"(left {"network":"home","reason":"left"})",
    };
    CHECK(lines == expected);
    CHECK(f.known.peers().size() == 2);
    CHECK(f.known.networks().size() == 2);
    CHECK_FALSE(f.known.shares_network(anna));
}

TEST_CASE("a sync with a bad prefix changes nothing") {
    fixture f;
    auto bad = two_networks();
    bad.pool = "100.64.0.0/99";
    bad.networks.clear();
    CHECK(f.known.on_sync(bad).error().code == errc::malformed);
    CHECK(f.known.networks().size() == 2);
}

TEST_CASE("a peer that goes, comes and is renamed is told once each") {
    fixture f;
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

TEST_CASE("members join and leave; a peer without a network in common is forgotten") {
    fixture f;
    CHECK(f.known.on_joined({name("lab-net"), cleo}).size() == 1);
    CHECK(f.known.on_joined({name("LAB-NET"), cleo}).empty());
    CHECK(f.known.shares_network(cleo));
    CHECK(f.known.on_left({name("lab-net"), anna}).size() == 1);
    CHECK(f.known.shares_network(anna));
    CHECK(f.known.networks_with(anna) == std::vector{name("home")});
    CHECK(f.known.on_left({name("home"), anna}).size() == 1);
    CHECK_FALSE(f.known.shares_network(anna));
    CHECK_FALSE(f.known.peers().contains(anna));
    CHECK(f.known.peers().contains(bodo));
}

TEST_CASE("a network that is gone takes its strangers along") {
    fixture f;
    const auto news = f.known.on_gone({name("lab-net"), "deleted"});
    REQUIRE(news.size() == 1);
    CHECK(line(news.front()) == R"(left {"network":"lab-net","reason":"deleted"})");
    CHECK(f.known.peers().contains(anna));
    CHECK_FALSE(f.known.peers().contains(bodo));
    CHECK(f.known.on_gone({name("lab-net"), "deleted"}).empty());
}

TEST_CASE("events of unknown networks are nothing") {
    fixture f;
    CHECK(f.known.on_joined({name("unknown"), cleo}).empty());
    CHECK(f.known.on_left({name("unknown"), anna}).empty());
    CHECK(f.known.on_left({name("lab-net"), cleo}).empty());
    CHECK(f.known.on_left({name("lab-net"), me}).empty());
    CHECK(f.known.shares_network(anna));
}

TEST_CASE("a changed network keeps its members and tells the difference") {
    fixture f;
    auto changed = network("lab-net", {me, anna, bodo});
    changed.open = true;
    const auto news = f.known.on_network(changed);
    REQUIRE(news.size() == 1);
    CHECK(news.front().data["change"] == "changed");
    CHECK(f.known.networks().front().open);
}

// ---- find_peer ----------------------------------------------------------------------------------------------------

TEST_CASE("a peer is found by nickname, by both addresses, and by nickname and network") {
    fixture f;
    for (const auto* text : {"anna", "ANNA", "100.64.0.2", "fd00:1:2:3::6440:2", "anna.home", "Anna.LAB-NET"}) {
        CAPTURE(text);
        const auto found = f.known.find_peer(text);
        REQUIRE(found);
        CHECK(*found == anna);
    }
}

TEST_CASE("who is not there is not found") {
    fixture f;
    for (const auto* text : {"", ".", "cleo", "100.64.0.4", "100.64.0.1", "self", "bodo.home", "anna.", "anna.nowhere",
                             ".home", "fd00:1:2:3::6440:4"}) {
        CAPTURE(text);
        const auto found = f.known.find_peer(text);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::peer_not_found);
    }
}

TEST_CASE("two peers of one name are told apart by network or address, never guessed") {
    fixture f;
    f.known.on_peer(peer(bodo, "anna"));
    const auto both = f.known.find_peer("anna");
    REQUIRE_FALSE(both);
    CHECK(both.error().code == errc::peer_ambiguous);
    for (const auto* part : {"100.64.0.2", "100.64.0.3", "anna.lab-net", "anna.home"}) {
        CHECK(both.error().text.find(part) != std::string::npos);
    }
    CHECK(f.known.find_peer("anna.home") == result<node_id>(anna));
    CHECK(f.known.find_peer("anna.lab-net").error().code == errc::peer_ambiguous);
    CHECK(f.known.find_peer("100.64.0.3") == result<node_id>(bodo));
}
