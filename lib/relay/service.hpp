#pragma once
// The relay at work: UDP sockets that carry STUN, relay control and tunnel datagrams, and streams that carry the latter two with
// a u32 size before each datagram. Used by the server for its own relay, and alone by `vpn relay run`.
//
// All calls on the executor's one thread.
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/core/relay/relay.hpp"
#include "buri/core/stun_service.hpp"
#include "buri/net/byte_stream.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace buri::relay {

struct service_settings {
    std::optional<core::relay_settings> relay;  ///< none: only STUN is answered, until set_relay()
    core::stun_addresses stun;                  ///< as others reach them; empty: answered without other addresses
    std::size_t max_streams = 10'000;           ///< at most half of the files that the process may open
    duration time_to_bind = std::chrono::seconds(10);  ///< a stream that has bound nothing by then is closed
};

struct service_statistics {
    core::relay_statistics relay;
    std::size_t streams = 0;
    std::uint64_t stun_answers = 0;
};

class service {
public:
    /// `random` outlives this.
    service(const asio::any_io_executor& executor, service_settings settings, random_source& random, logger log);
    /// Nothing may be running.
    ~service();
    service(const service&) = delete;
    service& operator=(const service&) = delete;

    /// Takes a UDP port; an unspecified address takes it on all addresses of its family. Before run(). errc::port_in_use,
    /// errc::permission or errc::config, in words.
    result<void> add_udp(const endpoint& local);
    /// Where the sockets are: of each add_udp, in order, with the port that was chosen for port 0.
    [[nodiscard]] const std::vector<endpoint>& udp() const;

    /// Serves the UDP sockets until cancelled.
    asio::awaitable<void> run();
    /// Serves one stream, from its first size on, until it ends, is silent for 60 seconds, does not read for 10, binds nothing in
    /// time, or is cancelled. `stranger` is let go once something is bound, or with the stream.
    asio::awaitable<void> run_stream(std::unique_ptr<net::byte_stream> stream, std::shared_ptr<void> stranger = {});

    /// The relay's number and the server's key, once they are known or have changed; what is bound stays.
    void set_relay(core::relay_settings settings);
    void set_stun(core::stun_addresses addresses);

    [[nodiscard]] service_statistics statistics() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::relay
