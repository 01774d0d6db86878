#include "buri/store/node_config.hpp"

#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/uncommented.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <utility>

namespace buri::store {
namespace {

TEST_CASE("the template of a node's configuration parses to the defaults") {
    const auto config = parse_node_config(node_config_template(), "config.toml");
    REQUIRE(config);
    CHECK(*config == node_config());
}

TEST_CASE("the template's values are the defaults, where there are any") {
    auto config = parse_node_config(test::uncommented(node_config_template()), "config.toml");
    REQUIRE(config);
    CHECK(config->suites == std::vector{suite_id::aes, suite_id::chacha});
    config->suites.clear();
    CHECK(config->nickname == "build-host");
    config->nickname.reset();
    CHECK(config->servers == std::vector<host_port>{{"vpn2.example.org", 0}, {"198.51.100.9", 12975}});
    config->servers.clear();
    CHECK(config->proxy->at == host_port{"proxy.example.org", 3128});
    config->proxy.reset();
    CHECK_FALSE(std::exchange(config->environment_proxy, true));
    CHECK(*config == node_config());
}

TEST_CASE("every key of a node's configuration is in the template, explained") {
    const auto text = node_config_template();
    for (const auto& key : node_config_keys()) {
        CHECK_THAT(text, Catch::Contains("\n#" + std::string(key.name) + " = "));
        CHECK_FALSE(key.sentence.empty());
        CHECK_FALSE(key.allowed.empty());
        CHECK(key.default_text.empty() != key.example.empty());
    }
    CHECK(node_config_keys().size() == 14);
}

TEST_CASE("every key of a node's configuration is read") {
    const auto config = parse_node_config(
        "suites = [\"classic\", \"chacha\"]\ninterface = \"tun.9\"\nmtu = 1280\nport = 65535\nkey_type = \"rsa\"\n"
        "nickname = \"Anna-2\"\nencryption = \"optional\"\nlog_level = \"debug\"\n"
        "servers = [\"a.example.org\", \"[2001:db8::1]:443\"]\ntls_port = 8443\ndirect_tcp = false\n"
        "proxy = \"http://anna:s%40y@10.0.0.1:3128\"\n",
        "config.toml");
    REQUIRE(config);
    CHECK(config->suites == std::vector{suite_id::classic, suite_id::chacha});
    CHECK(config->interface == "tun.9");
    CHECK(config->mtu == 1280);
    CHECK(config->port == 65535);
    CHECK(config->key_type == identity_key_type::rsa);
    CHECK(config->nickname == "Anna-2");
    CHECK(config->allow_unencrypted);
    CHECK(config->servers == std::vector<host_port>{{"a.example.org", 0}, {"2001:db8::1", 443}});
    CHECK(config->tls_port == 8443);
    CHECK_FALSE(config->direct_tcp);
    CHECK(config->proxy == proxy_settings{{"10.0.0.1", 3128}, "anna", "s@y", ""});
    CHECK(config->log_level == log_level::debug);
}

TEST_CASE("a node encrypts everything unless its user says otherwise") {
    CHECK_FALSE(node_config().allow_unencrypted);
    CHECK_FALSE(parse_node_config("encryption = \"required\"", "x")->allow_unencrypted);
}

TEST_CASE("a node uses the environment's proxy unless it is told another or none") {
    CHECK(node_config().environment_proxy);
    const auto none = parse_node_config("proxy = \"none\"", "x");
    CHECK_FALSE(none->environment_proxy);
    CHECK_FALSE(none->proxy);
    CHECK_FALSE(parse_node_config("proxy = \"10.0.0.1\"", "x")->environment_proxy);
}

TEST_CASE("a mistake in a node's configuration is told with its line, its column and what is allowed") {
    const std::pair<std::string, std::string> rows[] = {
        {"mtu = ", "1:7: this is not TOML: "},
        {"mtu = 1380\nmtu = 1400", "2:7: this is not TOML: "},
        {"# comment\n  mut = 1",
         "2:3: there is no key 'mut'. Correct or remove it. Keys are: suites, interface, mtu, "},
        {"[peer]\nmtu = 1", "1:2: there is no key 'peer'."},
        {"mtu.x = 1", "1:1: mtu: this is a table, not an integer. It must be an integer from 1280 to 9000."},
        {"mtu = \"1380\"", "1:7: mtu: this is a text, not an integer."},
        {"mtu = 1380.0", "1:7: mtu: this is another type, not an integer."},
        {"mtu = 1279", "1:7: mtu: 1279 is out of range. It must be an integer from 1280 to 9000."},
        {"mtu = 9001", "1:7: mtu: 9001 is out of range."},
        {"port = -1", "1:8: port: -1 is out of range. It must be an integer from 0 to 65535."},
        {"port = 65536", "1:8: port: 65536 is out of range."},
        {"port = 9223372036854775807", "1:8: port: 9223372036854775807 is out of range."},
        {"port = 9223372036854775808", "1:27: this is not TOML: "},
        {"suites = \"aes\"", "1:10: suites: this is a text, not a list in brackets."},
        {"suites = []", "1:10: suites: this list has 0 entries. It must be a list of \"aes\", "},
        {"suites = [\"aes\",\n  \"rot13\"]", "2:3: suites: 'rot13' is not a crypto suite that this program has."},
        {"suites = [\"AES\"]", "1:11: suites: 'AES' is not a crypto suite"},
        {"suites = [\"hybrid\"]", "1:11: suites: 'hybrid' is not a crypto suite"},
        {"suites = [\"aes\", \"aes\"]", "1:18: suites: 'aes' is there twice."},
        {"suites = [\"aes\", 2]", "1:18: suites: this is an integer, not a text in quotes."},
        {"suites = [\"aes\", \"aes\", \"aes\", \"aes\"]", "1:10: suites: this list has 4 entries."},
        {"key_type = \"dsa\"", "1:12: key_type: 'dsa' is neither of the two. It must be \"ed25519\" or \"rsa\"."},
        {"key_type = true", "1:12: key_type: this is true or false, not a text in quotes."},
        {"encryption = \"off\"",
         "1:14: encryption: 'off' is neither of the two. It must be \"required\" or \"optional\"."},
        {"encryption = false", "1:14: encryption: this is true or false, not a text in quotes."},
        {"log_level = \"loud\"", "1:13: log_level: 'loud' is not a level. It must be \"debug\", \"info\", "},
        {"servers = \"a\"", "1:11: servers: this is a text, not a list in brackets."},
        {"servers = [\"a\", \"b c\"]", "1:17: servers: 'b c' is not a host."},
        {"servers = [\"2001:db8::1\"]", "1:12: servers: '2001:db8::1' is not a host."},
        {"servers = [1,2,3,4,5,6,7,8,9]", "1:11: servers: this list has 9 entries."},
        {"tls_port = 70000", "1:12: tls_port: 70000 is out of range."},
        {"direct_tcp = \"yes\"", "1:14: direct_tcp: this is a text, not true or false."},
        {"proxy = \"socks5://a:1\"", "1:9: proxy: only proxies that speak HTTP can be used: http://HOST:PORT. "},
        {"proxy = \"http://:80\"", "1:9: proxy: this is not a proxy; write it as http://HOST:PORT or "},
        {"nickname = \"-x\"", "1:12: nickname: '-x' is not a nickname."},
        {"nickname = \"\"", "1:12: nickname: '' is not a nickname."},
        {"interface = \"\"", "1:13: interface: '' is not a name"},
        {"interface = \"sixteen-letters-\"", "1:13: interface: 'sixteen-letters-' is not a name"},
        {"interface = \"a/b\"", "1:13: interface: "},
        {"interface = \"vpn%d\"", "1:13: interface: "},
        {"interface = \"..\"", "1:13: interface: "},
        {"interface = \"-x\"", "1:13: interface: "},
        {"interface = \"a b\"", "1:13: interface: "},
        {"mtu = 1\nport = 99999\n", "1:7: mtu: "},
        {"port = 99999\nmtu = 1\n", "1:8: port: "},
        {"mtu = \"\xff\"", "1:7: this is not TOML: "},
    };
    for (const auto& [text, wanted] : rows) {
        CAPTURE(text);
        const auto config = parse_node_config(text, "/etc/x.toml");
        REQUIRE_FALSE(config);
        CHECK(config.error().code == errc::config);
        CHECK_THAT(config.error().text, Catch::StartsWith("/etc/x.toml:" + wanted));
    }
}

TEST_CASE("every cut and every damaged byte of a configuration is an answer, not a crash") {
    const auto whole = test::uncommented(node_config_template());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        static_cast<void>(parse_node_config(whole.substr(0, at), "x"));
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x15);
        static_cast<void>(parse_node_config(damaged, "x"));
    }
}

TEST_CASE("deep nesting is refused") {
    const auto config = parse_node_config("suites = " + std::string(100'000, '['), "x");
    REQUIRE_FALSE(config);
    CHECK(config.error().code == errc::config);
}

TEST_CASE("a missing configuration means defaults only where nobody named it") {
    const test::scratch_directory dir;
    const auto file = dir / "config.toml";
    CHECK(*load_default_node_config(file) == node_config());
    const auto named = load_named_node_config(file);
    REQUIRE_FALSE(named);
    CHECK(named.error().code == errc::config);
    CHECK_THAT(named.error().text, Catch::Contains("'" + file.string() + "': there is no such file. "));

    test::put(file, "mtu = 1400\n");
    CHECK(load_default_node_config(file)->mtu == 1400);
    CHECK(load_named_node_config(file)->mtu == 1400);
    test::put(file, "\nmtu = 1\n");
    CHECK_THAT(load_default_node_config(file).error().text, Catch::StartsWith(file.string() + ":2:7: "));
    test::put(file, std::string(300'000, '\n'));
    CHECK(load_default_node_config(file).error().code == errc::state_unreadable);
}

}  // namespace
}  // namespace buri::store
