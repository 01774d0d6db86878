#pragma once
// All ways to one server or relay, raced: the first over which it proves itself wins.
#include "buri/base/proxy_settings.hpp"
#include "buri/base/result.hpp"
#include "buri/link/failures.hpp"
#include "buri/link/race_order.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/task_group.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace buri::link {

/// A name of the server, and its ports.
struct place {
    std::string host;
    std::uint16_t tcp_port = 0;  ///< 0: no such way
    std::uint16_t tls_port = 0;
};

struct race_settings {
    std::string whom;           ///< for errors: "the server 'vpn.example.org'"
    std::vector<place> places;  ///< resolved, all at once
    std::vector<way> ways;      ///< besides
    std::optional<proxy_settings> proxy;
    std::vector<std::string> protocols;  ///< ALPN
    std::optional<known_way> first;
    /// Whether a TLS certificate with this key (an SSH key blob) is the server's own.
    std::function<bool(byte_view key_blob)> is_expected_key;
};

/// Both outlive what they prove; success says that the right one is at the other end. Cancelled when another way has won.
using prover = std::function<asio::awaitable<result<void>>(net::byte_stream& stream)>;

struct race_winner {
    way by;
    std::unique_ptr<net::byte_stream> stream;
};

class race {
public:
    /// Two name servers of three may be dead: a resolver gives each five seconds.
    static constexpr auto lookup_patience = std::chrono::seconds(12);
    static constexpr auto connect_patience = std::chrono::seconds(5);
    static constexpr auto tls_patience = std::chrono::seconds(5);
    /// Once the other side has said no by one way: what is left for the others, since anybody can have said that.
    static constexpr auto second_opinion = std::chrono::seconds(2);

    race(const asio::any_io_executor& executor, race_settings settings, prover prove);

    /// Once. errc::cancelled after cancel(), which alone ends it; else the failures of all ways, joined.
    asio::awaitable<result<race_winner>> run();
    void cancel();

private:
    void begin();
    asio::awaitable<void> run_lookup(place where);
    asio::awaitable<void> run_attempt(way by);
    asio::awaitable<result<std::unique_ptr<net::byte_stream>>> async_open(const way& by) const;
    void start_what_is_due();
    void on_failure(std::string what, error why);
    [[nodiscard]] error explain(const way& by, const net::byte_stream& stream, const error& why) const;
    [[nodiscard]] bool is_over() const;

    race_settings settings_;
    prover prove_;
    race_order order_;
    net::task_group tasks_;
    asio::steady_timer wakes_;
    std::size_t running_ = 0;
    time_point until_ = never;
    std::vector<failure> failures_;
    std::optional<race_winner> winner_;
    bool cancelled_ = false;
};

/// IPv6 and IPv4 in turns, beginning with the family of the first (RFC 8305 section 4).
std::vector<ip_address> in_turns(const std::vector<ip_address>& addresses);

}  // namespace buri::link
