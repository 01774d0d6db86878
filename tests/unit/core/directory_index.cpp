#include "buri/core/directory/directory.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;

namespace {

wall_time at(int second) {
    return wall_time(std::chrono::seconds(second));
}

account_record account(std::uint32_t id, std::string_view key) {
    const auto blob = as_bytes(key);
    return {{id}, "node-" + std::to_string(id), bytes(blob.begin(), blob.end()), at(1), "", {}};
}

network_record network(std::uint64_t id, std::string_view name, std::uint32_t owner) {
    network_record out;
    out.id = id;
    out.name = *network_name::parse(name);
    out.owner = {owner};
    out.created = at(1);
    return out;
}

member_record member(std::uint64_t network, std::uint32_t node, int joined, bool waits = false) {
    return {network, {node}, at(joined), "Name-" + std::to_string(node), waits, {}, false, 0};
}

ban_record ban(std::uint64_t network, std::uint32_t node, std::uint8_t key) {
    return {network, {node}, bytes(32, key), "x", "", {1}, at(1), {}};
}

invite_record invite(std::uint64_t id, std::uint64_t network, std::uint8_t token) {
    return {id, network, bytes(32, token), {1}, at(1), {}, 1, 0, false};
}

directory three_nodes_in_two_networks() {
    directory_records records;
    records.accounts = {account(1, "one"), account(2, "two"), account(3, "three")};
    records.networks = {network(10, "alpha", 1), network(20, "beta", 2)};
    records.members = {member(10, 2, 9), member(10, 1, 5), member(20, 2, 6), member(20, 3, 7), member(10, 3, 6)};
    return directory(std::move(records));
}

std::vector<std::uint32_t> values(std::span<const node_id> ids) {
    std::vector<std::uint32_t> out;
    for (const auto id : ids)
        out.push_back(id.value);
    return out;
}

using ids = std::vector<std::uint32_t>;
using numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("records read at start are indexed, members by the time they joined") {
    const auto records = three_nodes_in_two_networks();
    CHECK(records.account_count() == 3);
    CHECK(records.network_count() == 2);
    CHECK(values(records.members(10)) == ids{1, 3, 2});
    CHECK(values(records.members(20)) == ids{2, 3});
    CHECK(records.account({2})->nickname == "node-2");
    CHECK(records.account_by_key(as_bytes("three"))->id == node_id{3});
    CHECK(records.network(*network_name::parse("ALPHA"))->id == 10);
    CHECK(records.network(20)->name == *network_name::parse("beta"));
    CHECK(records.is_member(10, {3}));
    CHECK_FALSE(records.is_member(20, {1}));
}

TEST_CASE("what is not there is not found") {
    const auto records = three_nodes_in_two_networks();
    CHECK(records.account({4}) == nullptr);
    CHECK(records.account_by_key(as_bytes("four")) == nullptr);
    CHECK(records.account_by_key({}) == nullptr);
    CHECK(records.network(30) == nullptr);
    CHECK(records.network(*network_name::parse("gamma")) == nullptr);
    CHECK(records.members(30).empty());
    CHECK(records.networks_of({4}).empty());
    CHECK(records.peers_of({4}).empty());
    CHECK(records.common_networks({1}, {4}).empty());
    CHECK(directory().account_count() == 0);
}

TEST_CASE("peers are the members of all one's networks, each once, without oneself") {
    const auto records = three_nodes_in_two_networks();
    CHECK(values(records.peers_of({1})) == ids{2, 3});
    CHECK(values(records.peers_of({2})) == ids{1, 3});
    CHECK(records.common_networks({2}, {3}) == numbers{10, 20});
    CHECK(records.common_networks({1}, {3}) == numbers{10});
}

TEST_CASE("a change is visible in every index") {
    auto records = three_nodes_in_two_networks();
    records.apply({put_network{network(30, "gamma", 1)}, put_member{member(30, 1, 20)}});
    CHECK(records.network(*network_name::parse("gamma"))->id == 30);
    CHECK(values(records.members(30)) == ids{1});
    records.apply({erase_member{10, {2}}});
    CHECK(values(records.members(10)) == ids{1, 3});
    CHECK(records.common_networks({2}, {3}) == numbers{20});
    records.apply({erase_network{10}});
    CHECK(records.network(*network_name::parse("alpha")) == nullptr);
    CHECK(records.network(10) == nullptr);
    CHECK(records.members(10).empty());
    CHECK(records.networks_of({3}).size() == 1);
    CHECK(values(records.peers_of({1})).empty());
    records.apply({erase_network{30}, erase_account{{1}}});
    CHECK(records.account({1}) == nullptr);
    CHECK(records.account_by_key(as_bytes("one")) == nullptr);
    CHECK(records.account_count() == 2);
}

TEST_CASE("putting again replaces, and keeps memberships and their order") {
    auto records = three_nodes_in_two_networks();
    auto renamed = account(2, "another key");
    renamed.nickname = "deux";
    auto moved = network(10, "omega", 3);
    records.apply({put_account{renamed}, put_network{moved}, put_member{member(10, 1, 5)}});
    CHECK(records.account({2})->nickname == "deux");
    CHECK(records.account_by_key(as_bytes("two")) == nullptr);
    CHECK(records.account_by_key(as_bytes("another key"))->id == node_id{2});
    CHECK(records.network(*network_name::parse("alpha")) == nullptr);
    CHECK(records.network(*network_name::parse("omega"))->owner == node_id{3});
    CHECK(values(records.members(10)) == ids{1, 3, 2});
    CHECK(records.networks_of({2}).size() == 2);
    CHECK(records.account_count() == 3);
    CHECK(records.network_count() == 2);
}

TEST_CASE("a membership without its network or account is no membership") {
    auto records = three_nodes_in_two_networks();
    records.apply({put_member{member(99, 1, 1)}, put_member{member(10, 77, 1)}, erase_member{99, {1}},
                   erase_network{99}, erase_account{{77}}});
    CHECK(values(records.members(10)) == ids{1, 3, 2});
    CHECK(records.networks_of({1}).size() == 1);
}

TEST_CASE("those that wait are kept apart from members until they are members, in the order of joining") {
    auto records = three_nodes_in_two_networks();
    records.apply({put_account{account(4, "four")}, put_member{member(10, 4, 7, true)}});
    CHECK(values(records.waiting(10)) == ids{4});
    CHECK(values(records.members(10)) == ids{1, 3, 2});
    CHECK_FALSE(records.is_member(10, {4}));
    CHECK(records.member(10, {4})->is_waiting);
    CHECK(records.networks_of({4}).empty());
    CHECK(records.awaited_by({4}).size() == 1);
    CHECK(records.peers_of({4}).empty());
    CHECK(records.common_networks({1}, {4}).empty());
    records.apply({put_member{member(10, 4, 7)}});
    CHECK(records.waiting(10).empty());
    CHECK(records.awaited_by({4}).empty());
    CHECK(values(records.members(10)) == ids{1, 3, 4, 2});
    records.apply({erase_member{10, {4}}, erase_member{10, {4}}});
    CHECK(records.member(10, {4}) == nullptr);
    CHECK(values(records.members(10)) == ids{1, 3, 2});
}

TEST_CASE("names are found without case, freed by leaving and by another name") {
    auto records = three_nodes_in_two_networks();
    CHECK(records.is_name_taken(10, "NAME-2", {1}));
    CHECK_FALSE(records.is_name_taken(10, "name-2", {2}));
    CHECK_FALSE(records.is_name_taken(99, "name-2", {1}));
    auto renamed = member(10, 2, 9);
    renamed.name = "other";
    records.apply({put_member{renamed}});
    CHECK_FALSE(records.is_name_taken(10, "name-2", {1}));
    CHECK(records.is_name_taken(10, "Other", {1}));
    CHECK(records.is_name_taken(20, "name-2", {1}));
    records.apply({erase_member{10, {2}}});
    CHECK_FALSE(records.is_name_taken(10, "other", {1}));
}

TEST_CASE("who owns what follows the owner") {
    auto records = three_nodes_in_two_networks();
    CHECK(records.owned_by({1}) == numbers{10});
    records.apply({put_network{network(10, "alpha", 2)}});
    CHECK(records.owned_by({1}).empty());
    CHECK(records.owned_by({2}) == numbers{10, 20});
    records.apply({erase_network{20}});
    CHECK(records.owned_by({2}) == numbers{10});
}

TEST_CASE("a ban bars by identity or by key until it ends, and is found over all networks") {
    auto records = three_nodes_in_two_networks();
    auto ends = ban(20, 3, 7);
    ends.until = at(100);
    records.apply({put_ban{ban(10, 3, 7)}, put_ban{ban(10, 3, 8)}, put_ban{ends}, put_ban{ban(20, 0, 9)}});
    CHECK(records.ban_of(10, {3}, bytes(32, 1), at(5)) != nullptr);
    CHECK(records.ban_of(10, {1}, bytes(32, 8), at(5)) != nullptr);
    CHECK(records.ban_of(10, {1}, bytes(32, 1), at(5)) == nullptr);
    CHECK(records.ban_of(20, {}, bytes(32, 1), at(5)) == nullptr);  // no account is everybody's
    CHECK(records.ban_of(20, {3}, {}, at(99)) != nullptr);
    CHECK(records.ban_of(20, {3}, {}, at(100)) == nullptr);
    CHECK(records.bans_against({3}, bytes(32, 9)).size() == 4);
    CHECK(records.bans_against({}, bytes(32, 8)).size() == 1);
    records.apply({erase_ban{10, bytes(32, 7)}});
    CHECK(records.bans_against({3}, {}).size() == 2);
    records.apply({erase_ban{10, bytes(32, 8)}});
    CHECK(records.bans_against({3}, {}).size() == 1);
    auto forgotten = ends;
    forgotten.node = {};
    records.apply({put_ban{forgotten}});
    CHECK(records.bans_against({3}, {}).empty());
    CHECK(records.bans(20).size() == 2);
}

TEST_CASE("a deleted network takes everything below it along, and its ids do not come again") {
    auto records = three_nodes_in_two_networks();
    records.apply({put_ban{ban(10, 3, 7)}, put_invite{invite(5, 10, 1)}, put_invite{invite(6, 20, 2)},
                   put_announcement{{8, 10, {1}, "a", at(1), "text"}}, put_account{account(4, "four")},
                   put_member{member(10, 4, 7, true)}});
    CHECK(records.invite_by_digest(bytes(32, 1))->id == 5);
    records.apply({erase_network{10}});
    CHECK(records.bans(10).empty());
    CHECK(records.bans_against({3}, bytes(32, 7)).empty());
    CHECK(records.invite(5) == nullptr);
    CHECK(records.invite_by_digest(bytes(32, 1)) == nullptr);
    CHECK(records.invite(6) != nullptr);
    CHECK(records.announcements(10).empty());
    CHECK(records.awaited_by({4}).empty());
    CHECK(records.owned_by({1}).empty());
    CHECK(records.next_network() == 21);
    CHECK(records.next_invite() == 7);
    CHECK(records.next_announcement() == 9);
    records.apply({put_announcement{{9, 10, {1}, "a", at(1), "late"}}, put_invite{invite(7, 10, 3)},
                   put_ban{ban(10, 3, 7)}, erase_announcement{8}, erase_invite{5}, erase_ban{10, {}}});
    CHECK(records.announcements(10).empty());
    CHECK(records.invite(7) == nullptr);
}

TEST_CASE("invites are replaced by id, announcements kept by id, licences by the time they were made") {
    auto records = three_nodes_in_two_networks();
    auto used = invite(5, 10, 1);
    used.uses = 1;
    records.apply({put_invite{invite(5, 10, 1)}, put_invite{invite(4, 10, 2)}, put_invite{used}});
    CHECK(records.invites(10).size() == 2);
    CHECK(records.invites(10).front()->id == 4);
    CHECK(records.invite_by_digest(bytes(32, 1))->uses == 1);
    for (const std::uint64_t id : {2, 1, 3})
        records.apply({put_announcement{{id, 10, {1}, "a", at(1), "text"}}});
    records.apply({erase_announcement{2}});
    CHECK(records.announcements(10).size() == 2);
    CHECK(records.announcements(10).back().id == 3);
    records.apply({put_licence{{bytes(16, 1), "gold", {}, 1, at(9), {}, {}}},
                   put_licence{{bytes(16, 2), "gold", {}, 1, at(5), {}, {}}}});
    CHECK(records.licences().front()->id == bytes(16, 2));
    CHECK(records.licence(bytes(16, 1))->made == at(9));
    CHECK(records.licence(bytes(16, 3)) == nullptr);
}

TEST_CASE("10,000 networks of 16 and one of 4,096 are built and taken apart without a pass over all of them") {
    directory records;
    for (std::uint32_t id = 1; id <= 4'096; ++id)
        records.apply({put_account{account(id, "key " + std::to_string(id))}});
    record_change change;
    for (std::uint64_t id = 1; id <= 10'001; ++id) {
        change.assign({put_network{network(id, "net-" + std::to_string(id), 1)}});
        const std::uint32_t size = id == 10'001 ? 4'096 : 16;
        for (std::uint32_t i = 0; i < size; ++i)
            change.emplace_back(put_member{member(id, static_cast<std::uint32_t>((id + i) % 4'096) + 1, 1)});
        records.apply(change);
    }
    CHECK(records.network_count() == 10'001);
    CHECK(records.members(10'001).size() == 4'096);
    for (std::uint64_t id = 1; id <= 10'001; ++id)
        records.apply({erase_network{id}});
    CHECK(records.network_count() == 0);
    CHECK(records.networks_of({1}).empty());
}
