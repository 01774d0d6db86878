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
    /// Takes the routing rules away; addresses and routes go with the device.
    ~interface();
    interface(const interface&) = delete;
    interface& operator=(const interface&) = delete;

    /// Gives it the node's addresses and the routes for all others. Idempotent. Warns if another interface has an
    /// overlapping route, which then may win; another node's on this machine does not.
    result<void> configure(node_id self, const ip_prefix& pool, const ip_prefix& ula);
    /// This machine's addresses that peers might reach: without loopback, link-local and the interface itself.
    [[nodiscard]] std::vector<ip_address> host_addresses() const;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] unsigned mtu() const { return mtu_; }
    /// configure() succeeded: the address can be bound.
    [[nodiscard]] bool is_configured() const { return index_ != 0; }

private:
    std::string name_;
    unsigned mtu_;
    logger log_;
    unsigned index_ = 0;  ///< once it is configured
};

}  // namespace buri::node
