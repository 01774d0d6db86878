#pragma once
// One control channel of the server, from its first byte to its end.
#include "buri/core/control/control_server.hpp"
#include "buri/core/mediator.hpp"
#include "buri/core/strangers.hpp"
#include "buri/net/tcp_channel.hpp"

#include <optional>

namespace buri::server {

struct session {
    session(core::connection_id number, std::unique_ptr<net::byte_stream> stream, core::strangers::guest who,
            std::unique_ptr<core::control_server> handshake)
        : id(number), channel(std::move(stream), max_queued), machine(std::move(handshake)), stranger(std::move(who)) {}

    /// What a node may leave unread before it is dropped: several full synchronisations.
    static constexpr std::size_t max_queued = 8U << 20U;

    core::connection_id id;
    net::tcp_channel channel;
    std::unique_ptr<core::control_server> machine;
    std::optional<core::strangers::guest> stranger;  ///< until authenticated
    node_id node;                                    ///< once authenticated
    bool ending = false;                             ///< what is queued is still sent, nothing more is read
};

}  // namespace buri::server
