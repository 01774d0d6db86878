// Every field of every message in turn: missing, of a wrong type, null.
#include "tests/unit/wire/message_damage.hpp"
#include "tests/unit/wire/request_rows.hpp"
#include "tests/unit/wire/server_rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using namespace buri::test;

namespace {

std::set<std::string> optional_in(const numbered_request& message) {
    return std::visit([](const auto& body) { return optional_fields::of(body); }, message.body);
}
std::set<std::string> optional_in(const server_message& message) {
    const auto of_body = [](const auto& body) { return optional_fields::of(body); };
    return std::visit([&](const auto& numbered) { return std::visit(of_body, numbered.body); }, message);
}

/// Optional fields of the structures inside messages.
bool is_optional_inside(const std::string& path) {
    static const auto names = [] {
        auto out = optional_fields::of(home_settings());
        out.merge(optional_fields::of(some_plan()));
        out.merge(optional_fields::of(some_ban()));
        out.merge(optional_fields::of(some_invite()));
        out.merge(optional_fields::of(some_entry()));
        return out;
    }();
    return path.find('/', 1) != std::string::npos && names.contains(path.substr(path.rfind('/') + 1));
}

template <typename Row, typename Accepts>
void check_without(const Row& row, const json& whole, const place& at, const std::string& name, Accepts accepts) {
    auto map = whole;
    map[at.parent_pointer()].erase(name);
    const auto path = at.to_string();
    const bool may_be_absent =
        is_optional_inside(path) || (path == "/" + name && optional_in(row.value).contains(name));
    CHECK(accepts(map) == may_be_absent);
}

template <typename Rows, typename Accepts>
void check_fields(const Rows& rows, Accepts accepts) {
    for (const auto& row : rows) {
        const auto whole = json_of(rows, row.name);
        for (const auto& [at, name] : fields_in(whole)) {
            INFO(row.name << " " << at.to_string());
            for (const auto& wrong : {json::array({json::array()}), json(nullptr), json(-1)}) {
                auto map = whole;
                map[at] = wrong;
                CHECK_FALSE(accepts(map));
            }
            check_without(row, whole, at, name, accepts);
        }
    }
}

}  // namespace

TEST_CASE("a request with a field that is missing or of a wrong type is refused") {
    check_fields(request_rows(), accepts_request);
}

TEST_CASE("an answer with a field that is missing or of a wrong type is refused") {
    check_fields(answer_rows(), accepts_event);
}

TEST_CASE("an event with a field that is missing or of a wrong type is refused") {
    check_fields(event_rows(), accepts_event);
}

TEST_CASE("the field of a request that is wrong or missing is named") {
    for (const auto& row : request_rows()) {
        const auto whole = json_of(request_rows(), row.name);
        for (const auto& [key, value] : whole.items()) {
            INFO(row.name << " " << key);
            auto map = whole;
            map[key] = json::array({json::array()});
            CHECK(refused_request(map).why.code == errc::malformed);
            CHECK(refused_request(map).why.text.find("'" + key + "'") != std::string::npos);
            map.erase(key);
            if (!accepts_request(map)) CHECK(refused_request(map).why.text.find("'" + key + "'") != std::string::npos);
        }
    }
}

TEST_CASE("the field of an event that is wrong or missing is named") {
    for (const auto& row : event_rows()) {
        auto whole = json_of(event_rows(), row.name);
        whole.erase("s");
        for (const auto& [key, value] : whole.items()) {
            INFO(row.name << " " << key);
            auto map = whole;
            map[key] = json::array({1});
            CHECK(refused_event(map).code == errc::malformed);
            map.erase(key);
            map["s"] = 1;
            if (!accepts_event(map)) CHECK(refused_event(map).text.find("'" + key + "'") != std::string::npos);
        }
    }
}
