#pragma once
// What the JSON objects of the local interface and of --json hold, for vpn(1). Fields never change their meaning; new ones may come.
#include "cli/command_table.hpp"

#include <array>
#include <span>
#include <string_view>

namespace buri::cli {

struct json_shape {
    std::string_view name;
    std::span<const field_info> fields;
};

inline constexpr auto status_fields = std::to_array<field_info>({
    {"version", "of the daemon"},
    {"pid", "of the daemon"},
    {"state", "connecting, online, offline, or alarm: the server showed another key than the pinned one"},
    {"address", "the IPv4 address in the VPN, which is the node's identity"},
    {"address6", "the IPv6 address in the VPN"},
    {"nickname", "what others call this node"},
    {"fingerprint", "SHA256:... of the identity key"},
    {"key_type", "ed25519 or rsa"},
    {"interface", "the network interface"},
    {"mtu", "of the interface, bytes"},
    {"udp_port", "of the tunnels"},
    {"server", "an object {host, port, endpoint, fingerprint, suite, verified}"},
    {"mapped", "an array of endpoints as the server sees them"},
    {"nat", "unknown, none, endpoint_independent or address_dependent"},
    {"networks", "how many this node is in"},
    {"peers", "an object of counts {total, online, direct}"},
    {"problem", "null, or an object {name, text}, the name from ERRORS"},
});

inline constexpr auto network_fields = std::to_array<field_info>({
    {"name", "the network's name"},
    {"owner", "an object {address, nickname, you}"},
    {"open", "true: no password"},
    {"member_count", "this node included"},
    {"max_members", "as many can be in it"},
    {"peers", "an array of peers, this node left out"},
});

inline constexpr auto peer_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN"},
    {"address6", "the IPv6 address in the VPN"},
    {"nickname", "the nickname"},
    {"online", "true if the server sees it"},
    {"state", "direct, connecting or offline"},
    {"endpoint", "null, or where its packets come from, IP:PORT"},
    {"rtt_ms", "null, or the round trip in milliseconds"},
    {"suite", "null, or the crypto suite of the tunnel: aes, chacha, classic"},
    {"epoch", "null, or the epoch of the tunnel's keys"},
    {"fingerprint", "SHA256:... of its key, as the server told it"},
    {"verified", "true if somebody compared the fingerprint here"},
    {"sent_bytes", "through the tunnel"},
    {"received_bytes", "through the tunnel"},
    {"networks", "an array of names, those in common"},
    {"problem", "null, or an object {name, text}"},
});

inline constexpr auto event_fields = std::to_array<field_info>({
    {"event", "online, offline, peer, network, left, tunnel or notice"},
    {"time", "RFC 3339, UTC"},
    {"...", "fields of the kind: a peer's, a network's, or {text}"},
});

inline constexpr auto error_fields = std::to_array<field_info>({
    {"name", "from ERRORS"},
    {"code", "its number"},
    {"exit", "the exit code"},
    {"text", "what failed, why, and the next step"},
});

inline constexpr auto json_shapes = std::to_array<json_shape>({
    {"status", status_fields},
    {"network", network_fields},
    {"peer", peer_fields},
    {"event", event_fields},
    {"error", error_fields},
});

}  // namespace buri::cli
