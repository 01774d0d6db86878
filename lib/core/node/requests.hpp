#pragma once
// Requests to the server that wait for their answers: numbers, tickets and time limits.
#include "buri/base/time_point.hpp"
#include "buri/wire/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace buri::core {

/// Who waits for the answer.
struct pending_request {
    enum class purpose : std::uint8_t {
        user,  ///< `ticket` says which of the user's requests
        hello,
        ping,
        introduction,  ///< a tunnel to `peer`
        endpoints,
        reach,
        confirmation,
    };
    purpose why = purpose::user;
    std::uint64_t ticket = 0;
    node_id peer{};
    std::string nickname{};  ///< that this node gave itself, if that was the request
    time_point expires = never;
};

class requests {
public:
    static constexpr duration timeout = std::chrono::seconds(10);
    static constexpr std::size_t max_pending = 256;

    /// Numbers a request and remembers who waits. Not if is_full().
    wire::numbered_request add(wire::request body, pending_request who, time_point now);
    [[nodiscard]] bool is_full() const { return waiting_.size() >= max_pending; }

    /// Nothing for a number that nobody waits for, any more or at all.
    std::optional<pending_request> on_answer(std::uint32_t number);
    /// Those whose time is over, oldest first.
    std::vector<pending_request> take_expired(time_point now);
    /// All: the connection is gone. Numbers are not used again.
    std::vector<pending_request> take_all();
    [[nodiscard]] time_point next_deadline() const;

private:
    std::uint32_t last_number_ = 0;
    std::map<std::uint32_t, pending_request> waiting_;
};

}  // namespace buri::core
