#include "daemon/rpc_protocol.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::daemon;
using wire::json;

namespace {

json refusal_of(std::string_view line) {
    const auto request = parse_rpc_request(line);
    REQUIRE_FALSE(request);
    REQUIRE(request.error().ends_with('\n'));
    return json::parse(request.error());
}

}  // namespace

TEST_CASE("a request has an id, a method and parameters", "[rpc]") {
    const auto request = parse_rpc_request(R"({"jsonrpc":"2.0","id":7,"method":"peer","params":{"peer":"nas"}})");
    REQUIRE(request);
    CHECK(request->id == 7);
    CHECK(request->wants_answer);
    CHECK(request->method == "peer");
    CHECK(request->params == json{{"peer", "nas"}});
}

TEST_CASE("a request without an id wants no answer, one with null does", "[rpc]") {
    CHECK_FALSE(parse_rpc_request(R"({"jsonrpc":"2.0","method":"down"})")->wants_answer);
    const auto request = parse_rpc_request(R"({"jsonrpc":"2.0","method":"down","id":null})");
    CHECK(request->wants_answer);
    CHECK(request->params == json::object());
}

TEST_CASE("every fault has the number that JSON-RPC gives it", "[rpc]") {
    struct row {
        std::string line;
        int code;
        json id;
    };
    const auto rows = {row{"", -32700, nullptr},
                       row{"nonsense", -32700, nullptr},
                       row{R"({"jsonrpc":"2.0","id":1,"method":"status")", -32700, nullptr},
                       row{R"({"jsonrpc":"2.0","id":1,"method":"status"} x)", -32700, nullptr},
                       row{"{\"a\":\"\xff\"}", -32700, nullptr},
                       row{"42", -32600, nullptr},
                       row{"[]", -32600, nullptr},
                       row{R"([{"jsonrpc":"2.0","id":1,"method":"status"}])", -32600, nullptr},
                       row{"{}", -32600, nullptr},
                       row{R"({"jsonrpc":"1.0","id":1,"method":"status"})", -32600, 1},
                       row{R"({"jsonrpc":2.0,"id":1,"method":"status"})", -32600, 1},
                       row{R"({"jsonrpc":"2.0","id":"a"})", -32600, "a"},
                       row{R"({"jsonrpc":"2.0","id":1,"method":5})", -32600, 1},
                       row{R"({"jsonrpc":"2.0","id":{},"method":"status"})", -32600, nullptr},
                       row{R"({"jsonrpc":"2.0","id":[1],"method":"status"})", -32600, nullptr},
                       row{R"({"jsonrpc":"2.0","id":1,"method":"status","params":[1]})", -32602, 1},
                       row{R"({"jsonrpc":"2.0","id":1,"method":"status","params":"x"})", -32602, 1}};
    for (const auto& [line, code, id] : rows) {
        INFO(line);
        const auto answer = refusal_of(line);
        CHECK(answer["jsonrpc"] == "2.0");
        CHECK(answer["id"] == id);
        CHECK(answer["error"]["code"] == code);
        CHECK(answer["error"]["message"].get<std::string>() != "");
        CHECK(answer["error"]["data"]["exit"] == 1);
    }
}

TEST_CASE("deep nesting is refused before it is parsed", "[rpc]") {
    CHECK(refusal_of(std::string(60'000, '[')).at("error").at("code") == -32700);
    CHECK(refusal_of(R"({"jsonrpc":"2.0","id":)" + std::string(17, '{') + "}")["error"]["code"] == -32700);
    const std::string text_with_brackets(100, '[');
    CHECK(parse_rpc_request(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":"\")" + text_with_brackets + "\"}}"));
}

TEST_CASE("every truncation of a request is refused", "[rpc]") {
    const std::string whole = R"({"jsonrpc":"2.0","id":7,"method":"peer","params":{"peer":"nas"}})";
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(parse_rpc_request(whole.substr(0, size)));
}

TEST_CASE("every error of the table comes back as itself", "[rpc]") {
    for (const auto& row : all_errors()) {
        INFO(row.name);
        const auto line = rpc_error_line(3, make_error(row.code, "why. And then"));
        const auto sent = json::parse(line);
        CHECK(sent["error"]["data"]["name"] == row.name);
        CHECK(sent["error"]["data"]["exit"] == row.exit_code);
        if (row.code != errc::malformed && row.code != errc::unknown_request) {
            CHECK(sent["error"]["code"] == static_cast<int>(row.code));
        }
        const auto message = parse_rpc_message(line);
        REQUIRE(message);
        const auto& answer = std::get<rpc_answer>(*message);
        REQUIRE_FALSE(answer.outcome);
        CHECK(answer.outcome.error() == make_error(row.code, "why. And then"));
    }
}

TEST_CASE("an error that this program does not know is internal, with its text", "[rpc]") {
    const auto message = parse_rpc_message(
        R"({"jsonrpc":"2.0","id":1,"error":{"code":9999,"message":"new","data":{"name":"newer","exit":1}}})");
    CHECK(std::get<rpc_answer>(*message).outcome.error() == make_error(errc::internal, "new"));
    const auto bare = parse_rpc_message(R"({"jsonrpc":"2.0","id":1,"error":{}})");
    CHECK(std::get<rpc_answer>(*bare).outcome.error().code == errc::internal);
}

TEST_CASE("results and events are told apart", "[rpc]") {
    const auto answer = parse_rpc_message(rpc_result_line(1, {{"a", 1}}));
    CHECK(*std::get<rpc_answer>(*answer).outcome == json{{"a", 1}});
    const auto event = parse_rpc_message(rpc_event_line({{"event", "online"}}));
    CHECK(std::get<rpc_event>(*event).event == json{{"event", "online"}});
    for (const auto* line : {"", "{}", "[]", "x", R"({"method":"other","params":{}})", R"({"method":"event"})"}) {
        const auto nothing = parse_rpc_message(line);
        REQUIRE_FALSE(nothing);
        CHECK(nothing.error().code == errc::malformed);
    }
}

TEST_CASE("text that is not UTF-8 leaves as valid UTF-8, on one line", "[rpc]") {
    const auto line = rpc_result_line("id", {{"text", "a\xff\nb"}});
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(json::parse(line)["result"]["text"] == "a\xef\xbf\xbd\nb");
}

TEST_CASE("a request that was written is a request that is read", "[rpc]") {
    const auto request = parse_rpc_request(rpc_request_line(4, "join", {{"network", "lab\n"}}));
    REQUIRE(request);
    CHECK(request->id == 4);
    CHECK(request->params["network"] == "lab\n");
}
