#include "buri/wire/messages.hpp"

#include "buri/base/errors.hpp"
#include "buri/wire/cbor.hpp"
#include "buri/wire/field_limits.hpp"
#include "buri/wire/json.hpp"
#include "tests/unit/wire/message_rows.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

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

/// What a request made of this JSON is refused for.
bad_request refused_request(const json& map) {
    const auto parsed = parse_request(encode_cbor(map));
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

error refused_event(json map) {
    map["s"] = 1;
    const auto parsed = parse_server_message(encode_cbor(map));
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

/// The JSON of a row, to be damaged.
template <typename Message>
json json_of(const std::vector<message_row<Message>>& rows, std::string_view name) {
    for (const auto& row : rows) {
        if (row.name == name) return parse_cbor_map(from_row(row.hex)).value();
    }
    FAIL("no row " << name);
    return {};
}

bool accepts_request(const json& map) {
    return parse_request(encode_cbor(map)).has_value();
}
bool accepts_event(const json& map) {
    return parse_server_message(encode_cbor(map)).has_value();
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
    CHECK(request_rows().size() == std::variant_size_v<request> + 2);  // create and join twice
    CHECK(answer_rows().size() == std::variant_size_v<answer>);
    CHECK(event_rows().size() == std::variant_size_v<event> + 1);  // notice twice
    CHECK(tunnel_rows().size() == std::variant_size_v<tunnel_message>);
}

TEST_CASE("unknown keys are ignored") {
    for (const auto& row : request_rows()) {
        auto map = json_of(request_rows(), row.name);
        map["zz"] = {{"deep", {1, 2, nullptr}}};
        CHECK(*parse_request(encode_cbor(map)) == row.value);
    }
    auto map = json_of(event_rows(), "sync");
    map["peers"][0]["more"] = true;
    CHECK(accepts_event(map));
}

TEST_CASE("a field that is missing or of a wrong type is named") {
    for (const auto& row : request_rows()) {
        const auto whole = json_of(request_rows(), row.name);
        for (const auto& [key, value] : whole.items()) {
            INFO(row.name << " " << key);
            auto map = whole;
            map[key] = json::array({json::array()});
            const auto wrong = refused_request(map).why;
            CHECK(wrong.code == errc::malformed);
            CHECK(wrong.text.find(key) != std::string::npos);
            map.erase(key);
            if (key == "password") {
                CHECK(accepts_request(map));
            } else {
                CHECK(refused_request(map).why.text.find(key) != std::string::npos);
            }
            map[key] = nullptr;
            CHECK_FALSE(accepts_request(map));
        }
    }
}

TEST_CASE("a field of an event that is missing or of a wrong type is named") {
    for (const auto& row : event_rows()) {
        const auto whole = json_of(event_rows(), row.name);
        for (const auto& [key, value] : whole.items()) {
            INFO(row.name << " " << key);
            auto map = whole;
            map[key] = json::array({1});
            if (key == "s") {
                CHECK_FALSE(accepts_event(map));
                continue;
            }
            CHECK(refused_event(map).code == errc::malformed);
            map.erase(key);
            if (row.name == "notice about a peer" && key == "peer") {
                CHECK(accepts_event(map));
            } else {
                CHECK(refused_event(map).text.find("'" + key + "'") != std::string::npos);
            }
        }
    }
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

    auto network = json_of(event_rows(), "network");
    network["network"]["members"] = json::array();
    for (std::size_t i = 0; i < max_list; ++i)
        network["network"]["members"].push_back("1.1.1.1");
    CHECK(accepts_event(network));
    network["network"]["members"].push_back("1.1.1.1");
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

TEST_CASE("a sentence always arrives, cut and cleaned if it must be") {
    const auto sent = encode(server_message(numbered_answer{1, error_answer{1, std::string(2000, 'x')}}));
    const auto parsed = parse_server_message(sent);
    REQUIRE(parsed);
    CHECK(std::get<error_answer>(std::get<numbered_answer>(*parsed).body).text == std::string(1024, 'x'));
    CHECK(parse_server_message(encode(server_message(numbered_event{1, notice{1, "\xff", {}}}))));
}

TEST_CASE("structs are JSON without their kind") {
    CHECK(to_json(bob_info()).dump() ==
          R"({"fingerprint":"SHA256:abc","id":"100.64.0.2","nickname":"bob","online":true})");
    CHECK(to_json(some_candidates()[1]).dump() == R"({"at":"[2001:db8::1]:65535","kind":"mapped"})");
    CHECK(to_json(home_info()).at("members").dump() == R"(["100.64.0.1","100.64.0.2"])");
    CHECK_FALSE(to_json(notice{1, "x", {}}).contains("t"));
}
