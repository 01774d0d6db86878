#include "buri/wire/messages.hpp"

#include "buri/base/errors.hpp"
#include "buri/wire/cbor.hpp"
#include "buri/wire/field_limits.hpp"
#include "buri/wire/json.hpp"
#include "tests/unit/wire/message_damage.hpp"
#include "tests/unit/wire/request_rows.hpp"
#include "tests/unit/wire/rows.hpp"
#include "tests/unit/wire/server_rows.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace buri;
using namespace buri::wire;
using namespace buri::test;

namespace {

template <typename Message, typename Parse>
void check_rows(const std::vector<message_row<Message>>& rows, Parse parse) {
    for (const auto& [name, value, hex] : rows) {
        INFO(name);
        const auto published = from_row(hex);
        CHECK(to_hex(encode(value)) == to_hex(published));
        const exact_copy input(published);
        const auto parsed = parse(input.view());
        REQUIRE(parsed);
        CHECK(*parsed == value);
        check_lengths(published, [&](byte_view damaged) { return parse(damaged).has_value(); });
        survive_flips(published, parse);
    }
}

}  // namespace

TEST_CASE("every request is written and read as published, and at no other length") {
    check_rows(request_rows(), parse_request);
}

TEST_CASE("every answer is written and read as published, and at no other length") {
    check_rows(answer_rows(), parse_server_message);
}

TEST_CASE("every event is written and read as published, and at no other length") {
    check_rows(event_rows(), parse_server_message);
}

TEST_CASE("every tunnel message is written and read as published, and at no other length") {
    check_rows(tunnel_rows(), parse_tunnel_message);
}

TEST_CASE("there is a row for every kind") {
    CHECK(kinds_in(request_rows()) == std::variant_size_v<request>);
    CHECK(kinds_in(answer_rows()) == std::variant_size_v<answer>);
    CHECK(kinds_in(event_rows()) == std::variant_size_v<event>);
    std::set<std::size_t> tunnel_kinds;
    for (const auto& row : tunnel_rows())
        tunnel_kinds.insert(row.value.index());
    CHECK(tunnel_kinds.size() == std::variant_size_v<tunnel_message>);
}

TEST_CASE("unknown keys are ignored") {
    for (const auto& row : request_rows()) {
        auto map = json_of(request_rows(), row.name);
        map["zz"] = {{"deep", {1, 2, nullptr}}};
        CHECK(*parse_request(encode_cbor(map)) == row.value);
    }
    auto map = json_of(event_rows(), "sync");
    map["peers"][0]["more"] = true;
    map["networks"][0]["settings"]["colour"] = "red";
    CHECK(accepts_event(map));
}

TEST_CASE("a wrong field deep inside is named too") {
    auto map = json_of(event_rows(), "sync");
    map["peers"][0]["online"] = 1;
    CHECK(refused_event(map).text.find("'online'") != std::string::npos);
}

TEST_CASE("a refused request keeps the number that is to be answered") {
    CHECK(refused_request({{"q", 7}, {"t", "fly"}}).number == 7);
    CHECK(refused_request({{"q", 7}, {"t", "fly"}}).why.code == errc::unknown_request);
    CHECK(refused_request({{"q", 7}, {"t", "join"}}).number == 7);
    CHECK(refused_request({{"q", 7}}).number == 7);
    CHECK(refused_request({{"t", "ping"}}).number == 0);
    CHECK(refused_request({{"q", "7"}, {"t", "ping"}}).number == 0);
    CHECK(refused_request({{"q", 4294967296U}, {"t", "ping"}}).number == 0);
    CHECK(refused_request({{"q", -1}, {"t", "ping"}}).number == 0);
    CHECK(parse_request(from_row("ff")).error().number == 0);
}

TEST_CASE("the unknown kind that an error repeats is cut and stays text") {
    const auto why = refused_request({{"q", 1}, {"t", std::string(5000, 'x')}}).why;
    CHECK(why.code == errc::unknown_request);
    CHECK(why.text.size() < 200);
}

TEST_CASE("a name that no network can have is refused with the rule of names") {
    for (const auto* name : {"abc", "with space", "", "caff\xc3\xa8"}) {
        const auto refused = refused_request({{"q", 7}, {"t", "leave"}, {"network", name}});
        CHECK(refused.number == 7);
        CHECK(refused.why.code == errc::name_invalid);
    }
    CHECK_FALSE(accepts_request({{"q", 7}, {"t", "leave"}, {"network", std::string(65, 'a')}}));
}

TEST_CASE("unknown events are told from malformed ones") {
    CHECK(refused_event({{"t", "weather"}}).code == errc::unknown_request);
    CHECK(refused_event({{"t", "peer"}}).code == errc::malformed);
    CHECK(parse_tunnel_message(from_row("f0 a1 6174 6163")).error().code == errc::unknown_request);
    CHECK(parse_tunnel_message(from_row("f0 a0")).error().code == errc::malformed);
    CHECK(parse_tunnel_message(from_row("f1 a1 6174 6163")).error().code == errc::malformed);
    CHECK(parse_tunnel_message({}).error().code == errc::malformed);
}

TEST_CASE("requests are not events, nor the other way round") {
    for (const auto& row : request_rows())
        CHECK_FALSE(parse_server_message(from_row(row.hex)));
    for (const auto& row : event_rows())
        CHECK_FALSE(parse_request(from_row(row.hex)));
    for (const auto& row : answer_rows())
        CHECK_FALSE(parse_request(from_row(row.hex)));
}

TEST_CASE("numbers past their range are refused") {
    auto error_map = json_of(answer_rows(), "error");
    error_map["code"] = 65535;
    CHECK(accepts_event(error_map));
    error_map["code"] = 65536;
    CHECK_FALSE(accepts_event(error_map));
    error_map["code"] = -1;
    CHECK_FALSE(accepts_event(error_map));

    auto open_map = json_of(event_rows(), "open");
    open_map["suite"] = 256;
    CHECK_FALSE(accepts_event(open_map));
}

TEST_CASE("an SPI has its top bit set and its epoch bits zero") {
    auto map = json_of(event_rows(), "open");
    for (const std::uint64_t good : {0x80000000U, 0xfffffffcU}) {
        map["in"] = good;
        CHECK(accepts_event(map));
    }
    for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{0x7ffffffc}, std::uint64_t{0x80000001},
                                    std::uint64_t{0x80000002}, std::uint64_t{0x180000000}}) {
        map["in"] = bad;
        CHECK_FALSE(accepts_event(map));
    }
}

TEST_CASE("texts and byte strings are bounded") {
    const auto join = [](std::size_t size) {
        return json{{"q", 1}, {"t", "join"}, {"network", "home"}, {"password", std::string(size, 'p')}};
    };
    CHECK(accepts_request(join(256)));
    CHECK_FALSE(accepts_request(join(257)));
    const auto nick = [](std::size_t size) {
        return json{{"q", 1}, {"t", "nick"}, {"nickname", std::string(size, 'n')}};
    };
    CHECK(accepts_request(nick(63)));
    CHECK_FALSE(accepts_request(nick(64)));
    const auto notice = [](std::size_t size) {
        return json{{"s", 1}, {"t", "notice"}, {"code", 1}, {"text", std::string(size, 'n')}};
    };
    CHECK(accepts_event(notice(1024)));
    CHECK_FALSE(accepts_event(notice(1025)));
    const auto software = [](std::size_t size) {
        return json{{"q", 1},
                    {"t", "hello"},
                    {"software", std::string(size, 's')},
                    {"suites", json::binary({})},
                    {"tunnels", json::array()}};
    };
    CHECK(accepts_request(software(128)));
    CHECK_FALSE(accepts_request(software(129)));

    auto open_map = json_of(event_rows(), "open");
    for (const std::size_t size : {0U, 15U, 17U}) {
        open_map["punch"] = json::binary(bytes(size));
        CHECK_FALSE(accepts_event(open_map));
    }
    open_map = json_of(event_rows(), "open");
    open_map["key"] = json::binary(bytes(1025));
    CHECK_FALSE(accepts_event(open_map));
    open_map["key"] = json::binary({});
    CHECK_FALSE(accepts_event(open_map));
}

TEST_CASE("lists are bounded") {
    const json one = {{"kind", "host"}, {"at", "192.0.2.1:1"}};
    json map = {{"q", 1}, {"t", "endpoints"}, {"nat", "none"}, {"candidates", json::array()}};
    for (std::size_t i = 0; i < max_candidates; ++i)
        map["candidates"].push_back(one);
    CHECK(accepts_request(map));
    map["candidates"].push_back(one);
    CHECK_FALSE(accepts_request(map));

    auto network = json_of(event_rows(), "open");
    network["networks"] = json::array();
    for (std::size_t i = 0; i < max_list; ++i)
        network["networks"].push_back("home");
    CHECK(accepts_event(network));
    network["networks"].push_back("home");
    CHECK_FALSE(accepts_event(network));
}

TEST_CASE("names of kinds and addresses are exact") {
    const auto with = [](const char* kind, const char* where) {
        return json{{"q", 1}, {"t", "endpoints"}, {"nat", "none"}, {"candidates", {{{"kind", kind}, {"at", where}}}}};
    };
    CHECK(accepts_request(with("host", "192.0.2.1:1")));
    CHECK_FALSE(accepts_request(with("Host", "192.0.2.1:1")));
    CHECK_FALSE(accepts_request(with("relay", "192.0.2.1:1")));
    CHECK_FALSE(accepts_request(with("host", "192.0.2.1")));
    CHECK_FALSE(accepts_request(with("host", "192.0.2.1:65536")));
    CHECK_FALSE(accepts_request(with("host", "2001:db8::1:1")));
    CHECK_FALSE(accepts_request(with("host", "localhost:1")));
    CHECK_FALSE(accepts_request({{"q", 1}, {"t", "tunnel"}, {"peer", "100.64.0.256"}}));
    CHECK_FALSE(accepts_request({{"q", 1}, {"t", "tunnel"}, {"peer", 1681915905}}));
}

TEST_CASE("a sentence of the server always arrives, cut and cleaned if it must be") {
    const auto sent = encode(server_message(numbered_answer{1, error_answer{1, std::string(2000, 'x')}}));
    const auto parsed = parse_server_message(sent);
    REQUIRE(parsed);
    CHECK(std::get<error_answer>(std::get<numbered_answer>(*parsed).body).text == std::string(1024, 'x'));
    CHECK(parse_server_message(encode(server_message(numbered_event{1, notice{1, "\xff", {}}}))));
    CHECK(parse_server_message(encode(server_message(numbered_event{1, network_gone{home(), "banned", "\xff"}}))));
    auto entry = some_entry();
    entry.before = std::string(2000, 'x');
    entry.target_name = "\xff";
    CHECK(parse_server_message(encode(server_message(numbered_event{1, log_event{entry}}))));
}

TEST_CASE("what a user writes is never cut: what is too long is refused as that") {
    const auto refused = [](const request& body) {
        const auto parsed = parse_request(encode(numbered_request{7, body}));
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().number == 7);
        return parsed.error().why;
    };
    CHECK(parse_request(encode(numbered_request{7, make_announcement{home(), std::string(1024, 'x')}})));
    CHECK(refused(make_announcement{home(), std::string(1025, 'x')}).code == errc::text_invalid);
    CHECK(refused(set_welcome{home(), std::string(1025, 'x')}).text.find("1024") != std::string::npos);
    CHECK(parse_request(encode(numbered_request{7, ban_node{home(), bob, std::string(256, 'x'), {}}})));
    CHECK(refused(ban_node{home(), bob, std::string(257, 'x'), {}}).code == errc::text_invalid);
}

TEST_CASE("a server refuses privileges that it does not know, a node leaves them out") {
    auto grant = json_of(request_rows(), "grant");
    grant["can"] = {"ban", "fly"};
    CHECK(refused_request(grant).why.text.find("'can'") != std::string::npos);

    auto changed = json_of(event_rows(), "member");
    changed["member"]["can"] = {"ban", "fly", "evict"};
    const auto member = parse_server_message(encode_cbor(changed));
    REQUIRE(member);
    CHECK(std::get<member_changed>(std::get<numbered_event>(*member).body).member.can ==
          privilege_set{privilege::ban, privilege::evict});

    auto plan = json_of(event_rows(), "plan");
    plan["plan"]["permissions"] = {"fly", "bans"};
    const auto allowed = parse_server_message(encode_cbor(plan));
    REQUIRE(allowed);
    CHECK(std::get<plan_event>(std::get<numbered_event>(*allowed).body).plan.permissions ==
          permission_set{permission::bans});
}

TEST_CASE("sets of names are lists of texts, of 32 names at most, in any order and also twice") {
    auto grant = json_of(request_rows(), "grant");
    grant["can"] = {"message", "ban", "ban"};
    CHECK(accepts_request(grant));
    grant["can"] = json::array();
    for (std::size_t i = 0; i < max_flags; ++i)
        grant["can"].push_back("ban");
    CHECK(accepts_request(grant));
    grant["can"].push_back("ban");
    CHECK_FALSE(accepts_request(grant));
    for (const auto& wrong :
         {json("ban"), json(1), json({1}), json({"Ban"}), json({"ban "}), json({{{"ban", true}}})}) {
        grant["can"] = wrong;
        CHECK_FALSE(accepts_request(grant));
    }
    auto member = json_of(event_rows(), "member");
    member["member"]["can"] = {std::string(65, 'x')};
    CHECK_FALSE(accepts_event(member));
}

TEST_CASE("a time is between the years 1970 and 9999") {
    auto ban = json_of(request_rows(), "ban");
    for (const std::uint64_t good : {std::uint64_t{0}, last_second}) {
        ban["until"] = good;
        CHECK(accepts_request(ban));
    }
    for (const auto& bad : {json(last_second + 1), json(UINT64_MAX), json(-1), json("2027-01-01"), json(true)}) {
        ban["until"] = bad;
        CHECK_FALSE(accepts_request(ban));
    }
}

TEST_CASE("tokens, digests, keys and signatures have their sizes") {
    const auto check = [](const char* row, const char* name, std::size_t least, std::size_t most) {
        auto map = json_of(request_rows(), row);
        for (const auto size : {least, most}) {
            map[name] = json::binary(bytes(size));
            CHECK(accepts_request(map));
        }
        for (const auto size : {std::size_t{0}, least - 1, most + 1}) {
            INFO(name << " of " << size << " bytes");
            map[name] = json::binary(bytes(size));
            CHECK_FALSE(accepts_request(map));
        }
        map[name] = std::string(least, 'x');
        CHECK_FALSE(accepts_request(map));
    };
    check("join invited", "invite", 16, 16);
    check("invite", "digest", 32, 32);
    check("rotate", "key", 1, 1024);
    check("rotate", "by_old", 1, 512);
    check("rotate", "by_new", 1, 512);
}

TEST_CASE("every text of every message is bounded") {
    const auto check = [](const auto& rows, auto accepts) {
        for (const auto& row : rows) {
            const auto whole = json_of(rows, row.name);
            for (const auto& [path, name] : texts_in(whole)) {
                INFO(row.name << " " << path.to_string());
                auto map = whole;
                map[path] = std::string(text_limit(name) + 1, 'x');
                CHECK_FALSE(accepts(map));
            }
        }
    };
    check(request_rows(), accepts_request);
    check(event_rows(), accepts_event);
    check(answer_rows(), accepts_event);
}

TEST_CASE("structs are JSON without their kind") {
    CHECK(to_json(bob_info()).dump() ==
          R"({"fingerprint":"SHA256:abc","id":"100.64.0.2","nickname":"bob","online":true})");
    CHECK(to_json(some_candidates()[1]).dump() == R"({"at":"[2001:db8::1]:65535","kind":"mapped"})");
    CHECK(to_json(bob_member()).dump() == R"({"can":["password","message"],"id":"100.64.0.2","name":"bob-2"})");
    CHECK(to_json(awaited_info()).at("waiting") == true);
    CHECK_FALSE(to_json(awaited_info()).at("settings").contains("owner"));
    CHECK(to_json(some_plan()).at("until") == 1'800'000'000);
    CHECK_FALSE(to_json(notice{1, "x", {}}).contains("t"));
}
