#include "buri/store/server_config.hpp"

#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/uncommented.hpp"

#include <catch2/catch.hpp>

namespace buri::store {
namespace {

const std::string ula_line = "ula = \"fd12:3456:789a:1::/64\"\n";

server_config minimal() {
    server_config config;
    config.ula = *parse_ip_prefix("fd12:3456:789a:1::/64");
    return config;
}

TEST_CASE("server.toml as init writes it parses to what was chosen") {
    server_config config = minimal();
    CHECK(*parse_server_config(to_toml(config), "server.toml") == config);

    config.listen_tcp = 443;
    config.listen_tls = 0;
    config.other_address = *ip_address::parse("203.0.113.3");
    config.relay = false;
    config.listen_stun = {3478, 3479};
    config.bind = {*ip_address::parse("192.0.2.1"), *ip_address::parse("2001:db8::1")};
    config.pool = *parse_ip_prefix("10.20.0.0/16");
    config.suites = {suite_id::chacha, suite_id::classic};
    config.default_plan = "family";
    config.audit_days = std::chrono::days(0);
    config.audit_entries = 1'000'000'000;
    config.plans[0].max_members = 2;
    config.plans[1].permissions = {};
    config.plans.push_back({"family", 16, 64, 256, 2'500'000, {}});
    config.plans.push_back({"all-in", 0, 65536, 1, 1, premium_plan().permissions});
    config.registration_open = false;
    config.name = "vpn.example.org";
    config.log_level = log_level::error;
    CHECK(*parse_server_config(to_toml(config), "server.toml") == config);
}

TEST_CASE("server.toml sets what was chosen and shows the defaults commented out, each with its reason") {
    const auto text = to_toml(minimal());
    CHECK_THAT(text, Catch::Contains("\nula = \"fd12:3456:789a:1::/64\"\n"));
    for (const auto& key : server_config_keys()) {
        CAPTURE(key.name);
        auto name = std::string(key.name) + " = ";
        if (const auto at = name.find("NAME"); at != std::string::npos) name.replace(at, 4, "premium");
        CHECK_THAT(text, Catch::Contains(key.name == "ula" ? "\n" + name : "\n#" + name));
        CHECK_FALSE(key.sentence.empty());
        CHECK(key.default_text.empty() != key.example.empty());
    }
    CHECK(server_config_keys().size() == 20);
}

TEST_CASE("the values that server.toml shows are the defaults, where there are any") {
    auto config = parse_server_config(test::uncommented(to_toml(minimal())), "server.toml");
    REQUIRE(config);
    CHECK(config->name == "vpn.example.org");
    config->name.reset();
    CHECK(config->other_address == *ip_address::parse("203.0.113.3"));
    config->other_address.reset();
    CHECK(*config == minimal());
}

TEST_CASE("the defaults of a server are those of the protocol") {
    const auto config = parse_server_config(ula_line, "server.toml");
    REQUIRE(config);
    CHECK(config->listen_tcp == 12975);
    CHECK(config->listen_tls == 443);
    CHECK(config->relay);
    CHECK_FALSE(config->other_address);
    CHECK(config->listen_stun == std::array<std::uint16_t, 2>{17771, 17772});
    CHECK(to_string(config->pool) == "100.64.0.0/10");
    CHECK(config->bind == std::vector{*ip_address::parse("0.0.0.0"), *ip_address::parse("::")});
    CHECK(config->suites == std::vector{suite_id::aes, suite_id::chacha});
    CHECK(config->registration_open);
    CHECK(config->plans == std::vector{free_plan(), premium_plan()});
    CHECK(config->default_plan == "premium");
    CHECK(config->audit_days == std::chrono::days(365));
    CHECK(config->audit_entries == 1'000'000);
}

TEST_CASE("a mistake in server.toml is told with its line, its column and what is allowed") {
    const std::pair<std::string, std::string> rows[] = {
        {"", "1:1: the key 'ula' is missing, "},
        {"listen_tcp = 0", "1:14: listen_tcp: 0 is out of range. It must be an integer from 1 to 65535."},
        {"listen_tcp = [1]", "1:14: listen_tcp: this is a list, not an integer."},
        {"listen_tls = -1", "1:14: listen_tls: -1 is out of range. It must be an integer from 0 to 65535."},
        {"other_address = \"::\"", "1:17: other_address: '::' is not an address that nodes can reach."},
        {"other_address = \"127.0.0.1\"", "1:17: other_address: '127.0.0.1' is not an address that nodes can reach."},
        {"other_address = \"vpn.example.org\"", "1:17: other_address: 'vpn.example.org' is not an address"},
        {"relay = \"yes\"", "1:9: relay: this is a text, not true or false."},
        {"listen_stun = [1]",
         "1:15: listen_stun: this list has 1 entries. It must be a list of two different integers"},
        {"listen_stun = [1, 2, 3]", "1:15: listen_stun: this list has 3 entries."},
        {"listen_stun = [5, 5]", "1:19: listen_stun: 5 is there twice."},
        {"listen_stun = [5, 65536]", "1:19: listen_stun: 65536 is out of range."},
        {"listen_stun = [5, \"6\"]", "1:19: listen_stun: this is a text, not an integer."},
        {"bind = []", "1:8: bind: this list has 0 entries."},
        {"bind = [\"::\", \"localhost\"]", "1:15: bind: 'localhost' is not an address of this machine."},
        {"bind = [\"224.0.0.1\"]", "1:9: bind: '224.0.0.1' is not an address"},
        {"bind = [\"::1\", \"0:0::1\"]", "1:16: bind: 0:0::1 is there twice."},
        {"pool = \"100.64.0.0\"", "1:8: pool: '100.64.0.0' is not a range of addresses. It must be an IPv4 range"},
        {"pool = \"100.64.0.1/10\"", "1:8: pool: '100.64.0.1/10' is not a range"},
        {"pool = \"100.0.0.0/7\"", "1:8: pool: 100.0.0.0/7 cannot be given to nodes."},
        {"pool = \"100.64.0.0/31\"", "1:8: pool: 100.64.0.0/31 cannot"},
        {"pool = \"127.0.0.0/8\"", "1:8: pool: 127.0.0.0/8 cannot"},
        {"pool = \"169.254.0.0/16\"", "1:8: pool: 169.254.0.0/16 cannot"},
        {"pool = \"0.0.0.0/8\"", "1:8: pool: 0.0.0.0/8 cannot"},
        {"pool = \"224.0.0.0/8\"", "1:8: pool: 224.0.0.0/8 cannot"},
        {"pool = \"fd00::/64\"", "1:8: pool: fd00::/64 cannot"},
        {"ula = \"fd00::/48\"", "1:7: ula: fd00::/48 is not a unique local prefix of 64 bits."},
        {"ula = \"fc00::/64\"", "1:7: ula: fc00::/64 is not a unique local"},
        {"ula = \"10.0.0.0/8\"", "1:7: ula: 10.0.0.0/8 is not"},
        {"audit_days = -1", "1:14: audit_days: -1 is out of range. It must be an integer from 0 to 36500."},
        {"audit_days = 36501", "1:14: audit_days: 36501 is out of range."},
        {"audit_entries = 1000000001", "1:17: audit_entries: 1000000001 is out of range."},
        {"max_members = 2", "1:1: there is no key 'max_members'. Correct or remove it."},
        {"registration = \"maybe\"",
         "1:16: registration: 'maybe' is neither of the two. It must be \"open\" or \"closed\"."},
        {"name = \"\"", "1:8: name: '' is neither a host name nor an address."},
        {"name = \"a b\"", "1:8: name: 'a b' is neither"},
        {"name = \"" + std::string(254, 'a') + "\"", "1:8: name: "},
        {"suites = [\"none\"]", "1:11: suites: 'none' is not a crypto suite"},
        {"log_level = 3", "1:13: log_level: this is an integer, not a text"},
        {"interface = \"vpn0\"", "1:1: there is no key 'interface'. Correct or remove it. Keys are: listen_tcp, "},
    };
    for (const auto& [text, wanted] : rows) {
        CAPTURE(text);
        const auto config = parse_server_config(text, "/srv/server.toml");
        REQUIRE_FALSE(config);
        CHECK(config.error().code == errc::config);
        CHECK_THAT(config.error().text, Catch::StartsWith("/srv/server.toml:" + wanted));
    }
}

TEST_CASE("a directory without server.toml has no server yet") {
    const test::scratch_directory dir;
    const auto config = load_server_config(dir / "server.toml");
    REQUIRE_FALSE(config);
    CHECK(config.error().code == errc::not_initialised);
    CHECK_THAT(config.error().text, Catch::Contains("vpn server init"));
    test::put(dir / "server.toml", ula_line);
    CHECK(*load_server_config(dir / "server.toml") == minimal());
}

}  // namespace
}  // namespace buri::store
