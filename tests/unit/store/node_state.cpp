#include "buri/store/node_state.hpp"

#include "tests/unit/store/directory_contents.hpp"

#include <catch2/catch.hpp>

namespace buri::store {
namespace {

node_state full_state() {
    pinned_server server;
    server.host = "vpn.example.org";
    server.port = 443;
    server.fingerprint = "SHA256:8JfYGpJhAbbTJ0vLvRkHyqVuZ7d2nxhS2F0ZsDqnL5k";
    server.key_blob = {0, 0, 0, 11, 's', 's', 'h', 0xff};
    server.way = "tls";
    server.way_host = "vpn2.example.org";
    node_state state;
    state.server = server;
    state.identity = {0x644011cb};
    state.nickname = "anna";
    state.udp_port = 41641;
    state.pool = *parse_ip_prefix("100.64.0.0/10");
    state.ula = *parse_ip_prefix("fd7a:115c:a1e0:1::/64");
    return state;
}

TEST_CASE("a state directory without node.toml reads as an empty state") {
    const test::scratch_directory dir;
    const auto state = load_node_state(dir.path());
    REQUIRE(state);
    CHECK(*state == node_state());
}

TEST_CASE("a state comes back as it was saved, for its owner's eyes only") {
    const test::scratch_directory dir;
    for (const auto& state : {full_state(), node_state()}) {
        REQUIRE(save_node_state(dir.path(), state));
        CHECK(test::mode_of(dir / "node.toml") == 0600);
        CHECK(*load_node_state(dir.path()) == state);
    }
}

TEST_CASE("a server that is not pinned yet comes back without a key") {
    node_state state;
    state.server.emplace().host = "2001:db8::1";
    CHECK(*parse_node_state(to_toml(state), "node.toml") == state);
}

TEST_CASE("texts with quotes, line ends and other scripts survive") {
    for (const auto* const text :
         {"a\"b", "back\\slash", "two\nlines", "'", "\"\"\"", "ünï\u2603", "\x01\x7f", "# no comment"}) {
        auto state = full_state();
        state.server->host = text;
        state.nickname = text;
        CHECK(*parse_node_state(to_toml(state), "node.toml") == state);
    }
}

TEST_CASE("keys and tables of another version are ignored") {
    const auto state =
        parse_node_state("future = 1\n" + to_toml(full_state()) + "later = [1]\n[other]\nx = 1\n", "node.toml");
    REQUIRE(state);
    CHECK(*state == full_state());
}

TEST_CASE("a damaged node.toml is told with its place and what to do") {
    const std::string place = "DIR/node.toml:";
    const std::pair<std::string, std::string> rows[] = {
        {"identity = \n", "1:12: this is not TOML: "},
        {"identity = \"100.64.0\"", "1:12: identity: this value is damaged."},
        {"\nidentity = 5", "2:12: identity: this is an integer, not a text in quotes."},
        {"udp_port = 65536", "1:12: udp_port: 65536 is out of range."},
        {"udp_port = -1", "1:12: udp_port: -1 is out of range."},
        {"udp_port = \"1\"", "1:12: udp_port: this is a text, not an integer."},
        {"pool = \"100.64.0.0/99\"", "1:8: pool: this value is damaged."},
        {"ula = true", "1:7: ula: this is true or false, not a text in quotes."},
        {"nickname = []", "1:12: nickname: this is a list, not a text in quotes."},
        {"[server]\nport = 1", "1:2: server: the key 'host' is missing."},
        {"[server]\nhost = \"\"", "2:8: server.host: this value is damaged."},
        {"server = 1", "1:1: server: the key 'host' is missing."},
        {"[server]\nhost = \"h\"\nport = 0", "3:8: server.port: 0 is out of range."},
        {"[server]\nhost = \"h\"\nkey = \"%%\"", "3:7: server.key: this value is damaged."},
    };
    for (const auto& [text, wanted] : rows) {
        const auto state = parse_node_state(text, "DIR/node.toml");
        REQUIRE_FALSE(state);
        CHECK(state.error().code == errc::config);
        CHECK_THAT(state.error().text, Catch::StartsWith(place + wanted));
        CHECK_THAT(state.error().text, Catch::Contains("Correct the") && Catch::Contains("move the file away"));
    }
}

TEST_CASE("no cut of node.toml crashes the reader") {
    const auto whole = to_toml(full_state());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto state = parse_node_state(whole.substr(0, size), "node.toml");
        if (!state) CHECK(state.error().code == errc::config);
    }
}

TEST_CASE("a state that cannot be saved leaves the old one") {
    const test::scratch_directory dir;
    REQUIRE(save_node_state(dir.path(), full_state()));
    CHECK_FALSE(save_node_state(dir / "missing", node_state()));
    CHECK(*load_node_state(dir.path()) == full_state());
}

}  // namespace
}  // namespace buri::store
