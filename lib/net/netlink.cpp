#include "buri/net/netlink.hpp"

#include "buri/net/netlink_address.hpp"
#include "buri/net/netlink_route.hpp"
#include "buri/net/source_routing.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <utility>

namespace buri::net {
namespace {

/// Linux gives no IPv6 to an interface with a smaller MTU (RFC 8200 section 5).
constexpr unsigned min_v6_mtu = 1280;

/// Routes as wide as this are half-default routes of other VPNs, and no claim to our addresses.
constexpr unsigned widest_claim = 2;

struct interface_address {
    ip_address address;
    unsigned prefix_length = 0;
    bool operator==(const interface_address&) const = default;
};

error refused(const std::string& name, const std::string& what, int code) {
    const auto text = "the interface " + name + " cannot be set up (" + what + "): ";
    if (code == EPERM) {
        return make_error(errc::permission,
                          text + "that needs root or CAP_NET_ADMIN (in a container '--cap-add NET_ADMIN')");
    }
    if (code == ENODEV) return make_error(errc::no_tun, text + "it is gone; start the node again");
    return make_error(errc::internal, text + std::generic_category().message(code));
}

bool is_without_v6(int code) {
    return code == EOPNOTSUPP || code == EAFNOSUPPORT || code == EACCES || code == EINVAL || code == ENOBUFS;
}

/// The state of one interface while it is set up.
class interface_setup {
public:
    interface_setup(netlink_socket& socket, const std::string& name, unsigned index)
        : socket_(socket), name_(name), index_(index) {}

    result<interface_state> run(const interface_settings& settings);

private:
    result<void> set_mtu(unsigned mtu);
    void set_max_segments(unsigned count);
    int set_no_generated_addresses();
    result<void> remove_all_but(const std::vector<interface_address>& wanted);
    result<void> bring_up();
    /// Whether it has the IPv6 address.
    result<bool> set_addresses(const interface_address& v4, const std::optional<interface_address>& v6);
    /// Whether the kernel can route by source.
    result<bool> set_routes(const interface_settings& settings, bool has_v6);
    int change_address(std::uint16_t type, unsigned flags, const interface_address& what);
    [[nodiscard]] ifinfomsg link() const {
        ifinfomsg out{};
        out.ifi_index = static_cast<int>(index_);
        return out;
    }

    netlink_socket& socket_;
    const std::string& name_;
    unsigned index_;
};

result<void> interface_setup::set_mtu(unsigned mtu) {
    netlink_request request(RTM_NEWLINK, request_ack, link());
    request.number(IFLA_MTU, std::uint32_t{mtu});
    const auto code = socket_.ask(request);
    if (code != 0) return fail(refused(name_, "an MTU of " + std::to_string(mtu), code));
    return {};
}

/// Larger super-packets are slower, not wrong, so a kernel that does not take it changes nothing.
void interface_setup::set_max_segments(unsigned count) {
    if (count == 0) return;
    netlink_request request(RTM_NEWLINK, request_ack, link());
    request.number(IFLA_GSO_MAX_SEGS, std::uint32_t{count});
    (void)socket_.ask(request);
}

/// With a link-local address the kernel would look for routers on the interface.
int interface_setup::set_no_generated_addresses() {
    netlink_request request(RTM_NEWLINK, request_ack, link());
    const auto families = request.open(IFLA_AF_SPEC);
    const auto v6 = request.open(AF_INET6);
    request.number(IFLA_INET6_ADDR_GEN_MODE, static_cast<std::uint8_t>(IN6_ADDR_GEN_MODE_NONE));
    request.close(v6);
    request.close(families);
    return socket_.ask(request);
}

result<void> interface_setup::bring_up() {
    auto up = link();
    up.ifi_flags = IFF_UP;
    up.ifi_change = IFF_UP;
    netlink_request request(RTM_NEWLINK, request_ack, up);
    const auto code = socket_.ask(request);
    if (code != 0) return fail(refused(name_, "bringing it up", code));
    return {};
}

int interface_setup::change_address(std::uint16_t type, unsigned flags, const interface_address& what) {
    ifaddrmsg fixed{};
    fixed.ifa_family = family_of(what.address);
    fixed.ifa_prefixlen = static_cast<std::uint8_t>(what.prefix_length);
    fixed.ifa_index = index_;
    netlink_request request(type, request_ack | flags, fixed);
    request.attribute(IFA_LOCAL, what.address.network_bytes()).attribute(IFA_ADDRESS, what.address.network_bytes());
    if (!what.address.is_v4()) {
        request.number(IFA_FLAGS, std::uint32_t{IFA_F_NODAD});
    } else if (what.prefix_length < 31) {
        const auto last = ip_address::v4(what.address.v4_value() | 0xffffffffU >> what.prefix_length);
        request.attribute(IFA_BROADCAST, last.network_bytes());
    }
    return socket_.ask(request);
}

result<void> interface_setup::remove_all_but(const std::vector<interface_address>& wanted) {
    std::vector<interface_address> others;
    netlink_request request(RTM_GETADDR, request_dump, ifaddrmsg{});
    const auto listed = socket_.dump(request, [&](const netlink_message& message) {
        const auto fixed = fixed_part<ifaddrmsg>(message.body);
        if (!fixed || message.type != RTM_NEWADDR || fixed->ifa_index != index_) return;
        auto raw = find_attribute(message.body, sizeof *fixed, IFA_LOCAL);
        if (raw.empty()) raw = find_attribute(message.body, sizeof *fixed, IFA_ADDRESS);
        const auto address = read_address(raw);
        if (!address) return;
        const interface_address found{*address, fixed->ifa_prefixlen};
        if (std::ranges::find(wanted, found) == wanted.end()) others.push_back(found);
    });
    if (listed != 0) return fail(refused(name_, "listing its addresses", listed));
    for (const auto& other : others) {
        const auto code = change_address(RTM_DELADDR, 0, other);
        // With a first address of a subnet the kernel may have removed the others too.
        if (code != 0 && code != EADDRNOTAVAIL) {
            return fail(refused(name_, "removing the address " + to_string(other.address), code));
        }
    }
    return {};
}

result<bool> interface_setup::set_addresses(const interface_address& v4, const std::optional<interface_address>& v6) {
    constexpr unsigned add_or_keep = NLM_F_CREATE | NLM_F_REPLACE;
    if (const auto code = change_address(RTM_NEWADDR, add_or_keep, v4); code != 0) {
        return fail(refused(name_, "the address " + to_string(v4.address), code));
    }
    if (!v6) return false;
    const auto code = change_address(RTM_NEWADDR, add_or_keep, *v6);
    if (code != 0 && !is_without_v6(code)) return fail(refused(name_, "the address " + to_string(v6->address), code));
    return code == 0;
}

result<bool> interface_setup::set_routes(const interface_settings& settings, bool has_v6) {
    std::vector<source_route> wanted{{settings.v4, settings.pool}};
    if (has_v6) wanted.push_back({settings.v6, settings.ula});
    const auto code = set_source_routes(socket_, index_, wanted);
    if (code != 0 && code != EOPNOTSUPP && code != EAFNOSUPPORT) {
        return fail(refused(name_, "routing by source", code));
    }
    return code == 0;
}

result<interface_state> interface_setup::run(const interface_settings& settings) {
    const interface_address v4{settings.v4, settings.pool.length};
    const interface_address v6{settings.v6, settings.ula.length};
    if (auto done = set_mtu(settings.mtu); !done) return fail(std::move(done.error()));
    set_max_segments(settings.max_segments);
    const bool may_have_v6 = settings.mtu >= min_v6_mtu && set_no_generated_addresses() == 0;
    // Removed first: an address of the same subnet that is there already would make ours its secondary, to go with it.
    if (auto done = remove_all_but({v4, v6}); !done) return fail(std::move(done.error()));
    if (auto done = bring_up(); !done) return fail(std::move(done.error()));
    auto has_v6 = set_addresses(v4, may_have_v6 ? std::optional(v6) : std::nullopt);
    if (!has_v6) return fail(std::move(has_v6.error()));
    auto has_rules = set_routes(settings, *has_v6);
    if (!has_rules) return fail(std::move(has_rules.error()));
    return interface_state{*has_v6, *has_rules, index_};
}

error cannot_list(const std::string& what, int code) {
    return make_error(errc::internal,
                      "the kernel does not list its " + what + ": " + std::generic_category().message(code));
}

result<std::set<unsigned>> links_that_are_up(netlink_socket& socket) {
    std::set<unsigned> out;
    netlink_request request(RTM_GETLINK, request_dump, ifinfomsg{});
    const auto code = socket.dump(request, [&](const netlink_message& message) {
        const auto fixed = fixed_part<ifinfomsg>(message.body);
        if (!fixed || message.type != RTM_NEWLINK) return;
        constexpr unsigned working = IFF_UP | IFF_RUNNING;
        if ((fixed->ifi_flags & working) == working) out.insert(static_cast<unsigned>(fixed->ifi_index));
    });
    if (code != 0) return fail(cannot_list("interfaces", code));
    return out;
}

bool is_reachable(const ip_address& address) {
    return !address.is_loopback() && !address.is_link_local() && !address.is_multicast() && !address.is_unspecified();
}

/// The address of one line of a dump, if others may reach this machine there.
std::optional<ip_address> host_address(const netlink_message& message, const std::set<unsigned>& links) {
    const auto fixed = fixed_part<ifaddrmsg>(message.body);
    if (!fixed || message.type != RTM_NEWADDR || !links.contains(fixed->ifa_index)) return std::nullopt;
    const auto long_flags = find_attribute(message.body, sizeof *fixed, IFA_FLAGS);
    const auto flags = long_flags.empty() ? fixed->ifa_flags : number_in<std::uint32_t>(long_flags);
    if ((flags & (IFA_F_TENTATIVE | IFA_F_DEPRECATED | IFA_F_DADFAILED)) != 0) return std::nullopt;
    auto raw = find_attribute(message.body, sizeof *fixed, IFA_LOCAL);
    if (raw.empty()) raw = find_attribute(message.body, sizeof *fixed, IFA_ADDRESS);
    const auto address = read_address(raw);
    if (!address || !is_reachable(*address)) return std::nullopt;
    return address;
}

bool overlap(const ip_prefix& a, const ip_prefix& b) {
    return a.contains(b.address) || b.contains(a.address);
}

std::string interface_name(unsigned index) {
    std::array<char, IF_NAMESIZE> out{};
    return ::if_indextoname(index, out.data()) != nullptr ? out.data() : "number " + std::to_string(index);
}

/// Of an interface that is not one of `own`.
result<std::optional<route_in_use>> find_address_in(netlink_socket& socket, const ip_prefix& prefix,
                                                    const std::set<unsigned>& own) {
    auto links = links_that_are_up(socket);
    if (!links) return fail(std::move(links.error()));
    for (const auto each : own)
        links->erase(each);
    std::optional<route_in_use> out;
    netlink_request request(RTM_GETADDR, request_dump, ifaddrmsg{});
    const auto code = socket.dump(request, [&](const netlink_message& message) {
        const auto address = host_address(message, *links);
        if (out || !address || address->is_v4() != prefix.address.is_v4() || !prefix.contains(*address)) return;
        const auto fixed = fixed_part<ifaddrmsg>(message.body);
        out = route_in_use{interface_name(fixed->ifa_index), {*address, fixed->ifa_prefixlen}, true};
    });
    if (code != 0) return fail(cannot_list("addresses", code));
    return out;
}

}  // namespace

result<interface_state> configure_interface(const std::string& name, const interface_settings& settings) {
    auto socket = netlink_socket::open();
    if (!socket) return fail(std::move(socket.error()));
    const auto index = ::if_nametoindex(name.c_str());
    if (index == 0) return fail(refused(name, "finding it", errno));
    return interface_setup(*socket, name, index).run(settings);
}

result<void> remove_interface_rules(unsigned index) {
    auto socket = netlink_socket::open();
    if (!socket) return fail(std::move(socket.error()));
    const auto code = remove_source_rules(*socket, index);
    if (code == 0 || code == EOPNOTSUPP || code == EAFNOSUPPORT) return {};
    const auto text = "the routing rules of the VPN's interface cannot be removed: ";
    return fail(code == EPERM ? errc::permission : errc::internal, text + std::generic_category().message(code));
}

result<std::vector<ip_address>> host_addresses(const std::string& except) {
    auto socket = netlink_socket::open();
    if (!socket) return fail(std::move(socket.error()));
    auto links = links_that_are_up(*socket);
    if (!links) return fail(std::move(links.error()));
    links->erase(::if_nametoindex(except.c_str()));

    std::vector<ip_address> out;
    netlink_request request(RTM_GETADDR, request_dump, ifaddrmsg{});
    const auto code = socket->dump(request, [&](const netlink_message& message) {
        const auto address = host_address(message, *links);
        if (address && std::ranges::find(out, *address) == out.end()) out.push_back(*address);
    });
    if (code != 0) return fail(cannot_list("addresses", code));
    return out;
}

result<std::optional<route_in_use>> find_overlapping_route(const ip_prefix& prefix, const std::string& except) {
    auto socket = netlink_socket::open();
    if (!socket) return fail(std::move(socket.error()));
    std::set<unsigned> own{::if_nametoindex(except.c_str())};
    std::vector<route> found;
    const auto code = list_routes(*socket, family_of(prefix.address), [&](const route& each) {
        if (each.table == source_table_of(each.interface)) own.insert(each.interface);
        if (each.prefix.length >= widest_claim && overlap(each.prefix, prefix)) found.push_back(each);
    });
    if (code != 0) return fail(cannot_list("routes", code));
    const auto other = std::ranges::find_if(found, [&](const route& each) { return !own.contains(each.interface); });
    if (other != found.end()) return route_in_use{interface_name(other->interface), other->prefix};
    return find_address_in(*socket, prefix, own);
}

result<network_monitor> network_monitor::open() {
    auto socket = netlink_socket::open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                       RTMGRP_IPV6_ROUTE);
    if (!socket) return fail(std::move(socket.error()));
    return network_monitor(std::move(*socket));
}

}  // namespace buri::net
