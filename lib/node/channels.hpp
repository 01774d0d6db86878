#pragma once
// The ways of datagrams beyond the node's own UDP socket: carries out what the machine asks. Each way has a number that its
// asker gives and that is never used again; to the data plane it is a descriptor.
//
// Events come on the control thread, never from within a call. on_closed() is told of a channel once, unless close() came first.
#include "buri/base/log.hpp"
#include "buri/base/proxy_settings.hpp"
#include "buri/base/result.hpp"
#include "buri/dataplane/plane.hpp"
#include "buri/link/way.hpp"
#include "buri/net/task_group.hpp"
#include "buri/wire/message_parts.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace buri::node {

struct channel_listener {
    std::function<void(dataplane::command what)> post;  ///< to the data plane: add_channel, remove_channel
    std::function<channel_id()> next_channel;           ///< a number for a stream that a peer opened
    /// It carries datagrams from now on. A stream's `remote` is where all of them come from; a UDP socket has none.
    std::function<void(channel_id channel, const std::optional<endpoint>& remote)> on_open;
    /// It could not be made, or has ended.
    std::function<void(channel_id channel, const error& why)> on_closed;
    /// A peer's stream, open: gone after 5 s unless keep() is called, which says that a peer proved itself in it, and once
    /// nothing has come for 90 s.
    std::function<void(channel_id channel, const endpoint& remote)> on_accepted;
};

class channels {
public:
    static constexpr std::size_t max_unproven = 32;
    static constexpr std::size_t max_kept = 64;
    /// Unproven, and as many kept: one IPv4 address or IPv6 /64 must not take the places of all.
    static constexpr std::size_t max_per_host = 8;
    static constexpr auto proof_patience = std::chrono::seconds(5);
    /// Of a stream that a peer opened: three times as long as between the keepalives of a path that is used, and more.
    static constexpr auto accepted_patience = std::chrono::seconds(90);
    static constexpr auto connect_patience = std::chrono::seconds(3);

    channels(const asio::any_io_executor& executor, std::optional<proxy_settings> proxy, logger log,
             channel_listener listener);
    ~channels();
    channels(const channels&) = delete;
    channels& operator=(const channels&) = delete;

    /// A UDP socket on a port of the kernel's choice; on_open() follows.
    void open_socket(channel_id channel);
    /// A TCP connection, from `local_port` if that is not 0, so that both sides can open it at the same time.
    void open_stream(channel_id channel, const endpoint& to, std::uint16_t local_port);
    /// To a relay over TLS, TCP or the proxy, whichever is there first. The remote of on_open() is the relay's first UDP
    /// endpoint if it has one: what comes through the stream comes from the relay, whatever carries it.
    /// `first`: the kind of way that is tried first.
    void open_relay_stream(channel_id channel, const wire::relay_info& relay, std::optional<link::way_kind> first);
    void close(channel_id channel);
    /// on_closed() follows if too many are kept.
    void keep(channel_id channel);

    /// Takes TCP connections of peers on this port, both families. errc::port_in_use, errc::permission. Once.
    result<void> listen(std::uint16_t port);
    /// Until stop(): owns the work of all of the above. Nothing happens before it.
    asio::awaitable<void> run();
    /// Ends run(); closes everything.
    void stop();

    [[nodiscard]] std::size_t count() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::node
