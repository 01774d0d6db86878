#pragma once
// Everything that can fail before a node exists, done.
#include "buri/dataplane/tun_device.hpp"
#include "buri/net/address_watch.hpp"
#include "buri/node/node.hpp"
#include "buri/udp/datagram_socket.hpp"

namespace buri::node {

struct node::opened {
    store::state_lock lock;
    store::node_state state;
    bool is_kept;  ///< the server in `state` is the one in node.toml
    identity self;
    suite_id suite;  ///< the first to try
    udp::datagram_socket socket;
    dataplane::tun_device tun;
    net::address_watch watch;
    std::string nickname;  ///< for a new account
};

}  // namespace buri::node
