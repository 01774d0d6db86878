#pragma once
// What the local interface offers, whoever provides it: the node in a daemon, a fake in a test.
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"
#include "daemon/event_source.hpp"

#include <asio/awaitable.hpp>

#include <functional>
#include <string>

namespace buri::daemon {

class local_service {
public:
    local_service() = default;
    local_service(const local_service&) = delete;
    local_service& operator=(const local_service&) = delete;
    virtual ~local_service() = default;

    /// One method of the local interface (vpn(1), LOCAL INTERFACE) with its parameters, an object (empty if none were
    /// given). errc::unknown_request for a method that does not exist, errc::malformed for wrong parameters. The
    /// awaitable is cancelled when the client goes away. `events` is not a call: see subscribe().
    virtual asio::awaitable<result<wire::json>> call(std::string method, wire::json params) = 0;

    /// Events from now on, until the subscription is destroyed. The handler runs on the executor of the service, gets
    /// one object {event, time, …}, and must not block.
    [[nodiscard]] virtual subscription subscribe(event_handler handler) = 0;
};

}  // namespace buri::daemon
