#pragma once
// A stream to a relay, by whichever way is there first: for datagrams where UDP does not pass (protocol section 6).
#include "buri/base/proxy_settings.hpp"
#include "buri/base/random_source.hpp"
#include "buri/link/race.hpp"
#include "buri/wire/message_parts.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>

namespace buri::link {

/// A relay's stream in which it has answered PING. `early` came behind its PONG.
struct relay_stream {
    std::unique_ptr<net::byte_stream> stream;
    bytes early;
};

class relay_race {
public:
    /// For PONG, once connected.
    static constexpr auto answer_patience = std::chrono::seconds(3);

    /// `first`: the kind of way that is tried first, such as the one that led to the server.
    relay_race(const asio::any_io_executor& executor, const wire::relay_info& relay,
               const std::optional<proxy_settings>& proxy, std::optional<way_kind> first, random_source& random);

    /// Once; ended by cancel() alone. errc::cancelled, errc::server_unreachable, errc::intercepted, with all ways' failures.
    asio::awaitable<result<relay_stream>> run();
    void cancel() { race_.cancel(); }

private:
    asio::awaitable<result<void>> async_prove(net::byte_stream& stream);

    random_source& random_;
    std::map<const net::byte_stream*, bytes> early_;
    race race_;
};

/// The same in one call, for callers that do not need to end it.
asio::awaitable<result<relay_stream>> async_open_relay_stream(wire::relay_info relay,
                                                              std::optional<proxy_settings> proxy,
                                                              random_source& random);

}  // namespace buri::link
