#include "cli/launch.hpp"

#include <catch2/catch.hpp>

#include "fake_daemon.hpp"
#include "session.hpp"

using namespace buri;
using buri::test::fake_daemon;
using buri::test::session;
using wire::json;

namespace {

const std::string pin = "#SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
const json online{{"state", "online"}, {"address", "100.64.0.1"}, {"server", {{"host", "vpn.example.org"}}}};

/// At a command line without a daemon; what would become one only writes down how it was called.
struct desk {
    test::scratch_directory directory;
    session user;
    std::optional<daemon::node_process_options> node;
    std::optional<daemon::detach_options> detached;
    std::optional<daemon::server_process_options> server;
    std::optional<daemon::init_options> init;
    result<void> outcome;
    bool asks = false;
    bool was_trusted = false;
    bool could_ask = false;

    desk() {
        user.environment["VPN_STATE"] = directory.path().string();
        user.processes.run_node = [this](const daemon::node_process_options& options,
                                         const daemon::process_hooks& hooks) {
            node = options;
            if (hooks.progress) hooks.progress({"key", "made  SHA256:Vc1"});
            could_ask = static_cast<bool>(hooks.confirm_key);
            if (asks && could_ask)
                was_trusted = hooks.confirm_key({{"vpn.example.org", 12975, {}}, "SHA256:abc", "ed25519"});
            if (outcome && hooks.ready) hooks.ready(online);
            return outcome;
        };
        user.processes.run_detached = [this](const daemon::detach_options& options, const daemon::process_hooks& hooks,
                                             const daemon::detached_process& process) {
            detached = options;
            return process(hooks);
        };
        user.processes.run_server = [this](const daemon::server_process_options& options,
                                           const daemon::process_hooks&) {
            server = options;
            return outcome;
        };
        user.processes.init_server = [this](const daemon::init_options& options) -> result<daemon::init_report> {
            init = options;
            if (!outcome) return fail(outcome.error());
            daemon::init_report report;
            report.state_directory = options.state_directory;
            report.server = *daemon::parse_server_spec(options.host.value_or("here") + pin);
            report.server.port = options.port.value_or(12975);
            report.fingerprint_ed25519 = pin.substr(1);
            report.pool = "100.64.0.0/10";
            return report;
        };
    }
    int run(const std::string& words) { return user.run(words); }
};

}  // namespace

TEST_CASE("up becomes the daemon with what was named", "[processes]") {
    desk at;
    CHECK(at.run("up --server vpn.example.org" + pin + " --interface vpn7 --port 5000 --nick anna --key-type rsa") ==
          0);
    REQUIRE(at.node);
    CHECK(at.node->state_directory == at.directory.path());
    CHECK(at.node->socket == at.directory / "vpn.sock");
    CHECK(at.node->config_file.empty());
    CHECK(at.node->server == *daemon::parse_server_spec("vpn.example.org" + pin));
    CHECK(at.node->interface_name == "vpn7");
    CHECK(at.node->port == 5000);
    CHECK(at.node->nickname == "anna");
    CHECK(at.node->key_type == crypto::key_type::rsa);
    CHECK(at.node->level == log_level::warning);
    CHECK(at.node->ready == daemon::ready_when::address);
    CHECK_FALSE(at.node->patience);
    CHECK_FALSE(at.detached);
    CHECK(at.user.err == "key      made  SHA256:Vc1\n");
    CHECK(at.user.out.empty());
}

TEST_CASE("up without anything leaves it to what was kept", "[processes]") {
    desk at;
    CHECK(at.run("up --quiet --json") == 0);
    CHECK_FALSE(at.node->server);
    CHECK_FALSE(at.node->port);
    CHECK_FALSE(at.node->key_type);
    CHECK(at.node->level == log_level::error);
    CHECK(at.user.err.empty());
    CHECK(json::parse(at.user.out) == online);
}

TEST_CASE("up --wait is ready once online, and gives up in the foreground", "[processes]") {
    desk at;
    CHECK(at.run("up --wait") == 0);
    CHECK(at.node->ready == daemon::ready_when::online);
    CHECK(at.node->patience == std::chrono::milliseconds(30'000));
    CHECK(at.run("up --wait=2.5") == 0);
    CHECK(at.node->patience == std::chrono::milliseconds(2500));
    CHECK(at.run("up -w 3 --verbose") == 0);
    CHECK(at.node->patience == std::chrono::milliseconds(3000));
    CHECK(at.node->level == log_level::debug);
}

TEST_CASE("up --detach goes on by itself after the wait", "[processes]") {
    desk at;
    CHECK(at.run("up --detach --wait=5 --json") == 0);
    REQUIRE(at.detached);
    CHECK(at.detached->timeout == std::chrono::milliseconds(5000));
    CHECK(at.detached->log_file == at.directory / "vpn.log");
    CHECK(at.node->log_file == at.directory / "vpn.log");
    CHECK(at.node->ready == daemon::ready_when::online);
    CHECK_FALSE(at.node->patience);
    CHECK_FALSE(at.node->level);
    CHECK(json::parse(at.user.out) == online);
}

TEST_CASE("why a node could not start decides text and exit code", "[processes]") {
    desk at;
    at.outcome = fail(errc::server_key_mismatch);
    CHECK(at.run(GENERATE("up", "up --detach", "daemon")) == 8);
    CHECK(at.user.err.find("vpn: the mediation server does not have the key that was named. Compare it") !=
          std::string::npos);
}

TEST_CASE("an unknown key is asked about only where somebody sits", "[processes]") {
    desk at;
    at.asks = true;
    const auto words = GENERATE("up", "up --detach");
    SECTION("a script is not asked") {
        CHECK(at.run(words) == 0);
        CHECK_FALSE(at.could_ask);
    }
    SECTION("yes") {
        at.user.has_terminal = true;
        at.user.lines = {"what?", "yes"};
        CHECK(at.run(words) == 0);
        CHECK(at.was_trusted);
        CHECK(at.user.prompts.size() == 2);
        CHECK(at.user.err.find("vpn.example.org:12975 shows a key that is not known here:\n  SHA256:abc (ed25519)\n") !=
              std::string::npos);
    }
    SECTION("no, or nothing") {
        at.user.has_terminal = true;
        if (GENERATE(true, false)) at.user.lines = {"no"};
        CHECK(at.run(words) == 0);
        CHECK(at.could_ask);
        CHECK_FALSE(at.was_trusted);
    }
}

TEST_CASE("daemon never asks and prints no progress", "[processes]") {
    desk at;
    at.user.has_terminal = true;
    CHECK(at.run("daemon --config node.toml") == 0);
    CHECK_FALSE(at.could_ask);
    CHECK(at.user.err.empty());
    CHECK_FALSE(at.node->level);
    CHECK(at.node->config_file.is_absolute());
    CHECK(at.node->config_file.filename() == "node.toml");
}

TEST_CASE("up beside a running daemon succeeds and says so", "[processes]") {
    desk at;
    fake_daemon running;
    running.on("status", online);
    running.on("wait", json::object());
    at.user.environment["VPN_SOCKET"] = running.socket();
    CHECK(at.run("up --server vpn.example.org" + pin) == 0);
    CHECK(at.user.err == "already up: 100.64.0.1  online\n");
    CHECK(at.run("up --wait=3 --json") == 0);
    CHECK(json::parse(at.user.out) == online);
    CHECK(running.calls()[2] == std::pair<std::string, json>{"wait", {{"for", "online"}, {"timeout_s", 3.0}}});
    CHECK(at.run("up --server other.example.org") == 1);
    CHECK(at.user.err.find("uses the server vpn.example.org. Stop it with 'vpn down' first") != std::string::npos);
    CHECK_FALSE(at.node);
}

TEST_CASE("server init prints the line that a node needs", "[processes]") {
    desk at;
    at.user.environment.clear();
    CHECK(at.run("server init --host vpn.example.org:443") == 0);
    CHECK(at.init->state_directory == "/var/lib/vpn-server");
    CHECK(at.init->host == "vpn.example.org");
    CHECK(at.init->port == 443);
    CHECK(at.user.out == "vpn up --server vpn.example.org:443" + pin + "\n");
    CHECK(at.user.err.find("start it with 'vpn server run'; a node") != std::string::npos);
    CHECK(at.run("server init --state /tmp/x --json") == 0);
    CHECK_FALSE(at.init->host);
    CHECK(json::parse(at.user.out)["server"] == "here" + pin);
    CHECK(at.user.err.find("start it with 'vpn server run --state /tmp/x'") != std::string::npos);
    at.outcome = fail(errc::permission);
    CHECK(at.run("server init") == 4);
    CHECK(at.user.err.starts_with("vpn: cannot make a server in /var/lib/vpn-server: "));
}

TEST_CASE("server run passes on its places", "[processes]") {
    desk at;
    CHECK(at.run("--state /srv/vpn server run --config /etc/server.toml -v") == 0);
    CHECK(at.server->state_directory == "/srv/vpn");
    CHECK(at.server->config_file == "/etc/server.toml");
    CHECK(at.server->level == log_level::debug);
    at.outcome = fail(errc::not_initialised);
    CHECK(at.run("server run") == 1);
}
