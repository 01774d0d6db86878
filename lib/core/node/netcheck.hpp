#pragma once
// What a node knows of its own way to the internet, as the JSON document of `vpn netcheck`. Pure.
#include "buri/base/errors.hpp"
#include "buri/core/nat_report.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/core/port_mapping/report.hpp"
#include "buri/wire/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace buri::core {

struct netcheck_facts {
    time_point now{};
    bool is_online = false;           ///< connected to the server
    std::string control_way;          ///< "tcp", "tls", "tls via proxy HOST"; empty: none yet
    std::optional<endpoint> control;  ///< of the server, while connected
    std::optional<error> problem;     ///< why it is not connected
    std::string portal;               ///< what a captive portal said; empty: none was seen
    std::vector<ip_address> hosts;    ///< own addresses
    std::uint16_t udp_port = 0;
    std::vector<endpoint> mapped;  ///< as STUN servers see this node, of either family
    nat_report nat;
    std::vector<relay_view> relays;
    std::optional<port_mapping_report> gateway;
    std::vector<port_mapping> mappings;
    guess_usage guesses;
};

/// The fields are those of vpn(1), `netcheck`.
wire::json netcheck_json(const netcheck_facts& facts);

/// A relay's place in the list of facts, the nearest that answers; none if none does.
std::optional<std::size_t> best_relay(const std::vector<relay_view>& relays);

/// Why this node seems to be behind its provider's NAT; empty if it does not.
std::string carrier_nat_reason(const netcheck_facts& facts);

}  // namespace buri::core
