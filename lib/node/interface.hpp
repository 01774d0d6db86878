#pragma once
// The node's network interface: the TUN device with its addresses, MTU and routes.
#include "buri/base/endpoint.hpp"
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "buri/dataplane/tun_device.hpp"

#include <string>
#include <vector>

namespace buri::node {

class interface {
public:
    explicit interface(std::string name, unsigned mtu, logger log)
        : name_(std::move(name)), mtu_(mtu), log_(std::move(log)) {}

    /// Gives it the node's addresses and the routes for all others. Idempotent. Warns if another interface has an
    /// overlapping route, which then may win.
    result<void> configure(node_id self, const ip_prefix& pool, const ip_prefix& ula);
    /// This machine's addresses that peers might reach: without loopback, link-local and the interface itself.
    [[nodiscard]] std::vector<ip_address> host_addresses() const;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] unsigned mtu() const { return mtu_; }
    /// configure() succeeded: the address can be bound.
    [[nodiscard]] bool is_configured() const { return configured_; }

private:
    std::string name_;
    unsigned mtu_;
    logger log_;
    bool configured_ = false;
};

}  // namespace buri::node
