// Passwords are hashed elsewhere, and counted; invites are counted with them.
#include "buri/core/mediator/hash_queue.hpp"
#include "buri/core/mediator/request_limits.hpp"
#include "buri/crypto/digest.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

/// Olga owns "home", which has the password "secret".
struct locked_door : mediation {
    locked_door() {
        olga = make_account("olga");
        come_online(olga);
        REQUIRE(succeeds(olga, wire::create_network{home, "secret"}));
    }
    node_id newcomer(const std::string& name) {
        const auto made = make_account(name);
        come_online(made);
        return made;
    }
    std::uint32_t join(node_id node, std::string password) {
        return ask(node, wire::join_network{home, std::move(password), {}});
    }
    std::optional<errc> answer_to(std::uint32_t number) {
        REQUIRE(answers.contains(number));
        const auto* const why = std::get_if<wire::error_answer>(&answers.at(number));
        return why != nullptr ? std::optional(static_cast<errc>(why->code)) : std::nullopt;
    }
    bytes make_invite(std::uint32_t uses) {
        const auto token = random.array<16>();
        const auto digest = crypto::sha256(token);
        wire::make_invite wish;
        wish.network = home;
        wish.digest.assign(digest.begin(), digest.end());
        wish.max_uses = uses;
        CHECK(answered<wire::invite_made>(olga, wish).id != 0);
        return bytes(token.begin(), token.end());
    }
    const network_name home = net("home");
    node_id olga;
};

}  // namespace

TEST_CASE("a password is compared before the request is decided, and others are not held up") {
    locked_door on;
    const auto anna = on.newcomer("anna");
    on.hashes_at_once = false;
    const auto joining = on.join(anna, "secret");
    REQUIRE(on.waiting_hashes.size() == 1);
    CHECK(on.waiting_hashes[0].work.password == "secret");
    CHECK_FALSE(on.waiting_hashes[0].work.against.empty());
    CHECK_FALSE(on.answers.contains(joining));
    CHECK(on.succeeds(on.olga, wire::set_nickname{"olivia"}));
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.answer_to(joining));
    CHECK(on.server->records().is_member(1, anna));
}

TEST_CASE("a wrong password is refused, and what cannot succeed is not hashed") {
    locked_door on;
    const auto anna = on.newcomer("anna");
    CHECK(on.refusal(anna, wire::join_network{on.home, "wrong", {}}) == errc::password_wrong);
    on.hashes_at_once = false;
    CHECK(on.refusal(anna, wire::join_network{net("none"), "secret", {}}) == errc::network_not_found);
    CHECK(on.refusal(anna, wire::create_network{on.home, "mine"}) == errc::name_taken);
    CHECK(on.waiting_hashes.empty());
}

TEST_CASE("a password that is changed meanwhile is compared again") {
    locked_door on;
    const auto anna = on.newcomer("anna");
    on.hashes_at_once = false;
    const auto joining = on.join(anna, "second");
    const auto changing = on.ask(on.olga, wire::set_access{on.home, "second", {}, {}, {}, {}});
    REQUIRE(on.waiting_hashes.size() == 2);
    std::swap(on.waiting_hashes[0], on.waiting_hashes[1]);
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.answer_to(changing));
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.answers.contains(joining));
    REQUIRE(on.waiting_hashes.size() == 1);
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.answer_to(joining));
}

TEST_CASE("a password that changes again and again ends the attempt") {
    locked_door on;
    const auto anna = on.newcomer("anna");
    on.hashes_at_once = false;
    const auto joining = on.join(anna, "secret");
    for (int i = 0; i < 3; ++i) {
        on.ask(on.olga, wire::set_access{on.home, "password " + std::to_string(i), {}, {}, {}, {}});
        REQUIRE(on.waiting_hashes.size() == 2);
        std::swap(on.waiting_hashes[0], on.waiting_hashes[1]);
        on.finish_hash();
        on.drain();
        on.finish_hash();
        on.drain();
    }
    CHECK(on.answer_to(joining) == errc::too_many_requests);
    CHECK(on.waiting_hashes.empty());
}

TEST_CASE("the outcome of a hash means nothing once whoever asked is gone") {
    locked_door on;
    const auto anna = on.newcomer("anna");
    on.hashes_at_once = false;
    on.join(anna, "secret");
    on.disconnect(anna);
    const bool comes_back = GENERATE(true, false);
    if (comes_back) on.come_back(anna);
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.server->records().is_member(1, anna));
    on.server->on_hashed(4711, {}, on.today, on.now);
    on.drain();
    CHECK_FALSE(on.waiting_commit);
}

TEST_CASE("few hashes wait: two of a node, and 64 in all") {
    locked_door on;
    on.hashes_at_once = false;
    const auto anna = on.newcomer("anna");
    on.join(anna, "secret");
    on.join(anna, "secret");
    CHECK(on.answer_to(on.join(anna, "secret")) == errc::too_many_requests);
    CHECK(std::get<wire::error_answer>(on.answers.rbegin()->second).text.find("try again") != std::string::npos);
    for (int i = 0; i < 31; ++i) {
        const auto node = on.newcomer("n" + std::to_string(i));
        on.join(node, "secret");
        on.join(node, "secret");
    }
    CHECK(on.waiting_hashes.size() == core::hash_queue::max_waiting);
    const auto late = on.newcomer("late");
    CHECK(on.answer_to(on.join(late, "secret")) == errc::too_many_requests);
    while (on.finish_hash())
        on.drain();
    const auto number = on.join(late, "secret");
    on.finish_hash();
    on.drain();
    CHECK_FALSE(on.answer_to(number));
}

TEST_CASE("wrong passwords and invites are counted by address too, an IPv6 network as one") {
    locked_door on;
    int tried = 0;
    const auto is_v6 = GENERATE(true, false);
    for (int i = 0; i < 4; ++i) {
        const auto node = on.make_account("n" + std::to_string(i));
        on.addresses[node] = *ip_address::parse(is_v6 ? "2001:db8:1:2::" + std::to_string(i + 1) : "192.0.2.1");
        on.come_online(node);
        for (int attempt = 0; attempt < 9; ++attempt) {
            wire::join_network wish{on.home, "wrong", {}};
            if (attempt % 2 == 0) wish = {on.home, {}, bytes(16, 7)};
            if (on.refusal(node, wish) != errc::too_many_requests) ++tried;
        }
    }
    CHECK(tried == core::request_limits::wrong_passwords_per_minute_and_address);
    const auto neighbour = on.make_account("neighbour");
    on.addresses[neighbour] = *ip_address::parse(is_v6 ? "2001:db8:1:2::99" : "192.0.2.1");
    on.come_online(neighbour);
    on.hashes_at_once = false;
    CHECK(on.refusal(neighbour, wire::join_network{on.home, "secret", {}}) == errc::too_many_requests);
    CHECK(on.waiting_hashes.empty());
    on.hashes_at_once = true;
    on.advance(2s);
    CHECK(on.succeeds(neighbour, wire::join_network{on.home, "secret", {}}));
    const auto elsewhere = on.make_account("elsewhere");
    on.addresses[elsewhere] = *ip_address::parse(is_v6 ? "2001:db8:1:3::1" : "192.0.2.2");
    on.come_online(elsewhere);
    CHECK(on.succeeds(elsewhere, wire::join_network{on.home, "secret", {}}));
}

TEST_CASE("a hundred nodes behind one address join in a minute, and right passwords do not count there") {
    locked_door on;
    const auto token = on.make_invite(0);
    for (int i = 0; i < 100; ++i) {
        const auto node = on.make_account("n" + std::to_string(i));
        on.addresses[node] = *ip_address::parse("192.0.2.1");
        on.come_online(node);
        wire::join_network wish{on.home, "secret", {}};
        if (i % 2 == 0) wish = {on.home, {}, token};
        CHECK(on.succeeds(node, wish));
    }
    CHECK(on.server->records().members(1).size() == 101);
}

TEST_CASE("wrong passwords that are hashed at the same time count, also those over the limit") {
    locked_door on;
    on.hashes_at_once = false;
    std::vector<node_id> nodes;
    for (int i = 0; i < 16; ++i) {
        nodes.push_back(on.make_account("n" + std::to_string(i)));
        on.addresses[nodes.back()] = *ip_address::parse("192.0.2.1");
        on.come_online(nodes.back());
        on.join(nodes.back(), "wrong");
        on.join(nodes.back(), "wrong");
    }
    CHECK(on.waiting_hashes.size() == core::hash_queue::max_waiting_per_address);
    const auto late = on.make_account("late");
    on.addresses[late] = *ip_address::parse("192.0.2.1");
    on.come_online(late);
    CHECK(on.answer_to(on.join(late, "secret")) == errc::too_many_requests);
    on.join(on.newcomer("elsewhere"), "secret");
    CHECK(on.waiting_hashes.size() == core::hash_queue::max_waiting_per_address + 1);
    while (on.finish_hash())
        on.drain();
    on.hashes_at_once = true;
    // Two more than thirty: those have to be waited for too, two seconds each.
    on.advance(4s);
    CHECK(on.refusal(nodes[0], wire::join_network{on.home, "wrong", {}}) == errc::too_many_requests);
    on.advance(2s);
    CHECK(on.refusal(nodes[0], wire::join_network{on.home, "wrong", {}}) == errc::password_wrong);
    CHECK(on.refusal(nodes[1], wire::join_network{on.home, "secret", {}}) == errc::too_many_requests);
}

TEST_CASE("what is no wrong password does not count against the address") {
    locked_door on;
    REQUIRE(on.succeeds(on.olga, wire::create_network{net("shut"), "secret"}));
    REQUIRE(on.succeeds(on.olga, wire::set_access{net("shut"), {}, {}, true, {}, {}}));
    for (int i = 0; i < 40; ++i) {
        const auto node = on.make_account("n" + std::to_string(i));
        on.addresses[node] = *ip_address::parse("192.0.2.1");
        on.come_online(node);
        CHECK(on.refusal(node, wire::join_network{net("shut"), "secret", {}}) == errc::network_locked);
        CHECK(on.refusal(node, wire::join_network{net("none"), "secret", {}}) == errc::network_not_found);
    }
}

TEST_CASE("an invite for one, raced by a hundred nodes, admits exactly one") {
    locked_door on;
    const auto token = on.make_invite(1);
    std::vector<node_id> racers;
    for (int i = 0; i < 100; ++i)
        racers.push_back(on.newcomer("racer" + std::to_string(i)));
    on.commits_at_once = false;
    std::vector<std::uint32_t> numbers;
    for (const auto node : racers)
        numbers.push_back(on.ask(node, wire::join_network{on.home, {}, token}));
    while (on.waiting_commit)
        on.finish_commit();
    const auto admitted = std::ranges::count_if(numbers, [&](auto number) { return !on.answer_to(number); });
    CHECK(admitted == 1);
    CHECK(on.server->records().members(1).size() == 2);
    CHECK(on.server->records().invites(1).at(0)->uses == 1);
}

TEST_CASE("questions have a limit of their own") {
    locked_door on;
    std::uint32_t asked = 0;
    while (std::holds_alternative<wire::message_list>(on.answers[on.ask(on.olga, wire::list_messages{on.home})]))
        ++asked;
    CHECK(asked == core::request_limits::questions_per_minute);
    CHECK(on.refusal(on.olga, wire::list_bans{on.home}) == errc::too_many_requests);
    CHECK(on.succeeds(on.olga, wire::set_nickname{"other"}));
    on.advance(1s);
    CHECK(std::holds_alternative<wire::invite_list>(on.answers[on.ask(on.olga, wire::list_invites{on.home})]));
}
