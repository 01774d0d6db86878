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

/// To remove a rule of nftables, or to let something pass before it.
std::string rule_remedy(const std::string& chain, const std::string& match, const std::string& for_ufw) {
    return "find the rule in 'nft -a list ruleset' and take it away with 'nft delete rule FAMILY TABLE CHAIN handle "
           "N', or let " +
           match + " pass in every chain of hook " + chain + ", before what drops it" + for_ufw;
}

check check_rights(const doctor_facts& facts) {
    if (facts.may_set_up) return {"rights", verdict::ok, "may set up interfaces and routes", ""};
    return {"rights", verdict::problem, "this is neither root nor has CAP_NET_ADMIN: no interface can be made",
            "start the node as root: 'sudo vpn up'; afterwards members of the group 'vpn' can use it"};
}

check check_interface(const doctor_facts& facts) {
    if (!facts.tun_problem.empty()) {
        return {"tun", verdict::problem, facts.tun_problem,
                "load the module ('modprobe tun'), make the device ('mkdir -p /dev/net; mknod /dev/net/tun c 10 200'), "
                "and in a container give it in ('--device /dev/net/tun --cap-add NET_ADMIN')"};
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
    constexpr auto remedy = "run a time service: 'timedatectl set-ntp true', or chrony";
    if (facts.clock_ahead) {
        const auto ahead = facts.clock_ahead->count();
        const auto by = std::to_string(std::abs(ahead)) + " s " + (ahead > 0 ? "ahead of" : "behind");
        if (std::chrono::abs(*facts.clock_ahead) > tolerated_skew)
            return {"clock", verdict::problem, "the clock is " + by + " the server's", remedy};
        return {"clock", verdict::ok,
                std::abs(ahead) <= 2 ? "as the server's" : by + " the server's, which does not matter", ""};
    }
    if (facts.is_clock_synchronised == false)
        return {"clock", verdict::warning, "nothing keeps the clock right", remedy};
    return {"clock", verdict::ok, facts.is_clock_synchronised ? "synchronised" : "the kernel does not tell", ""};
}

check check_routes(const doctor_facts& facts) {
    if (facts.routes.empty()) return {"routes", verdict::ok, "no other network has the VPN's addresses", ""};
    const auto& first = facts.routes.front();
    const auto other = to_string(first.other) + " dev " + first.interface;
    const auto last = "', renumber that network, or run the server with another pool";
    if (first.is_address) {
        return {"routes", verdict::problem,
                first.interface + " has the address " + to_string(first.other) + ", which is one of the VPN's " +
                    to_string(first.own),
                "take it away with 'ip addr del " + other + last};
    }
    return {"routes", verdict::problem,
            "the route to " + to_string(first.other) + " through " + first.interface + " has addresses of the VPN's " +
                to_string(first.own),
            "take it away with 'ip route del " + other + last};
}

check check_rp_filter(const doctor_facts& facts) {
    if (facts.strict_rp_filter.empty()) return {"rp_filter", verdict::ok, "not strict", ""};
    std::string remedy = "sysctl -w";
    for (const auto& each : facts.strict_rp_filter)
        remedy += " net.ipv4.conf." + each + ".rp_filter=2";
    return {"rp_filter", verdict::warning,
            "strict on " + joined(facts.strict_rp_filter) +
                ": packets that come by another way than answers go are dropped",
            remedy + "   (and in /etc/sysctl.d, to keep it)"};
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
        const bool fits = *facts.uplink_mtu >= least_mtu + tunnel_overhead;
        const auto raise = "'ip link set " + facts.uplink + " mtu 1500', if that network carries it";
        return {"uplink", verdict::warning,
                facts.uplink + " has an MTU of " + std::to_string(*facts.uplink_mtu) + ": packets of " +
                    std::to_string(facts.mtu) + " bytes inside the VPN go out in pieces",
                fits ? "set mtu = " + std::to_string(*facts.uplink_mtu - tunnel_overhead) +
                           " in config.toml and start the node again, or " + raise
                     : raise + "; TCP makes its packets smaller by itself"};
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
            "nothing needs to be done; if a program has trouble, set mtu = " +
                std::to_string(std::max(*facts.path_mtu, least_mtu)) + " in config.toml and start the node again"};
}

check check_name(const doctor_facts& facts) {
    if (!facts.is_named) return {"dns", verdict::ok, "not needed: the server is named by its address", ""};
    if (facts.name_problem.empty()) return {"dns", verdict::ok, "the server's name has an address", ""};
    const auto servers =
        facts.name_servers.empty() ? "/etc/resolv.conf names no name server" : "asked: " + joined(facts.name_servers);
    return {"dns", facts.is_online ? verdict::warning : verdict::problem, facts.name_problem + " (" + servers + ")",
            "put a name server that answers into /etc/resolv.conf ('nameserver 9.9.9.9'), or name the server by its "
            "address in config.toml: servers = [\"ADDRESS\"]"};
}

check check_server(const doctor_facts& facts) {
    if (facts.is_online) {
        return {"server", verdict::ok,
                facts.server + " is reached" + (facts.control_way.empty() ? "" : " by " + facts.control_way), ""};
    }
    const auto why = facts.problem ? facts.problem->text : std::string("no connection yet");
    if (!facts.portal.empty()) {
        return {"server", verdict::problem, why + " Also, " + facts.portal,
                "log in to this network in a browser, or use another network"};
    }
    if (facts.problem && facts.problem->code == errc::intercepted)
        return {"server", verdict::problem, why,
                "something on the way answers in the server's place: log in to the network, or use another"};
    return {"server", verdict::problem, why,
            "see that " + facts.server + " runs, and that a firewall lets TCP to it out"};
}

check check_udp(const doctor_facts& facts) {
    const auto port = std::to_string(facts.udp_port);
    switch (facts.datagrams) {
        case datagram_fate::answered:
            return {"udp", verdict::ok, "datagrams get out and back", ""};
        case datagram_fate::refused_out:
        case datagram_fate::dropped_in:
            return {"udp", verdict::problem, "stopped on this machine: peers are reached by TCP or relay only",
                    "see the check of the firewall"};
        case datagram_fate::silent:
            return {"udp", verdict::problem,
                    "datagrams leave this machine and no answer comes: the network blocks UDP, and peers are reached "
                    "by TCP "
                    "or relay only",
                    "let UDP out of this network, at least from port " + port};
        case datagram_fate::unknown:
            break;
    }
    if (facts.is_mapped) return {"udp", verdict::ok, "datagrams get out and back", ""};
    if (!facts.is_online) return {"udp", verdict::ok, "not known while there is no server", ""};
    if (facts.nat.udp_works) return {"udp", verdict::ok, "being asked", ""};
    return {"udp", verdict::problem, "no datagram comes back: UDP is blocked, peers are reached by TCP or relay only",
            "let UDP out of this network, at least from port " + port};
}

/// Seen, or inferred: a public address whose port is not open to everybody, or a forwarded port through which nothing comes.
check check_firewall(const doctor_facts& facts) {
    const auto port = std::to_string(facts.udp_port);
    if (facts.datagrams == datagram_fate::refused_out) {
        return {"firewall", verdict::problem, "this machine's firewall drops UDP that leaves its port " + port,
                rule_remedy("output", "udp sport " + port, "")};
    }
    if (facts.datagrams == datagram_fate::dropped_in) {
        return {"firewall", verdict::problem,
                "answers to UDP port " + port + " come as far as this machine, and its firewall drops them",
                rule_remedy("input", "udp dport " + port, "   (or: ufw allow " + port + "/udp)")};
    }
    const auto remedy =
        "nft insert rule inet filter input udp dport " + port + " accept   (or: ufw allow " + port + "/udp)";
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

std::vector<check> examine_host(const doctor_facts& facts) {
    std::vector<check> out{check_rights(facts)};
    if (!facts.tun_problem.empty()) out.push_back(check_interface(facts));
    for (auto& each : {check_state(facts), check_clock(facts), check_uplink(facts), check_rp_filter(facts)})
        out.push_back(each);
    return out;
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
