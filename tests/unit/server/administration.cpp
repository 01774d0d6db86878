#include "buri/server/administration.hpp"

#include "buri/crypto/digest.hpp"
#include "tests/unit/server/server_fixture.hpp"

#include <set>

using namespace buri;
using test::server_fixture;
using wire::json;

namespace {

const auto tomorrow = net::wall_now() + std::chrono::days(1);
const auto yesterday = net::wall_now() - std::chrono::days(1);

network_name name(const std::string& text) {
    return *network_name::parse(text);
}

template <typename T>
errc code_of(const result<T>& outcome) {
    REQUIRE_FALSE(outcome);
    return outcome.error().code;
}

}  // namespace

TEST_CASE("the status counts what is there", "[administration]") {
    server_fixture world;
    const auto status = world.administration().status();
    CHECK(status["accounts"] == 3);
    CHECK(status["networks"] == 1);
    CHECK(status["online"] == 0);
    CHECK(status["name"] == "vpn.example.org");
    CHECK(status["default_plan"] == "premium");
    CHECK(status["fingerprint_ed25519"] != status["fingerprint_rsa"]);
}

TEST_CASE("accounts and networks are documents", "[administration]") {
    server_fixture world;
    const auto accounts = world.administration().accounts();
    REQUIRE(accounts.size() == 3);
    CHECK(accounts[0]["address"] == "100.64.0.1");
    CHECK(accounts[0]["plan"] == "premium");
    CHECK(accounts[0]["plan_until"].is_null());
    CHECK(accounts[0]["networks"] == 1);
    CHECK(accounts[0]["owned"] == 1);
    CHECK(accounts[0]["created"] == "2023-11-14T22:13:20Z");
    const auto build = world.administration().account("100.64.0.2");
    REQUIRE(build);
    CHECK((*build)["networks"] ==
          json::array({{{"name", "lab_net"}, {"owner", false}, {"waiting", true}, {"can", json::array()}}}));
    CHECK((*build)["version"].is_null());

    const auto networks = world.administration().networks();
    REQUIRE(networks.size() == 1);
    CHECK(networks[0]["members"] == 1);
    CHECK(networks[0]["waiting"] == 1);
    CHECK(networks[0]["open"] == true);
    CHECK(networks[0]["approval"] == "auto");
    CHECK(networks[0]["encryption"] == "on");
    CHECK(networks[0]["owner"] == json({{"address", "100.64.0.1"}, {"nickname", "anna"}}));
    const auto network = world.administration().network(name("LAB_NET"));
    REQUIRE(network);
    REQUIRE((*network)["members"].size() == 2);
    CHECK((*network)["members"][0]["waiting"] == false);
    CHECK((*network)["members"][1]["address"] == "100.64.0.2");
    CHECK((*network)["members"][1]["waiting"] == true);
    CHECK((*network)["bans"] == 0);
}

TEST_CASE("what is not there is named in the refusal", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    CHECK(code_of(operate.account("nobody")) == errc::account_unknown);
    CHECK(code_of(operate.account("build")) == errc::peer_ambiguous);
    CHECK(code_of(operate.network(name("other"))) == errc::network_not_found);
    CHECK(code_of(operate.log({name("other"), 0, 10})) == errc::network_not_found);
    CHECK(code_of(world.run(operate.async_remove_network(name("other")))) == errc::network_not_found);
    CHECK(code_of(world.run(operate.async_remove_account("nobody", true))) == errc::account_unknown);
    CHECK(code_of(world.run(operate.async_set_plan({"nobody", "free", {}}))) == errc::account_unknown);
    CHECK(code_of(world.run(operate.async_set_plan({"anna", "gold", {}}))) == errc::plan_unknown);
    CHECK(code_of(world.run(operate.async_make_licences({"gold", {}, 1, 1}))) == errc::plan_unknown);
    CHECK(code_of(world.run(operate.async_make_licences({"premium", "nobody", 1, 1}))) == errc::account_unknown);
    CHECK(operate.licences().empty());
}

TEST_CASE("an account has the plan it was given, and from its end on the default", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    const auto given = world.run(operate.async_set_plan({"anna", "free", tomorrow}));
    REQUIRE(given);
    CHECK((*given)["address"] == "100.64.0.1");
    CHECK((*given)["plan"] == "free");
    CHECK((*given)["changed"] == true);
    CHECK((*given)["until"].is_string());
    CHECK(world.run(operate.async_set_plan({"100.64.0.1", "free", tomorrow}))->at("changed") == false);
    CHECK(operate.account("anna")->at("plan") == "free");

    CHECK(code_of(world.run(operate.async_set_plan({"anna", "free", yesterday}))) == errc::usage);
    CHECK(operate.account("anna")->at("plan") == "free");
    CHECK(world.run(operate.async_set_plan({"anna", "", {}}))->at("plan") == "premium");
    CHECK(operate.account("anna")->at("plan_until").is_null());
}

TEST_CASE("a plan that has ended is not shown any more", "[administration]") {
    auto content = test::household();
    auto& anna = std::get<put_account>(content[0]).record;
    anna.plan = "free";
    anna.plan_until = yesterday;
    server_fixture world(content);
    CHECK(world.administration().account("anna")->at("plan") == "premium");
    CHECK(world.administration().account("anna")->at("plan_until").is_null());
}

TEST_CASE("what the operator does is in the log, and who listens hears of it", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    std::vector<std::string> heard;
    operate.set_log_listener([&](const audit_record& entry) { heard.push_back(entry.act); });
    REQUIRE(world.run(operate.async_set_plan({"anna", "free", {}})));
    REQUIRE(world.run(operate.async_remove_network(name("lab_net"))));
    CHECK(heard == std::vector<std::string>{"plan", "remove_network"});

    const auto all = operate.log({});
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK((*all)[0]["act"] == "plan");
    CHECK((*all)[0]["actor"]["address"].is_null());
    CHECK((*all)[0]["target"]["address"] == "100.64.0.1");
    CHECK((*all)[0]["result"] == "ok");
    CHECK((*all)[1]["network"] == "lab_net");
    const auto newer = operate.log({{}, (*all)[0]["id"].get<std::uint64_t>(), 10});
    REQUIRE(newer);
    CHECK(newer->size() == 1);
    CHECK(operate.log({{}, 0, 1})->at(0)["act"] == "remove_network");
}

TEST_CASE("the log is shortened as it grows, not only once a day", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    auto wanted = operate.config();
    wanted.audit_entries = 10;
    operate.reload(wanted);
    for (int i = 0; i < 60; ++i) {
        REQUIRE(world.run(operate.async_set_plan({"anna", i % 2 == 0 ? "free" : "premium", {}})));
        REQUIRE(operate.log({})->size() <= 26);
    }
    CHECK(operate.log({})->size() >= 10);
}

TEST_CASE("an account that owns networks goes only with them", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    CHECK(code_of(world.run(operate.async_remove_account("anna", false))) == errc::owns_networks);
    CHECK(world.records().account({test::anna}) != nullptr);
    CHECK(world.run(operate.async_remove_account("anna", true))->at("changed") == true);
    CHECK(world.records().account({test::anna}) == nullptr);
    CHECK(world.records().network_count() == 0);
}

TEST_CASE("licences are signed, each another one, and kept before they are given out", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    const auto made = world.run(operate.async_make_licences({"free", "anna", 6, 3}));
    REQUIRE(made);
    std::set<bytes> ids;
    for (const auto& key : made->at("licences")) {
        const auto read = world.sessions().licences().read(key.get<std::string>());
        REQUIRE(read);
        CHECK(read->plan == "free");
        CHECK(read->months == 6);
        CHECK(read->only_for == node_id{test::anna});
        const auto* const kept = world.records().licence(read->id);
        REQUIRE(kept != nullptr);
        CHECK_FALSE(kept->used_by);
        ids.insert(read->id);
    }
    CHECK(ids.size() == 3);
    const auto listed = operate.licences();
    REQUIRE(listed.size() == 3);
    CHECK(listed[0]["for"] == "100.64.0.1");
    CHECK(listed[0]["used_by"].is_null());

    REQUIRE(world.run(operate.async_make_licences({"premium", {}, 1, 1})));
    CHECK(std::ranges::count_if(operate.licences(), [](const json& each) { return each["for"].is_null(); }) == 1);
    const auto stored = world.sessions().database().load();
    REQUIRE(stored);
    CHECK(stored->licences.size() == 4);
}

TEST_CASE("a relay's token is told once, and only its digest is kept", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    CHECK(operate.relays().empty());
    const auto made = world.run(operate.async_add_relay("fra1", "eu-central"));
    REQUIRE(made);
    const auto token = made->at("token").get<std::string>();
    CHECK(token.starts_with("buri-relay-"));
    CHECK(token.size() == 11 + 64);
    CHECK(made->at("id") == 2);
    const auto other = world.run(operate.async_add_relay("nyc1", ""));
    REQUIRE(other);
    CHECK(other->at("token") != token);
    CHECK(code_of(world.run(operate.async_add_relay("FRA1", ""))) == errc::name_taken);
    CHECK(code_of(world.run(operate.async_add_relay("fra 1", ""))) == errc::usage);

    const auto listed = operate.relays();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0]["name"] == "fra1");
    CHECK(listed[0]["region"] == "eu-central");
    CHECK(listed[0]["online"] == false);
    CHECK(listed[0]["since"].is_null());
    CHECK(listed[1]["region"].is_null());
    const auto stored = world.sessions().database().load();
    REQUIRE(stored);
    REQUIRE(stored->relays.size() == 2);
    const auto digest = crypto::sha256(as_bytes(token));
    CHECK(std::ranges::equal(stored->relays.front().token_digest, digest));

    core::server_reach reach;
    reach.has_relay = true;
    world.sessions().set_reach(reach);
    world.sessions().set_own_relay_load({7, 500, true});
    const auto own = operate.relays().front();
    CHECK(own["id"] == 1);
    CHECK(own["name"] == "server");
    CHECK(own["online"] == true);
    CHECK(own["bindings"] == 7);
    CHECK(own["full"] == true);

    CHECK(world.run(operate.async_remove_relay("fra1"))->at("changed") == true);
    CHECK(code_of(world.run(operate.async_remove_relay("fra1"))) == errc::relay_not_found);
    CHECK(operate.relays().size() == 2);
}

TEST_CASE("a reload gives accounts other plans at once", "[administration]") {
    server_fixture world;
    auto& operate = world.administration();
    auto wanted = operate.config();
    wanted.plans.push_back({"gold", 0, 0, 0, 0, {permission::lock}});
    wanted.default_plan = "gold";
    wanted.listen_tcp = 1;
    const auto change = operate.reload(wanted);
    CHECK(change.changed == std::vector<std::string>{"listen_tcp", "default_plan", "plan"});
    CHECK(change.restart_needed == std::vector<std::string>{"listen_tcp"});
    CHECK(operate.account("anna")->at("plan") == "gold");
    const auto plans = operate.plans();
    REQUIRE(plans.size() == 3);
    CHECK(plans[2]["name"] == "gold");
    CHECK(plans[2]["default"] == true);
    CHECK(plans[2]["permissions"] == json({"lock"}));
    CHECK(plans[0]["default"] == false);
}
