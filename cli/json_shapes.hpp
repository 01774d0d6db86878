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
    {"server",
     "an object {host, port, endpoint, way, fingerprint, suite, verified}; way is tcp, tls or tls via proxy HOST"},
    {"mapped", "an array of endpoints as the server sees them"},
    {"nat",
     "what the NAT's mappings depend on: unknown, none, endpoint_independent, address_dependent or "
     "address_port_dependent"},
    {"networks", "how many this node is in"},
    {"peers", "an object of counts {total, online, direct, relay, idle}"},
    {"unencrypted_peers", "how many of them are reached without encryption"},
    {"plan",
     "an object {name, until, max_members, max_networks, permissions}; until is null or RFC 3339, 0 is unlimited"},
    {"problem", "null, or an object {name, text}, the name from ERRORS"},
    {"data_plane",
     "an object: threads; aes and chacha, the library that seals; tun_headers, tun_checksums, tun_tcp, tun_udp, "
     "udp_segmentation and udp_coalescing, true for what the kernel does; receive_buffer in bytes; read, sent, "
     "received "
     "and written, each {calls, packets}; fallbacks, waits, refused, truncated and malformed, counts of calls that did "
     "not go as they should"},
});

inline constexpr auto network_fields = std::to_array<field_info>({
    {"name", "the network's name"},
    {"owner", "an object {address, nickname, you}; null while waiting"},
    {"open", "true: no password"},
    {"locked", "true: nobody new joins"},
    {"approval", "auto, or manual: new members wait for it"},
    {"encryption", "on, or off: asked for, see encrypted of each peer"},
    {"waiting", "true: this node waits for approval and sees nobody"},
    {"member_count", "this node included"},
    {"max_members", "as many can be in it; 0: unlimited"},
    {"heir", "null, or the address to whom it was offered"},
    {"announcement", "null, or the newest {id, time, author, text}; author is {address, name}"},
    {"you", "null while waiting, or an object {name, can}: this node in the network"},
    {"applicants", "an array of requests, for those who can approve"},
    {"peers",
     "an array of peers, this node left out; each has also name, in the network, and can, an array of privileges"},
});

inline constexpr auto peer_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN"},
    {"address6", "the IPv6 address in the VPN"},
    {"nickname", "the nickname"},
    {"online", "true if the server sees it"},
    {"state",
     "direct, relay, idle (nothing was sent for two minutes: it rests at its relay and wakes with the next packet), "
     "connecting "
     "or offline"},
    {"path",
     "null, or the way that packets take, an object {kind, endpoint, relay}: kind is direct, tcp (a TCP connection "
     "between the "
     "two) or relay; relay is null or {id, name, region}"},
    {"mtu", "null, or the largest packet that the path carries in one piece, bytes"},
    {"endpoint", "null, or where packets for it are sent, IP:PORT; of the relay if the path leads through one"},
    {"rtt_ms", "null, or the round trip in milliseconds"},
    {"suite", "null, or the crypto suite of the tunnel: aes, chacha, classic"},
    {"epoch", "null, or the epoch of the tunnel's keys"},
    {"fingerprint", "SHA256:... of its key, as the server told it"},
    {"verified", "true if somebody compared the fingerprint here"},
    {"encrypted", "null without a tunnel; false: its packets are signed, but everybody on the way can read them"},
    {"sent_bytes", "through the tunnel"},
    {"received_bytes", "through the tunnel"},
    {"networks", "an array of names, those in common"},
    {"problem", "null, or an object {name, text}"},
});

inline constexpr auto netcheck_fields = std::to_array<field_info>({
    {"online", "true: connected to the server; without it the rest is what was known last"},
    {"udp", "true: datagrams get out and back; false: UDP is blocked; null: not known yet"},
    {"udp_port", "of the tunnels"},
    {"nat",
     "an object {mapping, filtering, text, symmetric, port_preserved, port_step, ports, lifetime_s}: what mappings and "
     "filtering "
     "depend on after RFC 4787, as nat in the status; in words; every destination sees another port; the mapped port "
     "is the "
     "host's own; null, or how far the next mapping's port is from the last; ports of mappings seen; null, or how long "
     "a mapping "
     "lives at least without a packet"},
    {"mapped", "an array of endpoints as STUN servers see this node"},
    {"ipv6", "an object {addresses, works}: own global ones; whether a STUN server answers over IPv6, or null"},
    {"carrier_nat", "null, or why this machine seems to be behind the NAT of its provider"},
    {"intercepted",
     "null, or what answered in the server's place: a captive portal's redirect, a web server, an intercepting "
     "proxy's certificate"},
    {"port_mapping",
     "an object {gateway, gateway6, methods, pinhole, mappings, double_nat}: methods is an array of {method, state, "
     "reason, "
     "external, left_s, text}, state being not_asked, asking, no_answer, refused or mapped; pinhole one of these for "
     "IPv6; "
     "mappings an array of {protocol, method, external, lifetime_s, verified}; double_nat: the router is behind "
     "another NAT"},
    {"relays",
     "an array of {id, name, region, rtt_ms, way, tunnels, best}; way is udp, stream, or null: it does not answer"},
    {"control",
     "the connection to the server, an object {connected, way, endpoint, problem}; problem is null or {name, text}"},
    {"punching",
     "an object {guesses, most_guesses, most_per_second, spraying}: ports guessed in the last 30 s, and what is "
     "allowed"},
});

inline constexpr auto why_fields = std::to_array<field_info>({
    {"peer", "the peer"},
    {"verdict", "how packets go and why, in words"},
    {"advice", "an array of sentences: what would help, the best first"},
    {"you",
     "this end's evidence, an object {nickname, nat, candidates, tried}: nat is null or {udp, mapping, filtering, "
     "port_step, spray, "
     "text}; candidates an array of {kind, endpoint}, kind being host, mapped, port_mapped or tcp; tried an array of "
     "{ago_s, "
     "strategy, outcome, took_ms, packets, text}, oldest first"},
    {"other", "the peer's, as it told it through the tunnel"},
    {"ways",
     "an array of {kind, endpoint, relay, path, alive, rtt_ms, loss, age_s}: ways that are known, path true for the "
     "one that "
     "packets take, loss from 0 to 1 or null before 20 probes were measured, age_s since the last answer"},
});

inline constexpr auto doctor_fields = std::to_array<field_info>({
    {"ok", "false: there is a problem"},
    {"checks",
     "an array of {name, verdict, text, remedy}: verdict is ok, warning or problem; remedy is null or what to do. The "
     "names are "
     "daemon, tun, state, clock, uplink, routes, rp_filter, dns, server, udp, firewall, path_mtu; without a daemon "
     "rights, and of these what needs none"},
});

inline constexpr auto event_fields = std::to_array<field_info>({
    {"event",
     "online, offline, problem, peer, network, left, tunnel, notice, requested, request_gone, welcome, announcement, "
     "logged or "
     "plan"},
    {"time", "RFC 3339, UTC"},
    {"...", "fields of the kind, as below"},
    {"problem", "{name, text}: why there is no connection to the server; the name from ERRORS"},
    {"peer", "a peer's fields"},
    {"network", "a network's fields that changed; with change left: {network, peer, reason}"},
    {"left", "{network, reason, text}: this node is in the network no more; rejected, evicted, banned, deleted, left"},
    {"requested", "{network, peer, name, fingerprint}: somebody waits for approval"},
    {"request_gone", "{network, peer, reason}: not any more"},
    {"welcome", "{network, text}"},
    {"announcement", "{network, id, author, text}"},
    {"logged", "the fields of a log entry"},
    {"plan", "{name, until}: the account's plan changed, or ends within 14 days"},
    {"notice", "{text}"},
});

inline constexpr auto request_fields = std::to_array<field_info>({
    {"network", "the network's name"},
    {"address", "the IPv4 address in the VPN"},
    {"name", "in the network"},
    {"fingerprint", "SHA256:... of its key"},
    {"since", "when it asked, RFC 3339"},
});

inline constexpr auto ban_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN; null: the account is gone, its key stays banned"},
    {"nickname", "as it was"},
    {"fingerprint", "SHA256:... of its key"},
    {"reason", "may be empty"},
    {"by", "who banned, an object {address, name}"},
    {"since", "RFC 3339"},
    {"until", "null, or when it ends, RFC 3339"},
});

inline constexpr auto administrator_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN"},
    {"name", "in the network"},
    {"can", "an array of privileges: password, access, approve, evict, ban, message"},
});

inline constexpr auto announcement_fields = std::to_array<field_info>({
    {"id", "rising"},
    {"time", "RFC 3339"},
    {"author", "an object {address, name}"},
    {"text", "what was told"},
});

inline constexpr auto invite_fields = std::to_array<field_info>({
    {"id", "for 'vpn uninvite'"},
    {"by", "who made it, an object {address, name}"},
    {"created", "RFC 3339"},
    {"expires", "null, or from when on it is not valid, RFC 3339"},
    {"max_uses", "how often it can be used; 0: as often as wanted"},
    {"uses", "how often it was"},
    {"approved", "true: who joins with it does not wait"},
});

inline constexpr auto log_fields = std::to_array<field_info>({
    {"id", "rising"},
    {"time", "RFC 3339"},
    {"actor", "an object {address, name}; the address is null for the operator of the server"},
    {"act",
     "create, join, leave, delete, set, approve, reject, evict, ban, unban, grant, revoke, transfer, heir, welcome, "
     "announce, invite, uninvite, licence, rotate, delete_account, nick; of the operator plan, remove_account, "
     "remove_network, licence_make, relay_add, relay_remove"},
    {"network", "its name; empty: about none"},
    {"target", "null, or an object {address, name}"},
    {"before", "what it was, in words"},
    {"after", "what it is now"},
    {"result", "ok, or the name of the error that refused it"},
});

inline constexpr auto error_fields = std::to_array<field_info>({
    {"name", "from ERRORS"},
    {"code", "its number"},
    {"exit", "the exit code"},
    {"text", "what failed, why, and the next step"},
});

inline constexpr auto server_fields = std::to_array<field_info>({
    {"version", "of the server"},
    {"pid", "of the server"},
    {"name", "null, or what it calls itself"},
    {"uptime_s", "seconds since its start"},
    {"listen_tcp", "the TCP port where nodes connect"},
    {"accounts", "how many there are"},
    {"networks", "how many there are"},
    {"online", "accounts that are connected"},
    {"connections", "control connections"},
    {"tunnels", "pairs of nodes that were introduced"},
    {"default_plan", "of accounts without one of their own"},
    {"fingerprint_ed25519", "of the host key"},
    {"fingerprint_rsa", "of the host key for suite 1"},
});

inline constexpr auto account_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN"},
    {"nickname", "the nickname"},
    {"fingerprint", "SHA256:... of its key"},
    {"created", "RFC 3339"},
    {"plan", "its plan"},
    {"plan_until", "null, or its end, RFC 3339"},
    {"online", "true if it is connected"},
    {"networks", "how many it is in; with 'server account', an array of {name, owner, waiting, can}"},
    {"owned", "how many it owns"},
    {"version", "its software; with 'server account'"},
});

inline constexpr auto server_network_fields = std::to_array<field_info>({
    {"name", "the network's name"},
    {"owner", "an object {address, nickname}"},
    {"members", "how many; with 'server network', an array of {address, name, nickname, online, can, waiting, joined}"},
    {"waiting", "how many wait for approval"},
    {"open", "true: no password"},
    {"locked", "true: nobody new joins"},
    {"approval", "auto or manual"},
    {"encryption", "on or off"},
    {"created", "RFC 3339"},
    {"bans", "how many; with 'server network'"},
    {"invites", "how many; with 'server network'"},
});

inline constexpr auto plan_fields = std::to_array<field_info>({
    {"name", "of the plan"},
    {"default", "true: of accounts without one of their own"},
    {"max_members", "of a network that its account owns; 0: unlimited"},
    {"max_networks", "that its account is in; 0: unlimited"},
    {"relay_kbit", "kbit/s through relays; 0: unlimited"},
    {"proxy_bytes", "through a peer's web proxy in one connection; 0: unlimited"},
    {"permissions", "an array of names, see vpn-config(5)"},
});

inline constexpr auto licence_fields = std::to_array<field_info>({
    {"id", "of the key"},
    {"plan", "that it gives"},
    {"for", "null, or the only address that can install it"},
    {"months", "how long it lasts"},
    {"made", "RFC 3339"},
    {"used_by", "null, or the address that installed it"},
    {"used", "null, or when, RFC 3339"},
});

inline constexpr auto fleet_fields = std::to_array<field_info>({
    {"id", "its number"},
    {"name", "its name; server: the server's own"},
    {"region", "null, or where it is"},
    {"created", "RFC 3339; null of the server's own"},
    {"online", "true: nodes can use it"},
    {"since", "null, or when it joined, RFC 3339"},
    {"version", "null, or of its software"},
    {"bindings", "how many tunnel ends it serves"},
    {"kbit", "kbit/s that it forwards"},
    {"full", "true: it takes no more"},
    {"udp", "an array of endpoints"},
    {"tcp", "an array of endpoints for streams"},
    {"tls", "an array of endpoints for TLS streams"},
});

inline constexpr auto json_shapes = std::to_array<json_shape>({
    {"status", status_fields},
    {"network", network_fields},
    {"peer", peer_fields},
    {"netcheck", netcheck_fields},
    {"why", why_fields},
    {"doctor", doctor_fields},
    {"event", event_fields},
    {"request", request_fields},
    {"ban", ban_fields},
    {"administrator", administrator_fields},
    {"announcement", announcement_fields},
    {"invite", invite_fields},
    {"log entry", log_fields},
    {"server status", server_fields},
    {"account", account_fields},
    {"server network", server_network_fields},
    {"plan", plan_fields},
    {"licence", licence_fields},
    {"relay of the fleet", fleet_fields},
    {"error", error_fields},
});

}  // namespace buri::cli
