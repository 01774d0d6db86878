#include "daemon/rpc_protocol.hpp"

#include <algorithm>
#include <optional>

namespace buri::daemon {
namespace {

constexpr int not_json = -32700;
constexpr int not_a_request = -32600;
constexpr int no_such_method = -32601;
constexpr int wrong_parameters = -32602;

/// Text from a stranger may hold anything; what leaves is always valid UTF-8.
std::string line_of(const wire::json& value) {
    return value.dump(-1, ' ', false, wire::json::error_handler_t::replace) + "\n";
}

std::string error_line(const wire::json& id, int code, const error& why) {
    const auto& row = describe(why.code);
    wire::json out;
    out["jsonrpc"] = "2.0";
    out["id"] = id;
    out["error"]["code"] = code;
    out["error"]["message"] = why.text;
    out["error"]["data"]["name"] = row.name;
    out["error"]["data"]["exit"] = row.exit_code;
    return line_of(out);
}

tl::unexpected<std::string> refuse(const wire::json& id, int code, std::string text) {
    return tl::unexpected(error_line(id, code, make_error(errc::malformed, std::move(text))));
}

int code_of(errc code) {
    if (code == errc::unknown_request) return no_such_method;
    if (code == errc::malformed) return wrong_parameters;
    return static_cast<int>(code);
}

/// Nesting is checked before anything is parsed: what reads the value later may recurse.
bool is_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > max_rpc_depth) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

std::optional<wire::json> parse_object(std::string_view line) {
    if (is_too_deep(line)) return std::nullopt;
    auto value = wire::json::parse(line, nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

error error_from(const wire::json& fault) {
    const auto message = fault.find("message");
    std::string text = message != fault.end() && message->is_string() ? message->get<std::string>() : "unexplained";
    const auto data = fault.find("data");
    if (data != fault.end() && data->is_object()) {
        const auto name = data->find("name");
        const auto rows = all_errors();
        const auto row = std::ranges::find_if(
            rows, [&](const error_info& info) { return name != data->end() && *name == info.name; });
        if (row != rows.end()) return {row->code, std::move(text)};
    }
    return {errc::internal, std::move(text)};
}

}  // namespace

tl::expected<rpc_request, std::string> parse_rpc_request(std::string_view line) {
    auto value = parse_object(line);
    if (!value) return refuse(nullptr, not_json, "this line is not JSON, or nested too deep");
    if (!value->is_object())
        return refuse(nullptr, not_a_request, "a request is one JSON object; batches are not supported");
    rpc_request request;
    if (const auto id = value->find("id"); id == value->end()) {
        request.wants_answer = false;
    } else if (id->is_string() || id->is_number() || id->is_null()) {
        request.id = *id;
    } else {
        return refuse(nullptr, not_a_request, "'id' is neither a string nor a number");
    }
    const auto version = value->find("jsonrpc");
    if (version == value->end() || *version != "2.0")
        return refuse(request.id, not_a_request, "'jsonrpc' is not \"2.0\"");
    const auto method = value->find("method");
    if (method == value->end() || !method->is_string())
        return refuse(request.id, not_a_request, "'method' is not a string");
    request.method = method->get<std::string>();
    if (const auto params = value->find("params"); params != value->end()) {
        if (!params->is_object()) return refuse(request.id, wrong_parameters, "'params' is not an object");
        request.params = std::move(*params);
    }
    return request;
}

std::string rpc_result_line(const wire::json& id, const wire::json& result) {
    wire::json out;
    out["jsonrpc"] = "2.0";
    out["id"] = id;
    out["result"] = result;
    return line_of(out);
}

std::string rpc_error_line(const wire::json& id, const error& why) {
    return error_line(id, code_of(why.code), why);
}

std::string rpc_event_line(const wire::json& event) {
    wire::json out;
    out["jsonrpc"] = "2.0";
    out["method"] = "event";
    out["params"] = event;
    return line_of(out);
}

std::string rpc_request_line(std::uint32_t id, std::string_view method, const wire::json& params) {
    wire::json out;
    out["jsonrpc"] = "2.0";
    out["id"] = id;
    out["method"] = method;
    if (!params.empty()) out["params"] = params;
    return line_of(out);
}

result<rpc_message> parse_rpc_message(std::string_view line) {
    auto value = parse_object(line);
    if (!value || !value->is_object()) return fail(errc::malformed, "the daemon sent a line that is not a JSON object");
    if (const auto fault = value->find("error"); fault != value->end() && fault->is_object()) {
        return rpc_answer{fail(error_from(*fault))};
    }
    if (const auto found = value->find("result"); found != value->end()) return rpc_answer{std::move(*found)};
    const auto method = value->find("method");
    const auto params = value->find("params");
    if (method != value->end() && *method == "event" && params != value->end()) return rpc_event{std::move(*params)};
    return fail(errc::malformed, "the daemon sent neither an answer nor an event");
}

}  // namespace buri::daemon
