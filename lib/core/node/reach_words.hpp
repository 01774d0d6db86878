#pragma once
// What is known of NATs and ways, in words: names for JSON documents, and short sentences for people.
#include "buri/core/nat_report.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/wire/tunnel_messages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace buri::core {

// ---- names, as in JSON ----
std::string_view name_of(nat_mapping mapping);        ///< "endpoint_independent"
std::string_view name_of(nat_filtering filtering);    ///< "address_port_dependent"
std::string_view name_of(wire::candidate_kind kind);  ///< "host", "mapped", "port_mapped", "tcp"
std::string_view name_of(wire::punch_strategy strategy);
std::string_view name_of(wire::punch_outcome outcome);
std::string_view name_of(method_state state);
/// "direct", "tcp", "relay"
std::string_view kind_of(const tunnel_status& status);
std::string_view kind_of(const way_view& way);

// ---- words ----
/// "easy: endpoint independent, port restricted"; "hard: …" if every destination sees another port.
std::string words_for(const wire::nat_info& nat);
std::string_view words_for(wire::punch_strategy strategy);  ///< "to each address of the peer"
std::string_view words_for(wire::punch_outcome outcome);    ///< "nothing came back"

/// 0 to 1; none before so many probes were measured that it means something.
std::optional<double> known_loss(const way_view& way);

/// Every mapping gets a port that cannot be guessed.
bool is_random(const wire::nat_info& nat);
bool is_symmetric(const wire::nat_info& nat);
/// An address that only a carrier's NAT has (RFC 6598).
bool is_shared_address(const ip_address& address);
/// That anybody on the internet can route to.
bool is_global(const ip_address& address);

}  // namespace buri::core
