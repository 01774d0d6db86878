#pragma once
// The datagrams that nodes ask for to see whether an endpoint of theirs takes what it did not ask for: from ports of their own, which
// no node sends to.
#include "buri/core/mediator.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/udp.hpp>

#include <optional>
#include <span>

namespace buri::server {

class reach_sender {
public:
    /// `bound`: what the server listens on. `other` is where the datagrams leave from, if it has their family.
    reach_sender(const asio::any_io_executor& executor, std::span<const ip_address> bound,
                 std::optional<ip_address> other);

    void send(const core::reach_check& check);

private:
    std::vector<asio::ip::udp::socket> sockets_;  ///< one for each family that there is
};

}  // namespace buri::server
