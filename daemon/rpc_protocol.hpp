#pragma once
// JSON-RPC 2.0 as the local interface speaks it: one object a line, no batches. Text to values and back; both ends use
// it.
//
// An error answer has `data` {name, exit} from the table of base/errors. Its `code` is that table's number, except for
// the four faults that JSON-RPC itself numbers: not JSON (-32700), not a request (-32600), no such method (-32601),
// wrong parameters
// (-32602).
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace buri::daemon {

inline constexpr std::size_t max_rpc_depth = 16;

struct rpc_request {
    wire::json id;             ///< a string, a number or null
    bool wants_answer = true;  ///< false: a notification, without an id
    std::string method;
    wire::json params = wire::json::object();
};

/// A request, or the line that tells its sender what is wrong with it.
tl::expected<rpc_request, std::string> parse_rpc_request(std::string_view line);

// Lines, each with its line end.
std::string rpc_result_line(const wire::json& id, const wire::json& result);
std::string rpc_error_line(const wire::json& id, const error& why);
std::string rpc_event_line(const wire::json& event);
std::string rpc_request_line(std::uint32_t id, std::string_view method, const wire::json& params);

/// What a client receives.
struct rpc_answer {
    result<wire::json> outcome;
};
struct rpc_event {
    wire::json event;
};
using rpc_message = std::variant<rpc_answer, rpc_event>;

/// errc::malformed for a line that is neither.
result<rpc_message> parse_rpc_message(std::string_view line);

}  // namespace buri::daemon
