// Every operation of a change, and what the tables hold it to.
#include "buri/store/record_writer.hpp"

#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/refused_change.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <limits>
#include <optional>

namespace buri::store {
namespace {

using test::account;
using test::announcement;
using test::ban;
using test::check_refused;
using test::household;
using test::invite;
using test::licence;
using test::member;
using test::network;

struct open_database {
    test::scratch_directory dir;
    std::optional<server_database> database = *server_database::open(dir / "server.db");

    explicit open_database(const record_change& change = {}) { REQUIRE(database->commit(change)); }

    /// As a server that starts again finds it.
    directory_records reopened() {
        database.reset();
        database = *server_database::open(dir / "server.db");
        return *database->load();
    }
};

TEST_CASE("records of every kind come back from a reopened database as they were committed") {
    open_database at(test::town());
    auto gone = ban(1, 0);
    gone.nickname.clear();
    gone.reason.clear();
    gone.by = {};
    gone.until = test::at(1'900'000'000);
    auto unlimited = invite(7, 1);
    unlimited.max_uses = 0;
    unlimited.uses = std::numeric_limits<std::uint32_t>::max();
    unlimited.is_approved = true;
    unlimited.expires = test::at(1'900'000'001);
    auto used = licence(9);
    used.only_for = used.used_by = {0xfffffffe};
    used.used = test::at(1'800'000'000);
    REQUIRE(at.database->commit({put_ban{gone}, put_invite{unlimited}, put_licence{used}}));
    const auto all = at.reopened();
    CHECK(all.bans == std::vector{ban(1, 2), gone});
    CHECK(all.invites == std::vector{invite(1, 1), unlimited});
    CHECK(all.announcements == std::vector{announcement(1, 1)});
    CHECK(all.licences == std::vector{licence(1), used});
    CHECK(all.relays == std::vector{test::relay(2)});
    CHECK(all.next_relay == 3);
    CHECK(all.next_invite == 8);
    CHECK(all.next_announcement == 2);
    CHECK(all.next_audit == 2);
}

TEST_CASE("a ban, an invite and a licence that are put again are replaced") {
    open_database at(test::town());
    auto longer = ban(1, 2);
    longer.reason = "still";
    longer.node = {};
    auto taken = invite(1, 1);
    taken.uses = 1;
    auto used = licence(1);
    used.used_by = {2};
    used.used = test::at(1'800'000'000);
    REQUIRE(at.database->commit({put_ban{longer}, put_invite{taken}, put_licence{used}}));
    const auto all = at.reopened();
    CHECK(all.bans == std::vector{longer});
    CHECK(all.invites == std::vector{taken});
    CHECK(all.licences == std::vector{used});
}

TEST_CASE("an announcement is never replaced, and neither is an entry of the audit log") {
    open_database at(test::town());
    check_refused(*at.database, {put_announcement{announcement(1, 1)}});
    check_refused(*at.database, {put_audit{test::audit(1)}});
}

TEST_CASE("each erasing operation takes what it names and nothing else") {
    const std::pair<record_operation, std::function<void(directory_records&)>> rows[] = {
        {erase_member{1, {2}}, [](auto& all) { all.members.pop_back(); }},
        {erase_ban{1, ban(1, 2).key_digest}, [](auto& all) { all.bans.clear(); }},
        {erase_invite{1}, [](auto& all) { all.invites.clear(); }},
        {erase_announcement{1}, [](auto& all) { all.announcements.clear(); }},
        {erase_relay{2}, [](auto& all) { all.relays.clear(); }},
        {erase_relay{1}, [](auto&) {}},
        {erase_ban{2, ban(1, 2).key_digest}, [](auto&) {}},
        {erase_ban{1, {}}, [](auto&) {}},
        {erase_invite{2}, [](auto&) {}},
        {erase_announcement{2}, [](auto&) {}},
        {erase_member{1, {3}}, [](auto&) {}},
    };
    for (const auto& [operation, expected] : rows) {
        CAPTURE(operation.index());
        open_database at(test::town());
        auto wanted = *at.database->load();
        expected(wanted);
        REQUIRE(at.database->commit({operation}));
        CHECK(test::same(at.reopened(), wanted));
    }
}

TEST_CASE("erasing a network takes its members, bans, invites and announcements, and no other's, and no audit entry") {
    open_database at(test::town());
    REQUIRE(at.database->commit(household(3)));
    REQUIRE(at.database->commit({put_ban{ban(3, 2)}, put_invite{invite(5, 3)}, put_announcement{announcement(6, 3)}}));
    REQUIRE(at.database->commit({erase_network{1}}));
    const auto all = at.reopened();
    CHECK(all.networks == std::vector{network(3, 3)});
    CHECK(all.members == std::vector{member(3, 3)});
    CHECK(all.bans == std::vector{ban(3, 2)});
    CHECK(all.invites == std::vector{invite(5, 3)});
    CHECK(all.announcements == std::vector{announcement(6, 3)});
    CHECK(at.database->read_audit({})->size() == 1);
}

TEST_CASE("an id is never used again, whatever was erased") {
    open_database at(test::town());
    REQUIRE(at.database->commit(
        {put_network{network(40, 1)}, put_invite{invite(50, 1)}, put_announcement{announcement(60, 1)}}));
    REQUIRE(at.database->commit({put_relay{test::relay(70)}}));
    REQUIRE(at.database->commit({erase_network{40}, erase_invite{50}, erase_announcement{60}, erase_relay{70}}));
    for (const auto& all : {*at.database->load(), at.reopened()}) {
        CHECK(all.next_network == 41);
        CHECK(all.next_invite == 51);
        CHECK(all.next_announcement == 61);
        CHECK(all.next_audit == 2);
        CHECK(all.next_relay == 71);
    }
}

TEST_CASE("a relay that is put again is replaced, and two have neither the same name nor the same token") {
    open_database at(test::town());
    auto moved = test::relay(2);
    moved.region.clear();
    REQUIRE(at.database->commit({put_relay{moved}}));
    auto same_name = test::relay(3);
    same_name.name = "RELAY-2";
    check_refused(*at.database, {put_relay{same_name}});
    auto same_token = test::relay(3);
    same_token.token_digest = moved.token_digest;
    check_refused(*at.database, {put_relay{same_token}});
    CHECK(at.reopened().relays == std::vector{moved});
}

TEST_CASE("references are enforced") {
    open_database at(test::town());
    check_refused(*at.database, {put_member{member(2, 1)}});
    check_refused(*at.database, {put_member{member(1, 3)}});
    check_refused(*at.database, {put_network{network(2, 3)}});
    check_refused(*at.database, {put_ban{ban(2, 1)}});
    check_refused(*at.database, {put_ban{ban(1, 3)}});
    check_refused(*at.database, {put_invite{invite(2, 2)}});
    check_refused(*at.database, {put_announcement{announcement(2, 2)}});
    check_refused(*at.database, {erase_account{{1}}});
    check_refused(*at.database, {erase_account{{2}}});
    auto offered = network(1, 1);
    offered.heir = {3};
    check_refused(*at.database, {put_network{offered}});
}

TEST_CASE("a ban outlives its account, and bars the key alone") {
    open_database at(test::town());
    REQUIRE(at.database->commit({erase_member{1, {2}}, erase_account{{2}}}));
    auto left = ban(1, 2);
    left.node = {};
    CHECK(at.reopened().bans == std::vector{left});
}

TEST_CASE("two members of one network cannot have one name, whatever its case") {
    open_database at(test::town());
    auto same_name = member(1, 2);
    same_name.name = "NODE-1";
    check_refused(*at.database, {put_member{same_name}});
    same_name.is_waiting = true;
    check_refused(*at.database, {put_member{same_name}});
    CHECK(at.database->commit({erase_member{1, {1}}, put_member{same_name}}));
}

TEST_CASE("one token makes one invite") {
    open_database at(test::town());
    auto same_token = invite(2, 1);
    same_token.token_digest = invite(1, 1).token_digest;
    check_refused(*at.database, {put_invite{same_token}});
}

template <typename Operation>
using spoil = std::function<void(decltype(Operation::record)&)>;

/// Each spoilt record is refused alone and at the end of a change; texts of just the right length are not.
template <typename Operation>
void check_spoilt(const decltype(Operation::record)& sound, const std::vector<spoil<Operation>>& ways) {
    open_database at(test::town());
    for (std::size_t i = 0; i < ways.size(); ++i) {
        CAPTURE(i);
        auto record = sound;
        ways[i](record);
        check_refused(*at.database, {put_account{account(77)}, Operation{record}});
    }
    const auto done = at.database->commit({Operation{sound}});
    INFO((done ? "" : done.error().text));
    CHECK(done);
}

const std::vector<std::string> bad_texts{"\x01", std::string(1, '\0'), "\x7f", "\r\n", "\x1b[31m", "\xff",
                                         "\xc3", "\xed\xa0\x80"};

template <typename Record, typename Ways>
void add_bad_texts(Ways& ways, std::string Record::*field, std::size_t max) {
    for (const auto& text : bad_texts)
        ways.push_back([=](Record& each) { each.*field = text; });
    ways.push_back([=](Record& each) { each.*field = std::string(max + 1, 'a'); });
}

TEST_CASE("an account that could not be read again is not written") {
    std::vector<spoil<put_account>> ways{
        [](auto& each) { each.id = {}; },
        [](auto& each) { each.key_blob.clear(); },
        [](auto& each) { each.key_blob.resize(4097); },
        [](auto& each) { each.created = test::at(-1); },
        [](auto& each) { each.plan = "Free"; },
        [](auto& each) { each.plan = std::string(33, 'a'); },
        [](auto& each) { each.plan_until = test::at(-1); },
        [](auto& each) { each.plan_until = test::at(253'402'300'800); },
    };
    add_bad_texts(ways, &account_record::nickname, 63);
    auto sound = account(3);
    sound.nickname = std::string(63, 'a');
    sound.plan = std::string(32, 'a');
    sound.plan_until = test::at(253'402'300'799);
    check_spoilt<put_account>(sound, ways);
}

TEST_CASE("a network that could not be read again is not written") {
    std::vector<spoil<put_network>> ways{
        [](auto& each) { each.id = 0; },
        [](auto& each) { each.id = std::numeric_limits<std::uint64_t>::max(); },
        [](auto& each) { each.name = network_name(); },
        [](auto& each) { each.owner = {}; },
        [](auto& each) { each.created = test::at(-1); },
    };
    add_bad_texts(ways, &network_record::password_hash, 1024);
    add_bad_texts(ways, &network_record::welcome, 1024);
    auto sound = network(2, 1);
    sound.password_hash = sound.welcome = std::string(1024, 'a');
    check_spoilt<put_network>(sound, ways);
}

TEST_CASE("a member that could not be read again is not written") {
    std::vector<spoil<put_member>> ways{
        [](auto& each) { each.network = 0; },
        [](auto& each) { each.node = {}; },
        [](auto& each) { each.joined = test::at(-1); },
        [](auto& each) { each.name.clear(); },
        [](auto& each) { each.privileges = privilege_set::from_bits(1U << 6U); },
        [](auto& each) { each.last_announcement = 1ULL << 63U; },
    };
    add_bad_texts(ways, &member_record::name, 63);
    auto sound = member(1, 2);
    sound.name = std::string(63, 'a');
    for (const auto& row : all_privileges())
        sound.privileges.insert(row.value);
    check_spoilt<put_member>(sound, ways);
}

TEST_CASE("a ban that could not be read again is not written") {
    std::vector<spoil<put_ban>> ways{
        [](auto& each) { each.network = 0; },
        [](auto& each) { each.key_digest.pop_back(); },
        [](auto& each) { each.key_digest.push_back(0); },
        [](auto& each) { each.since = test::at(-1); },
        [](auto& each) { each.until = test::at(-1); },
    };
    add_bad_texts(ways, &ban_record::nickname, 63);
    add_bad_texts(ways, &ban_record::reason, 256);
    auto sound = ban(1, 1);
    sound.nickname = std::string(63, 'a');
    sound.reason = std::string(256, 'a');
    check_spoilt<put_ban>(sound, ways);
}

TEST_CASE("an invite that could not be read again is not written") {
    check_spoilt<put_invite>(invite(9, 1), {
                                               [](auto& each) { each.id = 0; },
                                               [](auto& each) { each.network = 0; },
                                               [](auto& each) { each.token_digest.resize(31); },
                                               [](auto& each) { each.created = test::at(-1); },
                                               [](auto& each) { each.expires = test::at(-1); },
                                               [](auto& each) { each.uses = 2; },
                                           });
}

TEST_CASE("an announcement that could not be read again is not written") {
    std::vector<spoil<put_announcement>> ways{
        [](auto& each) { each.id = 0; },
        [](auto& each) { each.network = 0; },
        [](auto& each) { each.at = test::at(-1); },
    };
    add_bad_texts(ways, &announcement_record::author_name, 63);
    add_bad_texts(ways, &announcement_record::text, 1024);
    auto sound = announcement(2, 1);
    sound.author_name = std::string(63, 'a');
    sound.text = std::string(1024, 'a');
    check_spoilt<put_announcement>(sound, ways);
}

TEST_CASE("a licence that could not be read again is not written") {
    check_spoilt<put_licence>(licence(2), {
                                              [](auto& each) { each.id.resize(15); },
                                              [](auto& each) { each.id.resize(17); },
                                              [](auto& each) { each.plan.clear(); },
                                              [](auto& each) { each.plan = "a b"; },
                                              [](auto& each) { each.months = 0; },
                                              [](auto& each) { each.made = test::at(-1); },
                                              [](auto& each) { each.used = test::at(-1); },
                                          });
}

TEST_CASE("a relay that could not be read again is not written") {
    check_spoilt<put_relay>(test::relay(3), {
                                                [](auto& each) { each.id = 0; },
                                                [](auto& each) { each.id = own_relay; },
                                                [](auto& each) { each.name.clear(); },
                                                [](auto& each) { each.name = "a\nb"; },
                                                [](auto& each) { each.name = std::string(64, 'a'); },
                                                [](auto& each) { each.region = "\xc3\xbc"; },
                                                [](auto& each) { each.token_digest.resize(31); },
                                                [](auto& each) { each.created = test::at(-1); },
                                            });
}

TEST_CASE("an entry of the audit log that could not be read again is not written") {
    std::vector<spoil<put_audit>> ways{
        [](auto& each) { each.id = 0; },
        [](auto& each) { each.id = 1; },
        [](auto& each) { each.at = test::at(-1); },
        [](auto& each) { each.act.clear(); },
        [](auto& each) { each.result.clear(); },
        [](auto& each) { each.network = 1ULL << 63U; },
    };
    for (auto field : {&audit_record::actor_name, &audit_record::act, &audit_record::network_name,
                       &audit_record::target_name, &audit_record::before, &audit_record::after, &audit_record::result})
        add_bad_texts(ways, field, 4096);
    auto sound = test::audit(2);
    sound.before = sound.after = std::string(4096, 'a');
    check_spoilt<put_audit>(sound, ways);
}

}  // namespace
}  // namespace buri::store
