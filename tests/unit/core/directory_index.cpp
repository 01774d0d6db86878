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
    return {{id}, "node-" + std::to_string(id), bytes(blob.begin(), blob.end()), at(1)};
}

network_record network(std::uint64_t id, std::string_view name, std::uint32_t owner) {
    return {id, *network_name::parse(name), {owner}, "", at(1)};
}

directory three_nodes_in_two_networks() {
    directory_records records;
    records.accounts = {account(1, "one"), account(2, "two"), account(3, "three")};
    records.networks = {network(10, "alpha", 1), network(20, "beta", 2)};
    records.members = {{10, {2}, at(9)}, {10, {1}, at(5)}, {20, {2}, at(6)}, {20, {3}, at(7)}, {10, {3}, at(6)}};
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
    records.apply({put_network{network(30, "gamma", 1)}, put_member{{30, {1}, at(20)}}});
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
    records.apply({put_account{renamed}, put_network{moved}, put_member{{10, {1}, at(99)}}});
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
    records.apply({put_member{{99, {1}, at(1)}}, put_member{{10, {77}, at(1)}}, erase_member{99, {1}},
                   erase_network{99}, erase_account{{77}}});
    CHECK(values(records.members(10)) == ids{1, 3, 2});
    CHECK(records.networks_of({1}).size() == 1);
}
