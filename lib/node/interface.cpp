#include "buri/node/interface.hpp"

#include "buri/dataplane/segmentation.hpp"
#include "buri/net/netlink.hpp"

namespace buri::node {

interface::~interface() {
    if (index_ == 0) return;
    const auto done = net::remove_interface_rules(index_);
    if (!done) log_.warning("routing rules are left behind", {{"interface", name_}, {"error", done.error().text}});
}

result<void> interface::configure(node_id self, const ip_prefix& pool, const ip_prefix& ula) {
    for (const auto& range : {pool, ula}) {
        const auto overlap = net::find_overlapping_route(range, name_);
        if (!overlap || !*overlap) continue;
        log_.warning("another interface has a route into the VPN's addresses",
                     {{"interface", (*overlap)->interface},
                      {"route", to_string((*overlap)->prefix)},
                      {"pool", to_string(range)}});
    }
    const net::interface_settings settings{
        mtu_, address_of(self), pool, ula_of(ula, self), ula, dataplane::max_segments(mtu_)};
    const auto state = net::configure_interface(name_, settings);
    if (!state) return fail(state.error());
    if (!state->has_v6) log_.info("the interface has no IPv6", {{"interface", name_}});
    if (!state->has_source_rules && index_ == 0) {
        log_.info("the kernel has no routing rules: another node's route on this machine may win",
                  {{"interface", name_}});
    }
    index_ = state->index;
    return {};
}

std::vector<ip_address> interface::host_addresses() const {
    auto found = net::host_addresses(name_);
    if (found) return std::move(*found);
    log_.warning("the addresses of this machine cannot be read", {{"error", found.error().text}});
    return {};
}

}  // namespace buri::node
