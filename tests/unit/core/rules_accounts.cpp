#include "buri/core/key_change.hpp"
#include "buri/crypto/identity_key.hpp"
#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

const wall_time today(std::chrono::seconds(1'800'000'000));

/// An account with a real key, and what it says to change it.
struct key_owner : rules_world {
    key_owner() { keep(id, present); }

    void keep(node_id node, const crypto::identity_key& key) {
        records.apply({put_account{{node, "node", key.public_part().blob(), today, "", {}}}});
    }
    crypto::identity_key make() { return crypto::identity_key::generate_ed25519(random); }

    wire::rotate_key wish(const crypto::identity_key& by_old, const crypto::identity_key& by_new, node_id of) const {
        const auto message = key_change_message(of, present.public_part().blob(), by_new.public_part().blob());
        return {by_new.public_part().blob(), by_old.sign(suite_id::aes, message), by_new.sign(suite_id::aes, message)};
    }

    node_id id{7};
    crypto::identity_key present = make();
    crypto::identity_key next = make();
};

}  // namespace

TEST_CASE("a new key gets an account with an address of the pool") {
    test::seeded_random random(1);
    const auto pool = *parse_ip_prefix("10.1.0.0/24");
    const auto made = register_account(directory(), pool, as_bytes("key"), "anna", today, random);
    REQUIRE(made);
    CHECK(pool.contains(address_of(made->id)));
    REQUIRE(made->change.size() == 1);
    const auto& record = std::get<put_account>(made->change.front()).record;
    CHECK(record.id == made->id);
    CHECK(record.nickname == "anna");
    CHECK(to_string(record.key_blob) == "key");
    CHECK(record.created == today);
}

TEST_CASE("the same key again gets the account that it has, and nothing changes") {
    test::seeded_random random(1);
    const auto pool = *parse_ip_prefix("10.1.0.0/30");
    directory records;
    const auto made = register_account(records, pool, as_bytes("key"), "anna", today, random);
    records.apply(made->change);
    const auto again = register_account(records, pool, as_bytes("key"), "other", today, random);
    REQUIRE(again);
    CHECK(again->id == made->id);
    CHECK(again->change.empty());
}

TEST_CASE("a nickname that is none is made into one") {
    test::seeded_random random(1);
    const auto nickname_for = [&](std::string_view wish) {
        const auto made =
            register_account(directory(), *parse_ip_prefix("10.1.0.0/24"), as_bytes("key"), wish, today, random);
        return std::get<put_account>(made->change.front()).record.nickname;
    };
    CHECK(nickname_for("Anna-2") == "Anna-2");
    CHECK(nickname_for("my host.example") == "my-host-example");
    CHECK(nickname_for("") == "node");
    CHECK(nickname_for("\n\x1b[31m") == "31m");
    CHECK(parse_nickname(nickname_for(std::string(500, '-') + "x")).has_value());
}

TEST_CASE("a full pool refuses new keys and still knows the old ones") {
    test::seeded_random random(3);
    const auto pool = *parse_ip_prefix("10.1.0.0/30");
    directory records;
    for (const auto* const key : {"a", "b"}) {
        const auto made = register_account(records, pool, as_bytes(key), key, today, random);
        REQUIRE(made);
        records.apply(made->change);
    }
    const auto third = register_account(records, pool, as_bytes("c"), "c", today, random);
    REQUIRE_FALSE(third);
    CHECK(third.error().code == errc::pool_exhausted);
    CHECK(register_account(records, pool, as_bytes("a"), "a", today, random).has_value());
}

TEST_CASE("a new account has the server's default plan, and no end of it") {
    test::seeded_random random(1);
    const auto made =
        register_account(directory(), *parse_ip_prefix("10.1.0.0/24"), as_bytes("key"), "anna", today, random);
    const auto& record = std::get<put_account>(made->change.front()).record;
    CHECK(record.plan.empty());
    CHECK_FALSE(record.plan_until);
}

TEST_CASE("a nickname is changed, kept, or refused") {
    rules_world world;
    const auto id = world.account(1, "anna");
    CHECK(world.ask(id, wire::set_nickname{"anna"})->empty());
    CHECK_FALSE(world.act(id, wire::set_nickname{"Berta"}));
    CHECK(world.records.account(id)->nickname == "Berta");
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0].act == "nick");
    CHECK(world.audits()[0].before == "anna");
    CHECK(world.audits()[0].after == "Berta");
    CHECK(world.act(id, wire::set_nickname{"-x"}) == errc::nickname_invalid);
    CHECK(world.act(id, wire::set_nickname{""}) == errc::nickname_invalid);
    CHECK(world.act({12345}, wire::set_nickname{"x"}) == errc::account_unknown);
}

TEST_CASE("the message of a key change binds identity and both keys") {
    const auto message = key_change_message({1}, as_bytes("a"), as_bytes("b"));
    CHECK(to_string(message).starts_with("buri key change"));
    CHECK(message.size() == 15 + 32);
    const auto bound = bytes{0, 0, 0, 1, 0, 1, 'a', 0, 1, 'b'};
    const auto digest = crypto::sha256(bound);
    CHECK(std::equal(digest.begin(), digest.end(), message.begin() + 15));
    CHECK(message != key_change_message({2}, as_bytes("a"), as_bytes("b")));
    CHECK(message != key_change_message({1}, as_bytes("b"), as_bytes("a")));
    CHECK(message != key_change_message({1}, as_bytes("ab"), as_bytes("")));
}

TEST_CASE("an account moves to a key that both keys agree to") {
    key_owner world;
    CHECK_FALSE(world.act(world.id, world.wish(world.present, world.next, world.id)));
    CHECK(world.records.account(world.id)->key_blob == world.next.public_part().blob());
    CHECK(world.records.account_by_key(world.present.public_part().blob()) == nullptr);
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0].before == crypto::fingerprint(world.present.public_part().blob()));
    CHECK(world.audits()[0].after == crypto::fingerprint(world.next.public_part().blob()));
    // What was signed for this change is of no use for the way back.
    CHECK(world.act(world.id, world.wish(world.next, world.present, world.id)) == errc::auth_failed);
}

TEST_CASE("no key change without both signatures over this account and these keys") {
    key_owner world;
    const auto other = world.make();
    const auto right = world.wish(world.present, world.next, world.id);
    CHECK(world.act(world.id, world.wish(other, world.next, world.id)) == errc::auth_failed);
    CHECK(world.act(world.id, world.wish(world.present, world.next, {8})) == errc::auth_failed);
    for (const auto field : {&wire::rotate_key::by_old, &wire::rotate_key::by_new}) {
        for (std::size_t i = 0; i < 64; i += 7) {
            auto wrong = right;
            (wrong.*field)[i] ^= 0x10U;
            CHECK(world.act(world.id, wrong) == errc::auth_failed);
        }
        auto empty = right;
        (empty.*field).clear();
        CHECK(world.act(world.id, empty) == errc::auth_failed);
    }
    auto swapped = right;
    std::swap(swapped.by_old, swapped.by_new);
    CHECK(world.act(world.id, swapped) == errc::auth_failed);
    auto other_key = right;
    other_key.key = other.public_part().blob();
    CHECK(world.act(world.id, other_key) == errc::auth_failed);
    auto no_key = right;
    no_key.key = some_key("nonsense");
    CHECK(world.act(world.id, no_key) == errc::key_unsuitable);
    CHECK(world.records.account(world.id)->key_blob == world.present.public_part().blob());
}

TEST_CASE("the present key again changes nothing; the key of another account is refused") {
    key_owner world;
    CHECK(world.ask(world.id, wire::rotate_key{world.present.public_part().blob(), {}, {}})->empty());
    world.keep({8}, world.next);
    CHECK(world.act(world.id, world.wish(world.present, world.next, world.id)) == errc::key_in_use);
}

TEST_CASE("an RSA key is a key to move to") {
    key_owner world;
    const auto rsa = crypto::identity_key::generate_rsa(2048);
    CHECK_FALSE(world.act(world.id, world.wish(world.present, rsa, world.id)));
}

TEST_CASE("an account that owns networks is deleted only with them, and says which they are") {
    rules_world world;
    const auto owner = world.account(1, "anna");
    const auto friend_of = world.account(2, "berta");
    for (int i = 1; i <= 7; ++i)
        REQUIRE_FALSE(world.act(owner, wire::create_network{net("net-" + std::to_string(i)), "secret"}));
    CHECK(world.act(owner, wire::delete_account{false}) == errc::owns_networks);
    CHECK(world.text ==
          "cannot delete the account: it still owns 'net-1', 'net-2', 'net-3', 'net-4', 'net-5' and 2 more; transfer "
          "them with 'vpn transfer' or delete them with 'vpn delete' first, or delete them with the account by "
          "--with-networks");
    CHECK(world.operate(remove_account{owner, false}) == errc::owns_networks);
    CHECK(world.text.ends_with(
        "its node can transfer or delete them first, or delete them with the account by --with-networks"));
    REQUIRE_FALSE(world.act(friend_of, wire::join_network{net("net-1"), "secret", {}}));
    REQUIRE_FALSE(world.act(friend_of, wire::create_network{net("hers"), "secret"}));
    REQUIRE_FALSE(world.act(owner, wire::join_network{net("hers"), "secret", {}}));
    REQUIRE_FALSE(world.act(friend_of, wire::offer_transfer{net("hers"), owner}));
    CHECK_FALSE(world.act(owner, wire::delete_account{true}));
    CHECK(world.audits().size() == 1 + 7 + 1);
    CHECK(world.audits().back().network == world.network("hers").id);
    CHECK(world.records.account(owner) == nullptr);
    CHECK(world.records.network_count() == 1);
    CHECK(world.records.networks_of(friend_of).size() == 1);
    CHECK(world.network("hers").heir == node_id{});
    CHECK(world.records.members(world.network("hers").id).size() == 1);
}

TEST_CASE("the operator removes accounts and networks, and sets plans that exist") {
    rules_world world;
    const auto owner = world.account(1, "anna");
    REQUIRE_FALSE(world.act(owner, wire::create_network{net("team"), "secret"}));
    CHECK(world.operate(remove_account{{9}, true}) == errc::account_unknown);
    CHECK(world.operate(remove_network{net("none")}) == errc::network_not_found);
    CHECK(world.operate(set_plan{{9}, "free", {}}) == errc::account_unknown);
    CHECK(world.operate(set_plan{owner, "gold", {}}) == errc::plan_unknown);
    CHECK(world.operate(set_plan{owner, "free", world.today}) == errc::usage);
    CHECK_FALSE(world.operate(set_plan{owner, "free", world.today + std::chrono::hours(24)}));
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0].actor == node_id{});
    CHECK(world.audits()[0].actor_name == "operator");
    CHECK(world.audits()[0].target_name == "anna");
    CHECK(world.audits()[0].before == "plan=default");
    CHECK(world.audits()[0].after == "plan=free until=2027-01-16T08:00:00Z");
    CHECK(decide(world.input(), set_plan{owner, "free", world.today + std::chrono::hours(24)})->empty());
    CHECK_FALSE(world.operate(set_plan{owner, "", world.today + std::chrono::hours(24)}));
    CHECK_FALSE(world.records.account(owner)->plan_until);
    CHECK_FALSE(world.operate(remove_network{net("TEAM")}));
    CHECK(world.audits().at(0).target == owner);
    CHECK_FALSE(world.operate(remove_account{owner, false}));
    CHECK(world.records.account_count() == 0);
}
