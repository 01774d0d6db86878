#pragma once
// What is wrong with a host that a node runs on, and what to do about it: verdicts from facts. Pure.
#include "buri/base/datagram_fate.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/errors.hpp"
#include "buri/core/nat_report.hpp"
#include "buri/core/port_mapping/report.hpp"
#include "buri/wire/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace buri::core {

struct overlapping_route {
    ip_prefix own;  ///< of the VPN
    ip_prefix other;
    std::string interface;
    bool is_address = false;  ///< `other` is an address of the interface
};

struct doctor_facts {
    // ---- the VPN's interface ----
    std::string interface;
    unsigned mtu = 0;
    bool has_interface = false;  ///< it is up, with its address
    std::string tun_problem;     ///< why /dev/net/tun cannot be used; empty: it can
    bool may_set_up = true;      ///< root, or CAP_NET_ADMIN
    // ---- the host ----
    std::string uplink;  ///< the interface of the default route; empty: there is none
    std::optional<unsigned> uplink_mtu;
    std::optional<unsigned> path_mtu;           ///< the smallest that was found inside a tunnel
    std::vector<std::string> strict_rp_filter;  ///< interfaces with rp_filter 1, of uplink and VPN
    std::vector<overlapping_route> routes;
    std::optional<bool> is_clock_synchronised;        ///< none: the kernel does not tell
    std::optional<std::chrono::seconds> clock_ahead;  ///< of the server's; none: not known
    // ---- files ----
    std::string state;                    ///< the state directory
    std::vector<std::string> open_files;  ///< of these that others can read or write
    // ---- the server ----
    std::string server;                     ///< HOST:PORT
    bool is_named = true;                   ///< not by its address
    std::string name_problem;               ///< why its name has no address; empty: it has, or is one
    std::vector<std::string> name_servers;  ///< of this machine
    bool is_online = false;
    std::string control_way;       ///< "tcp"
    std::optional<error> problem;  ///< why not online
    std::string portal;            ///< what a captive portal said; empty: none was seen
    // ---- datagrams ----
    std::uint16_t udp_port = 0;
    nat_report nat;
    bool is_mapped = false;                            ///< a STUN server saw this node
    datagram_fate datagrams = datagram_fate::unknown;  ///< of this port, tried just now
    std::vector<port_mapping> mappings;
};

enum class verdict : std::uint8_t { ok, warning, problem };
std::string_view name_of(verdict value);

struct check {
    std::string name;  ///< stable, in JSON: "firewall"
    verdict is = verdict::ok;
    std::string text;    ///< what was found
    std::string remedy;  ///< what to do; empty if it is ok
};

/// In the order in which one would look.
std::vector<check> examine(const doctor_facts& facts);
/// Those that need no node.
std::vector<check> examine_host(const doctor_facts& facts);

/// {ok, checks: [{name, verdict, text, remedy}]}; ok: there is no problem.
wire::json doctor_json(const std::vector<check>& checks);

}  // namespace buri::core
