// vpn-config(5) says what the tables of keys say.
#include "buri/store/node_config.hpp"
#include "buri/store/node_state.hpp"
#include "buri/store/server_config.hpp"
#include "tests/unit/store/directory_contents.hpp"

#include <catch2/catch.hpp>

#include <sstream>

namespace buri::store {
namespace {

const std::filesystem::path page = std::filesystem::path(BURI_SOURCE_DIR) / "man" / "vpn-config.5";

TEST_CASE("vpn-config(5) describes every key of config.toml and server.toml as the tables do") {
    const auto text = test::content_of(page);
    CHECK_THAT(text, Catch::Contains(man_section(node_config_keys())));
    CHECK_THAT(text, Catch::Contains(man_section(server_config_keys())));
}

TEST_CASE("vpn-config(5) names every key of node.toml") {
    const auto text = test::content_of(page);
    node_state state;
    state.server.emplace();
    state.identity = {1};
    state.nickname = "a";
    state.udp_port = 1;
    state.pool = ip_prefix();
    state.ula = ip_prefix();
    state.server->fingerprint = "a";
    state.server->key_blob = {1};
    state.server->way = "tls";
    state.server->way_host = "a";
    std::istringstream lines(to_toml(state));
    int keys = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto end = line.find(" = ");
        if (end == std::string::npos) continue;
        const auto name = line.substr(0, end);
        CAPTURE(name);
        CHECK((test::contains(text, ".It Cm " + name) || test::contains(text, " , " + name + "\n")));
        ++keys;
    }
    CHECK(keys == 11);
}

TEST_CASE("the examples of vpn-config(5) are sound") {
    const auto text = test::content_of(page);
    const std::string begin = ".Bd -literal -offset indent\n";
    const auto node = text.find(begin) + begin.size();
    const auto server = text.find(begin, node) + begin.size();
    CHECK(parse_node_config(text.substr(node, text.find(".Ed", node) - node), page.string()));
    CHECK(parse_server_config(text.substr(server, text.find(".Ed", server) - server), page.string()));
}

}  // namespace
}  // namespace buri::store
