#include <catch2/catch.hpp>

#include "desk.hpp"

using namespace buri;
using buri::test::desk;
using buri::test::refusal;
using wire::json;

namespace {

const std::string invite =
    "vpn://vpn.example.org:443/"
    "team?k=SHA256:47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU&t=AAECAwQFBgcICQoLDA37_w";
const json waits{{"network", "team"}, {"changed", true}, {"waiting", true}};

/// Where `vpn up --detach` brings up the fake daemon: until then nobody listens.
struct bare_machine {
    std::unique_ptr<test::fake_daemon> daemon;
    test::scratch_directory directory;
    test::session user;
    std::optional<daemon::node_process_options> node;
    std::optional<daemon::detach_options> detached;
    bool could_ask = false;
    result<void> outcome;

    bare_machine() {
        user.environment["VPN_STATE"] = directory.path().string();
        user.processes.run_node = [this](const daemon::node_process_options& options,
                                         const daemon::process_hooks& hooks) {
            node = options;
            could_ask = static_cast<bool>(hooks.confirm_key);
            if (outcome) {
                daemon = std::make_unique<test::fake_daemon>(options.socket);
                daemon->on("join", json{{"network", "team"}, {"changed", true}, {"waiting", false}});
            }
            return outcome;
        };
        user.processes.run_detached = [this](const daemon::detach_options& options, const daemon::process_hooks& hooks,
                                             const daemon::detached_process& process) {
            detached = options;
            return process(hooks);
        };
    }
};

}  // namespace

TEST_CASE("an invite is handed to the daemon that runs", "[join]") {
    desk at;
    at.daemon.on("join", json{{"network", "team"}, {"changed", true}, {"waiting", false}},
                 refusal(errc::invite_invalid));
    CHECK(at.run("join " + invite) == 0);
    CHECK(at.params() == json{{"invite", invite}});
    CHECK(at.user.out == "joined team. See its members with 'vpn list'.\n");
    CHECK(at.run("join " + invite) == 7);
    CHECK(at.user.err == "vpn: cannot join 'team': the invite is not valid, or not any more. Ask for a new one.\n");
}

TEST_CASE("without a daemon an invite starts one, pinned to the server's key", "[join]") {
    bare_machine at;
    at.user.has_terminal = true;
    CHECK(at.user.run("join " + invite + " --json --quiet") == 0);
    REQUIRE(at.node);
    CHECK(daemon::to_string(*at.node->server) ==
          "vpn.example.org:443#SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
    CHECK(at.node->state_directory == at.directory.path());
    CHECK(at.node->ready == daemon::ready_when::online);
    CHECK_FALSE(at.node->level);
    CHECK_FALSE(at.could_ask);
    REQUIRE(at.detached);
    CHECK(at.detached->timeout == std::chrono::seconds(30));
    CHECK(at.detached->log_file == at.directory / "vpn.log");
    CHECK(at.daemon->calls() == std::vector<std::pair<std::string, json>>{{"join", {{"invite", invite}}}});
    CHECK(json::parse(at.user.out) == json{{"network", "team"}, {"changed", true}, {"waiting", false}});
}

TEST_CASE("a daemon that cannot start is why an invite fails; a name starts none", "[join]") {
    bare_machine at;
    at.outcome = fail(errc::server_key_mismatch);
    CHECK(at.user.run("join " + invite) == 8);
    CHECK(at.user.run("join team") == 3);
    at.node.reset();
    CHECK(at.user.run("join vpn://vpn.example.org/team?k=SHA256:abc&t=AAECAwQFBgcICQoLDA37_w") == 2);
    CHECK_FALSE(at.node);
}

TEST_CASE("joining says whether it waits for approval", "[join]") {
    desk at;
    at.daemon.on("join", waits, json{{"network", "team"}, {"changed", false}, {"waiting", true}});
    CHECK(at.run("join team") == 0);
    CHECK(at.user.out == "asked to join team; waiting for approval. 'vpn list' shows when you are in.\n");
    CHECK(at.run("join team") == 0);
    CHECK(at.user.out == "asked already to join team; waiting for approval. 'vpn list' shows when you are in.\n");
    CHECK(at.run("join team --json") == 0);
    CHECK(at.document() == json{{"network", "team"}, {"changed", false}, {"waiting", true}});
}

TEST_CASE("join --wait of a member says that it is one already", "[join]") {
    desk at;
    at.daemon.on("join", json{{"network", "team"}, {"changed", false}, {"waiting", false}});
    CHECK(at.run("join team --wait") == 0);
    CHECK(at.user.out == "a member of team already.\n");
}

TEST_CASE("join --wait ends with the approval, the rejection, or the time", "[join]") {
    desk at;
    at.daemon.on("join", waits);
    at.daemon.event({{"event", "peer"}});
    at.daemon.event({{"event", "network"}, {"network", "team"}, {"change", "joined"}});
    SECTION("approved") {
        at.daemon.on("network", json{{"name", "team"}, {"waiting", true}}, json{{"name", "team"}, {"waiting", false}});
        CHECK(at.run(GENERATE("join --wait team", "join -w team", "join team --wait=30", "join team --wait 30")) == 0);
        CHECK(at.user.out == "joined team. See its members with 'vpn list'.\n");
        CHECK(at.user.err == "asked to join team; waiting for approval\n");
    }
    SECTION("rejected") {
        at.daemon.on("network", json{{"name", "team"}, {"waiting", true}}, refusal(errc::not_a_member));
        CHECK(at.run("join team --wait") == 5);
        CHECK(at.user.err.find("vpn: cannot join 'team': the request was rejected, or taken back. Ask the owner") !=
              std::string::npos);
    }
    SECTION("not in time") {
        at.daemon.on("network", json{{"name", "team"}, {"waiting", true}});
        CHECK(at.run("join team --wait 0.05") == 6);
        CHECK(at.user.err.find("nobody approved it in time. The request stays; 'vpn list' shows") != std::string::npos);
    }
}
