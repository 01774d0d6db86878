#pragma once
// One TCP connection to the server, from accept to its end.
#include "buri/core/control/control_server.hpp"
#include "buri/core/mediator.hpp"
#include "buri/net/tcp_channel.hpp"

namespace buri::server {

struct session {
    session(core::connection_id number, asio::ip::tcp::socket socket, std::unique_ptr<core::control_server> handshake)
        : id(number), channel(std::move(socket), max_queued), machine(std::move(handshake)) {}

    /// What a node may leave unread before it is dropped: several full synchronisations.
    static constexpr std::size_t max_queued = 8U << 20U;

    core::connection_id id;
    net::tcp_channel channel;
    std::unique_ptr<core::control_server> machine;
    node_id node;         ///< once authenticated
    bool ending = false;  ///< what is queued is still sent, nothing more is read
};

}  // namespace buri::server
