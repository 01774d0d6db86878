#include "buri/core/node/doctor.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

/// What IPv6 promises everywhere (RFC 8200 section 5).
constexpr unsigned least_mtu = 1280;
/// Addresses, UDP, and the seal around a packet, at most.
constexpr unsigned tunnel_overhead = 80;
constexpr std::chrono::seconds tolerated_skew{60};

std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const auto& each : all)
        out += (out.empty() ? "" : ", ") + each;
    return out;
}

check check_interface(const doctor_facts& facts) {
    if (!facts.tun_problem.empty()) {
        return {"tun", verdict::problem, facts.tun_problem,
                "load the module ('modprobe tun'), make the device ('mkdir -p /dev/net; mknod /dev/net/tun c 10 200'), "
                "and run the "
                "daemon as root or with CAP_NET_ADMIN"};
    }
    if (facts.has_interface) return {"tun", verdict::ok, facts.interface + " is up", ""};
    return {"tun", verdict::warning, facts.interface + " has no address yet: the server has not given one",
            "see the check of the server"};
}

check check_state(const doctor_facts& facts) {
    if (facts.open_files.empty()) return {"state", verdict::ok, facts.state + " is only the daemon's", ""};
    return {"state", verdict::problem, "others can read or change " + joined(facts.open_files),
            "chmod go-rwx " + joined(facts.open_files)};
}

check check_clock(const doctor_facts& facts) {
    if (facts.clock_ahead && std::chrono::abs(*facts.clock_ahead) > tolerated_skew) {
        const auto ahead = facts.clock_ahead->count();
        return {"clock", verdict::problem,
                "the clock is " + std::to_string(std::abs(ahead)) + " s " + (ahead > 0 ? "ahead of" : "behind") +
                    " the server's",
                "run a time service: 'timedatectl set-ntp true', or chrony"};
    }
    if (facts.is_clock_synchronised == false)
        return {"clock", verdict::warning, "nothing keeps the clock right",
                "run a time service: 'timedatectl set-ntp true', or chrony"};
    return {"clock", verdict::ok, facts.is_clock_synchronised ? "synchronised" : "the kernel does not tell", ""};
}

check check_routes(const doctor_facts& facts) {
    if (facts.routes.empty()) return {"routes", verdict::ok, "no other network has the VPN's addresses", ""};
    const auto& first = facts.routes.front();
    return {"routes", verdict::problem,
            "the route to " + to_string(first.other) + " through " + first.interface + " has addresses of the VPN's " +
                to_string(first.own),
            "take it away ('ip route del " + to_string(first.other) + " dev " + first.interface +
                "'), renumber that network, or run the server with another pool"};
}

check check_rp_filter(const doctor_facts& facts) {
    if (facts.strict_rp_filter.empty()) return {"rp_filter", verdict::ok, "not strict", ""};
    const auto& first = facts.strict_rp_filter.front();
    return {"rp_filter", verdict::warning,
            "strict on " + joined(facts.strict_rp_filter) +
                ": packets that come by another way than answers go are dropped",
            "sysctl -w net.ipv4.conf." + first + ".rp_filter=2"};
}

check check_uplink(const doctor_facts& facts) {
    if (facts.uplink.empty())
        return {"uplink", verdict::warning, "there is no default route: only what is in the LAN can be reached",
                "connect this machine to the internet"};
    if (facts.uplink_mtu && *facts.uplink_mtu < least_mtu) {
        return {"uplink", verdict::problem,
                facts.uplink + " has an MTU of " + std::to_string(*facts.uplink_mtu) + ", less than 1280",
                "ip link set " + facts.uplink + " mtu 1500"};
    }
    if (facts.uplink_mtu && *facts.uplink_mtu < facts.mtu + tunnel_overhead) {
        return {"uplink", verdict::warning,
                facts.uplink + " has an MTU of " + std::to_string(*facts.uplink_mtu) + ": packets of " +
                    std::to_string(facts.mtu) + " bytes do not fit inside",
                "set mtu = " + std::to_string(*facts.uplink_mtu - tunnel_overhead) + " in config.toml"};
    }
    return {"uplink", verdict::ok,
            facts.uplink + (facts.uplink_mtu ? ", MTU " + std::to_string(*facts.uplink_mtu) : ""), ""};
}

check check_path_mtu(const doctor_facts& facts) {
    if (!facts.path_mtu) return {"path_mtu", verdict::ok, "no path was measured", ""};
    const auto found = std::to_string(*facts.path_mtu);
    if (*facts.path_mtu >= facts.mtu)
        return {"path_mtu", verdict::ok, "packets of " + std::to_string(facts.mtu) + " bytes get through", ""};
    return {"path_mtu", verdict::warning,
            "on some path only packets of " + found + " bytes get through; TCP is told so, others may see less",
            "set mtu = " + found + " in config.toml if a program has trouble"};
}

check check_name(const doctor_facts& facts) {
    if (facts.name_problem.empty()) return {"dns", verdict::ok, "the server's name has an address", ""};
    return {"dns", facts.is_online ? verdict::warning : verdict::problem, facts.name_problem,
            "see /etc/resolv.conf, or name the server by its address"};
}

check check_server(const doctor_facts& facts) {
    if (facts.is_online) {
        return {"server", verdict::ok,
                facts.server + " is reached" + (facts.control_way.empty() ? "" : " by " + facts.control_way), ""};
    }
    const auto why = facts.problem ? facts.problem->text : std::string("no connection yet");
    if (facts.problem && facts.problem->code == errc::intercepted)
        return {"server", verdict::problem, why,
                "something on the way answers in the server's place: log in to the network, or use another"};
    return {"server", verdict::problem, why,
            "see that " + facts.server + " runs, and that a firewall lets TCP to it out"};
}

check check_udp(const doctor_facts& facts) {
    if (facts.is_mapped) return {"udp", verdict::ok, "datagrams get out and back", ""};
    if (!facts.is_online) return {"udp", verdict::ok, "not known while there is no server", ""};
    if (facts.nat.udp_works) return {"udp", verdict::ok, "being asked", ""};
    return {"udp", verdict::problem, "no datagram comes back: UDP is blocked, peers are reached by TCP or relay only",
            "let UDP out of this network, at least from port " + std::to_string(facts.udp_port)};
}

/// Inferred: a public address whose port is not open to everybody, or a forwarded port through which nothing comes.
check check_firewall(const doctor_facts& facts) {
    const auto port = std::to_string(facts.udp_port);
    const auto remedy =
        "nft add rule inet filter input udp dport " + port + " accept   (or: ufw allow " + port + "/udp)";
    const bool is_closed = facts.nat.mapping == nat_mapping::none && facts.nat.filtering != nat_filtering::unknown &&
                           facts.nat.filtering != nat_filtering::endpoint_independent;
    if (is_closed)
        return {"firewall", verdict::warning, "the address is public, but a firewall lets only answers in", remedy};
    const auto is_doubtful = [](const port_mapping& it) {
        return it.protocol == mapping_protocol::udp && !it.is_verified;
    };
    const bool is_verified = std::ranges::any_of(facts.mappings, [](const port_mapping& it) { return it.is_verified; });
    if (!is_verified && std::ranges::any_of(facts.mappings, is_doubtful))
        return {"firewall", verdict::warning, "the router forwards a port, but nothing comes in through it", remedy};
    return {"firewall", verdict::ok, "nothing points to one in the way", ""};
}

}  // namespace

std::string_view name_of(verdict value) {
    constexpr std::array<std::string_view, 3> names{"ok", "warning", "problem"};
    return names[static_cast<std::size_t>(value)];
}

std::vector<check> examine(const doctor_facts& facts) {
    return {check_interface(facts), check_state(facts),     check_clock(facts),   check_uplink(facts),
            check_routes(facts),    check_rp_filter(facts), check_name(facts),    check_server(facts),
            check_udp(facts),       check_firewall(facts),  check_path_mtu(facts)};
}

wire::json doctor_json(const std::vector<check>& checks) {
    wire::json all = wire::json::array();
    for (const auto& each : checks) {
        all.push_back({{"name", each.name},
                       {"verdict", name_of(each.is)},
                       {"text", each.text},
                       {"remedy", each.remedy.empty() ? wire::json(nullptr) : wire::json(each.remedy)}});
    }
    const bool is_ok = std::ranges::none_of(checks, [](const check& it) { return it.is == verdict::problem; });
    return {{"ok", is_ok}, {"checks", all}};
}

}  // namespace buri::core
