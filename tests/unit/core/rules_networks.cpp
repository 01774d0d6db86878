#include "buri/core/directory/network_rules.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;
using namespace buri::core;

namespace {

const wall_time today(std::chrono::seconds(1'800'000'000));
constexpr node_id owner{1};
constexpr node_id member{2};
constexpr node_id stranger{3};
constexpr node_id nobody{99};

network_name name(std::string_view text) {
    return *network_name::parse(text);
}

/// "open" and "closed" (password "secret") with an owner and a member each, and a stranger.
struct world {
    world() {
        for (const auto id : {owner, member, stranger}) {
            const auto key = to_string(id);
            records.apply({put_account{{id, "node", bytes(key.begin(), key.end()), today}}});
        }
        make("open-net", {});
        make("closed-net", "secret");
    }

    void make(std::string_view text, const network_password& password) {
        records.apply(*create_network(records, limits, owner, name(text), password, today, random));
        records.apply(*join_network(records, limits, member, name(text), password, today));
    }

    test::seeded_random random{1};
    directory_limits limits;
    directory records;
};

world& shared() {
    static world made;  // scrypt is slow on purpose
    return made;
}

enum class act { create, create_with_password, join, join_right, join_wrong, join_empty, leave, remove };

result<record_change> perform(world& in, act what, node_id actor, std::string_view text) {
    switch (what) {
        case act::create:
            return create_network(in.records, in.limits, actor, name(text), {}, today, in.random);
        case act::create_with_password:
            return create_network(in.records, in.limits, actor, name(text), "secret", today, in.random);
        case act::join:
            return join_network(in.records, in.limits, actor, name(text), {}, today);
        case act::join_right:
            return join_network(in.records, in.limits, actor, name(text), "secret", today);
        case act::join_wrong:
            return join_network(in.records, in.limits, actor, name(text), "Secret", today);
        case act::join_empty:
            return join_network(in.records, in.limits, actor, name(text), "", today);
        case act::leave:
            return leave_network(in.records, actor, name(text));
        case act::remove:
            return delete_network(in.records, actor, name(text));
    }
    return fail(errc::internal);
}

constexpr auto done = errc{0};     // changes something
constexpr auto nothing = errc{9};  // success without a change

struct row {
    act what;
    const char* network;
    errc by_owner, by_member, by_stranger;
};

}  // namespace

TEST_CASE("every act by every kind of actor") {
    using enum errc;
    const auto rows = std::to_array<row>({
        {act::create, "open-net", nothing, name_taken, name_taken},
        {act::create, "closed-net", name_taken, name_taken, name_taken},
        {act::create, "new-net", done, done, done},
        {act::create, "OPEN-NET", nothing, name_taken, name_taken},
        {act::create_with_password, "open-net", name_taken, name_taken, name_taken},
        {act::create_with_password, "closed-net", nothing, name_taken, name_taken},
        {act::create_with_password, "new-net", done, done, done},
        {act::join, "open-net", nothing, nothing, done},
        {act::join, "closed-net", nothing, nothing, password_missing},
        {act::join, "none", network_not_found, network_not_found, network_not_found},
        {act::join_right, "open-net", nothing, nothing, done},
        {act::join_right, "closed-net", nothing, nothing, done},
        {act::join_wrong, "closed-net", nothing, nothing, password_wrong},
        {act::join_empty, "closed-net", nothing, nothing, password_missing},
        {act::join_wrong, "none", network_not_found, network_not_found, network_not_found},
        {act::leave, "open-net", owner_cannot_leave, done, nothing},
        {act::leave, "closed-net", owner_cannot_leave, done, nothing},
        {act::leave, "none", network_not_found, network_not_found, network_not_found},
        {act::remove, "open-net", done, not_owner, not_owner},
        {act::remove, "closed-net", done, not_owner, not_owner},
        {act::remove, "none", network_not_found, network_not_found, network_not_found},
    });
    auto& in = shared();
    for (const auto& [what, network, by_owner, by_member, by_stranger] : rows) {
        for (const auto& [actor, expected] :
             {std::pair(owner, by_owner), std::pair(member, by_member), std::pair(stranger, by_stranger)}) {
            CAPTURE(static_cast<int>(what), network, to_string(actor));
            const auto outcome = perform(in, what, actor, network);
            if (expected == done || expected == nothing) {
                REQUIRE(outcome);
                CHECK(outcome->empty() == (expected == nothing));
            } else {
                REQUIRE_FALSE(outcome);
                CHECK(outcome.error().code == expected);
                CHECK(outcome.error().text.starts_with("cannot "));
                CHECK(outcome.error().text.find(std::string("'") + network + "'") != std::string::npos);
            }
        }
    }
}

TEST_CASE("who has no account makes and joins nothing") {
    auto& in = shared();
    CHECK(perform(in, act::create, nobody, "new-net").error().code == errc::account_unknown);
    CHECK(perform(in, act::join, nobody, "open-net").error().code == errc::account_unknown);
    CHECK(perform(in, act::leave, nobody, "open-net")->empty());
    CHECK(perform(in, act::remove, nobody, "open-net").error().code == errc::not_owner);
}

TEST_CASE("a new network has an owner who is a member, and no password in the clear") {
    auto& in = shared();
    const auto change = create_network(in.records, in.limits, stranger, name("new-net"), "secret", today, in.random);
    REQUIRE(change->size() == 2);
    const auto& network = std::get<put_network>(change->at(0)).record;
    const auto& first = std::get<put_member>(change->at(1)).record;
    CHECK(network.owner == stranger);
    CHECK(network.created == today);
    CHECK(network.id != 0);
    CHECK(network.id >> 63U == 0);
    CHECK(network.password_hash.starts_with("scrypt$"));
    CHECK(network.password_hash.find("secret") == std::string::npos);
    CHECK(first == member_record{network.id, stranger, today});
}

TEST_CASE("an empty password is not a password") {
    auto& in = shared();
    const auto refused = create_network(in.records, in.limits, stranger, name("new-net"), "", today, in.random);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::password_missing);
    const auto open = create_network(in.records, in.limits, stranger, name("new-net"), {}, today, in.random);
    CHECK(std::get<put_network>(open->at(0)).record.password_hash.empty());
}

TEST_CASE("a name that was never parsed makes no network") {
    auto& in = shared();
    CHECK(create_network(in.records, in.limits, owner, network_name(), {}, today, in.random).error().code ==
          errc::name_invalid);
}

TEST_CASE("a full network takes nobody, and tells so only to whom it would take") {
    auto& in = shared();
    const directory_limits two{2, 256};
    CHECK(join_network(in.records, two, stranger, name("open-net"), {}, today).error().code == errc::network_full);
    CHECK(join_network(in.records, two, stranger, name("closed-net"), "wrong", today).error().code ==
          errc::password_wrong);
    CHECK(join_network(in.records, two, stranger, name("closed-net"), "secret", today).error().code ==
          errc::network_full);
    CHECK(join_network(in.records, two, member, name("open-net"), {}, today)->empty());
    CHECK(join_network(in.records, {3, 256}, stranger, name("open-net"), {}, today).has_value());
}

TEST_CASE("a node in as many networks as it may be in makes and joins no more") {
    auto& in = shared();
    const directory_limits two{256, 2};
    CHECK(create_network(in.records, two, owner, name("new-net"), {}, today, in.random).error().code ==
          errc::too_many_networks);
    CHECK(create_network(in.records, two, owner, name("open-net"), {}, today, in.random)->empty());
    CHECK(join_network(in.records, two, member, name("open-net"), {}, today)->empty());
    const directory_limits none{256, 0};
    CHECK(join_network(in.records, none, stranger, name("open-net"), {}, today).error().code ==
          errc::too_many_networks);
}
