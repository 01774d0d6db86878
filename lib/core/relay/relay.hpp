#pragma once
// A relay: carries tunnel datagrams between nodes that cannot, or not yet, reach each other (protocol section 6).
//
//     node   PING      relay    a cookie proves that the node receives where it sends from; the relay keeps nothing
//            <- PONG
//            BIND ->            with the cookie, and the server's leave (a token) to bind one inbound SPI
//            <- BIND OK
//
// From then on what comes from a way (an address, or a stream) that a node has bound, to an SPI that a node has bound, is sent on
// byte for byte to that node's newest way. The relay has no key, adds no header, and sends nothing to anybody else. A node is
// forgotten after 60 seconds of silence, or with its stream; a binding ends with its token. Where a node was before it moved may still
// send for ten seconds.
#include "buri/base/errors.hpp"
#include "buri/base/path_address.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/relay/source_limit.hpp"
#include "buri/crypto/identity_key.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace buri::core {

/// Channels below are UDP sockets; this one and those above are streams, which need no cookie.
inline constexpr channel_id first_stream_channel = 1U << 16U;
inline bool is_stream(const path_address& way) {
    return way.channel >= first_stream_channel;
}

inline constexpr auto relay_silence = std::chrono::seconds(60);

struct relay_settings {
    std::uint32_t id = 0;       ///< which tokens name it
    crypto::public_key server;  ///< Ed25519: whose tokens count
    std::size_t max_bindings = 200'000;
    std::size_t max_bindings_of_node = 2'048;
    std::uint32_t max_kbit = 0;              ///< kbit/s of all together; 0: unlimited
    source_rate checks_of_network{256, 64};  ///< signatures that are checked for one network
    source_rate checks_of_all{1'000, 1'000};
};

/// Why something was not sent on, or not done.
enum class relay_drop : std::uint8_t {
    malformed,    ///< neither relay control nor a tunnel's datagram
    unbound_way,  ///< from an address that nobody has bound
    unbound_spi,  ///< to an SPI that nobody has bound
    rate,         ///< more than the node's plan, or the relay, carries
    cookie,       ///< BIND with a cookie that was not given to this address, or too long ago
    token,        ///< BIND with a token of another relay, another server, or past its end
    checks,       ///< BIND when too many signatures were checked already
    full,         ///< BIND when the node, or the relay, has all the bindings it may have
    queue,        ///< the socket or stream did not take it
};
inline constexpr std::size_t relay_drop_kinds = 9;
std::string_view to_string(relay_drop why);  ///< snake_case

struct relay_statistics {
    std::size_t bindings = 0;
    std::size_t nodes = 0;
    std::uint64_t datagrams = 0;  ///< sent on
    std::uint64_t bytes = 0;      ///< in them
    std::uint32_t kbit = 0;       ///< kbit/s sent on, over the last ten seconds
    bool is_full = false;         ///< no room for another binding, or nine tenths of max_kbit are in use
    std::array<std::uint64_t, relay_drop_kinds> drops{};

    [[nodiscard]] std::uint64_t dropped(relay_drop why) const { return drops[static_cast<std::size_t>(why)]; }
};

/// Datagrams at the front of a train that share their fate.
struct relay_slice {
    std::size_t bytes = 0;           ///< in them: at least those of one datagram
    std::optional<path_address> to;  ///< where they go; nothing if nowhere
    std::size_t sent = 0;            ///< of the bytes those that go there, from the front; the others are over a rate
};

class relay {
public:
    /// `random` outlives this.
    relay(relay_settings settings, random_source& random, time_point now);
    ~relay();
    relay(relay&&) noexcept;
    relay& operator=(relay&&) noexcept;

    /// Where a tunnel's datagrams go, as they are. The train came from one way: datagrams of `segment` bytes each, the last may be
    /// shorter.
    relay_slice route(const path_address& from, byte_view train, std::size_t segment, time_point now);
    /// The same for one; nothing if nowhere.
    std::optional<path_address> route(const path_address& from, byte_view datagram, time_point now);

    /// The answer to a datagram of relay control, back to where it came from. Never larger than what it answers.
    std::optional<bytes> on_control(const path_address& from, byte_view datagram, time_point now, wall_time wall);

    /// Forgets the node whose newest way the stream was.
    void on_stream_closed(const path_address& way);

    /// Of what route() let go so many datagrams were not sent after all.
    void on_not_sent(std::size_t datagrams, std::size_t bytes);

    /// Other names or keys from now on (the server was reached again, say); what is bound stays bound.
    void set_identity(std::uint32_t id, crypto::public_key server);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    [[nodiscard]] relay_statistics statistics(time_point now) const;
    /// True if a node is there.
    [[nodiscard]] bool is_bound(const path_address& way) const;
    /// Where an SPI's datagrams go now.
    [[nodiscard]] std::optional<path_address> bound(spi in, time_point now) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
