#include "buri/core/mediator/request_limits.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

const auto somewhere = ip_address::v4(0xc6120001U);

struct pair_online : mediation {
    explicit pair_online(core::mediator_settings settings = usual_settings()) : mediation(std::move(settings)) {
        anna = make_account("anna");
        berta = make_account("berta");
        come_online(anna);
        come_online(berta);
        forget();
    }
    node_id anna, berta;
};

const error disk_full{errc::disk_full, "the disk is full; nothing was changed"};

}  // namespace

TEST_CASE("nothing is acknowledged, told or visible before it is durable") {
    pair_online on;
    on.make_network("home", {on.anna});
    on.forget();
    on.commits_at_once = false;
    const auto number = on.ask(on.berta, wire::join_network{net("home"), {}, {}});
    REQUIRE(on.waiting_commit);
    CHECK_FALSE(on.answers.contains(number));
    CHECK(on.told_count(on.anna) + on.told_count(on.berta) == 0);
    CHECK(on.server->records().networks_of(on.berta).empty());
    on.finish_commit();
    CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(number)));
    CHECK(on.told<wire::member_joined>(on.anna).size() == 1);
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a change that did not become durable is an error and changes nothing") {
    pair_online on;
    on.fail_next_commit = disk_full;
    CHECK(on.refusal(on.anna, wire::create_network{net("home"), {}}) == errc::disk_full);
    CHECK(on.last_text == "cannot create 'home': the disk is full; nothing was changed");
    CHECK(on.server->records().network_count() == 0);
    CHECK(on.told_count(on.anna) == 0);
    on.fail_next_commit = disk_full;
    CHECK(on.refusal(on.anna, wire::set_nickname{"other"}) == errc::disk_full);
    CHECK(on.last_text.starts_with("cannot change the nickname: "));
    CHECK(on.server->records().account(on.anna)->nickname == "anna");
    CHECK(on.succeeds(on.anna, wire::create_network{net("home"), {}}));
}

TEST_CASE("a request that waits is decided on what the one before it left") {
    pair_online on;
    on.commits_at_once = false;
    const auto by_anna = on.ask(on.anna, wire::create_network{net("home"), {}});
    const auto by_berta = on.ask(on.berta, wire::create_network{net("HOME"), {}});
    const auto join = on.ask(on.berta, wire::join_network{net("home"), {}, {}});
    const auto remove = on.ask(on.anna, wire::delete_network{net("home")});
    SECTION("all durable") {
        on.finish_commit();
        CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(by_anna)));
        CHECK(std::get<wire::error_answer>(on.answers.at(by_berta)).code ==
              static_cast<std::uint16_t>(errc::name_taken));
        on.finish_commit();
        CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(join)));
        CHECK(on.server->tunnel_count() == 1);
        on.finish_commit();
        CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(remove)));
        CHECK(on.server->tunnel_count() == 0);
    }
    SECTION("the first fails: the second is no longer refused") {
        on.finish_commit(disk_full);
        on.finish_commit();
        CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(by_berta)));
        CHECK(on.server->records().network(net("home"))->owner == on.berta);
        // Berta is a member of her own; Anna may not delete it.
        CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(join)));
        CHECK(std::get<wire::error_answer>(on.answers.at(remove)).code == static_cast<std::uint16_t>(errc::not_owner));
    }
    CHECK_FALSE(on.waiting_commit);
}

TEST_CASE("the last place in a network is given once") {
    auto settings = usual_settings();
    settings.plans = plan_of_limits(2, 256);
    pair_online on(settings);
    const auto carl = on.make_account("carl");
    on.come_online(carl);
    on.make_network("home", {on.anna});
    on.commits_at_once = false;
    const auto first = on.ask(on.berta, wire::join_network{net("home"), {}, {}});
    const auto second = on.ask(carl, wire::join_network{net("home"), {}, {}});
    on.finish_commit();
    CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(first)));
    CHECK(std::get<wire::error_answer>(on.answers.at(second)).code == static_cast<std::uint16_t>(errc::network_full));
}

TEST_CASE("a change outlives the connection that asked for it once it is decided, and not before") {
    pair_online on;
    on.make_network("home", {on.anna});
    on.commits_at_once = false;
    const auto joining = on.ask(on.berta, wire::join_network{net("home"), {}, {}});
    const auto naming = on.ask(on.berta, wire::set_nickname{"bee"});
    on.disconnect(on.berta);
    on.forget();
    on.finish_commit();
    CHECK(on.server->records().networks_of(on.berta).size() == 1);
    CHECK(on.told<wire::member_joined>(on.anna).size() == 1);
    CHECK_FALSE(on.answers.contains(joining));
    CHECK_FALSE(on.answers.contains(naming));
    CHECK_FALSE(on.waiting_commit);
    CHECK(on.server->records().account(on.berta)->nickname == "berta");
    CHECK(on.server->tunnel_count() == 0);
    on.commits_at_once = true;
    on.come_online(on.berta);
    CHECK(on.nodes[on.berta].networks.contains("home"));
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("an answer to a ticket that nobody waits for changes nothing") {
    pair_online on;
    on.commits_at_once = false;
    on.ask(on.anna, wire::create_network{net("home"), {}});
    const auto ticket = on.waiting_commit->ticket;
    on.server->on_committed(ticket + 1, on.now);
    on.server->on_commit_failed(ticket + 1, disk_full, on.now);
    on.drain();
    CHECK(on.server->records().network_count() == 0);
    on.finish_commit();
    on.server->on_committed(ticket, on.now);
    on.drain();
    CHECK(on.server->records().network_count() == 1);
}

TEST_CASE("the same key registered again, even at the same time, gets the same account") {
    mediation on;
    on.commits_at_once = false;
    on.server->register_account(1001, as_bytes("key"), "anna", somewhere, on.today, on.now);
    on.server->register_account(1002, as_bytes("key"), "anna", somewhere, on.today, on.now);
    on.drain();
    CHECK(on.registrations.empty());
    on.finish_commit();
    REQUIRE(on.registrations.size() == 2);
    CHECK(on.registrations.at(1001).value() == on.registrations.at(1002).value());
    CHECK_FALSE(on.waiting_commit);
    CHECK(on.server->records().account_count() == 1);
}

TEST_CASE("a registration that did not become durable can be made again") {
    mediation on;
    on.fail_next_commit = disk_full;
    on.server->register_account(1001, as_bytes("key"), "anna", somewhere, on.today, on.now);
    on.drain();
    CHECK(on.registrations.at(1001).error().code == errc::disk_full);
    CHECK(on.server->records().account_count() == 0);
    on.make_account("anna", "key");
    CHECK(on.server->records().account_count() == 1);
}

TEST_CASE("a full pool ends a registration with its error") {
    auto settings = usual_settings();
    settings.pool = *parse_ip_prefix("10.0.0.0/30");
    mediation on(settings);
    on.make_account("anna");
    on.make_account("berta");
    on.server->register_account(1001, as_bytes("third"), "carl", somewhere, on.today, on.now);
    on.drain();
    CHECK(on.registrations.at(1001).error().code == errc::pool_exhausted);
}

TEST_CASE("registrations are limited by the minute") {
    auto settings = usual_settings();
    settings.registrations_per_minute = 3;
    mediation on(settings);
    for (std::uint64_t i = 0; i < 4; ++i) {
        on.server->register_account(1000 + i, as_bytes("key " + std::to_string(i)), "x", somewhere, on.today, on.now);
    }
    on.drain();
    CHECK(on.registrations.at(1002).has_value());
    CHECK(on.registrations.at(1003).error().code == errc::too_many_requests);
    on.advance(20s);
    on.make_account("later");
}

TEST_CASE("registrations are limited by address too, and do not keep others out") {
    mediation on;
    constexpr auto limit = core::request_limits::registrations_per_hour_and_address;
    const auto elsewhere = ip_address::v4(0xc6120002U);
    for (std::uint64_t i = 0; i <= limit; ++i)
        on.server->register_account(1000 + i, as_bytes("key " + std::to_string(i)), "x", somewhere, on.today, on.now);
    on.drain();
    CHECK(on.registrations.at(999 + limit).has_value());
    CHECK(on.registrations.at(1000 + limit).error().code == errc::too_many_requests);
    on.advance(1min);
    for (std::uint64_t i = 0; i <= 20; ++i)
        on.server->register_account(5000 + i, as_bytes("more " + std::to_string(i)), "x", somewhere, on.today, on.now);
    on.server->register_account(6000, as_bytes("other"), "x", elsewhere, on.today, on.now);
    on.drain();
    CHECK(on.registrations.at(5009).has_value());
    CHECK_FALSE(on.registrations.at(5010).has_value());
    CHECK(on.registrations.at(6000).has_value());
}

TEST_CASE("refused acts of one node fill nobody's log") {
    pair_online on;
    on.make_network("home", {on.anna, on.berta});
    on.forget();
    for (int i = 0; i < 200; ++i)
        CHECK(on.refusal(on.berta, wire::evict_member{net("home"), on.anna}) == errc::not_privileged);
    CHECK(on.entries.size() == core::request_limits::refusals_kept_per_hour);
    on.advance(1min);
    on.ask(on.berta, wire::evict_member{net("home"), on.anna});
    CHECK(on.entries.size() == core::request_limits::refusals_kept_per_hour + 1);
}

TEST_CASE("ten passwords may be tried in a minute, and a new connection does not help") {
    pair_online on;
    on.make_network("home", {on.anna});
    for (int i = 0; i < 10; ++i)
        CHECK(on.refusal(on.berta, wire::join_network{net("none"), "guess", {}}) == errc::network_not_found);
    CHECK(on.refusal(on.berta, wire::join_network{net("none"), "guess", {}}) == errc::too_many_requests);
    on.disconnect(on.berta);
    on.come_online(on.berta);
    CHECK(on.refusal(on.berta, wire::join_network{net("home"), "guess", {}}) == errc::too_many_requests);
    CHECK(on.succeeds(on.berta, wire::join_network{net("home"), {}, {}}));
    on.advance(6s);
    CHECK(on.refusal(on.berta, wire::join_network{net("none"), "guess", {}}) == errc::network_not_found);
    CHECK(on.refusal(on.berta, wire::join_network{net("none"), "guess", {}}) == errc::too_many_requests);
}

TEST_CASE("requests that wait for the disk have a bound per node") {
    pair_online on;
    on.commits_at_once = false;
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < 40; ++i)
        numbers.push_back(on.ask(on.anna, wire::set_nickname{"n" + std::to_string(i)}));
    CHECK(std::get<wire::error_answer>(on.answers.at(numbers.back())).code ==
          static_cast<std::uint16_t>(errc::too_many_requests));
    // Another node is not held up.
    const auto other = on.ask(on.berta, wire::set_nickname{"bee"});
    CHECK_FALSE(on.answers.contains(other));
    while (on.waiting_commit)
        on.finish_commit();
    CHECK(on.server->records().account(on.berta)->nickname == "bee");
    CHECK(on.answers.size() >= 41);
}

TEST_CASE("changes in a long series are slowed down to one a second") {
    pair_online on;
    int made = 0;
    while (on.succeeds(on.anna, wire::set_nickname{"n" + std::to_string(made)}))
        ++made;
    CHECK(made == 300);
    on.advance(1s);
    CHECK(on.succeeds(on.anna, wire::set_nickname{"later"}));
    CHECK_FALSE(on.succeeds(on.anna, wire::set_nickname{"again"}));
}

TEST_CASE("every limit and rule is answered with a sentence") {
    pair_online on;
    on.make_network("home", {on.anna});
    CHECK(on.refusal(on.berta, wire::create_network{net("home"), {}}) == errc::name_taken);
    CHECK(on.last_text.starts_with("cannot create 'home': "));
    CHECK(on.refusal(on.anna, wire::leave_network{net("home")}) == errc::owner_cannot_leave);
    CHECK(on.last_text.starts_with("cannot leave 'home': "));
    CHECK(on.refusal(on.berta, wire::set_nickname{"-"}) == errc::nickname_invalid);
    CHECK(on.last_text.starts_with("cannot change the nickname: "));
    CHECK(on.refusal(on.berta, wire::create_network{{}, {}}) == errc::name_invalid);
}
