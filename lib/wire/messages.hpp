#pragma once
// The CBOR messages of the control channel after AUTH OK (protocol section 3, Messages in MSG).
//
// Each kind is one struct that lists its fields once; that list both writes and reads it, as CBOR for the wire and as JSON for
// the local interface. A map holds `t` (the kind) and, for a request and its answer, `q`; events from the server hold `s`.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"
#include "buri/wire/json_fwd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace buri::wire {

inline constexpr std::size_t max_candidates = 10;

enum class candidate_kind : std::uint8_t { host, mapped };
enum class nat_kind : std::uint8_t { unknown, none, endpoint_independent, address_dependent };

/// Where a node may be reached.
struct candidate {
    candidate_kind kind = candidate_kind::host;
    endpoint at;
    static constexpr auto fields(auto& self, auto&& field) {
        field("kind", self.kind);
        field("at", self.at);
    }
    bool operator==(const candidate&) const = default;
};

/// A tunnel that a node still has, told on reconnecting so that the server keeps it.
struct kept_tunnel {
    node_id peer;
    spi in;
    spi out;
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("in", self.in);
        field("out", self.out);
    }
    bool operator==(const kept_tunnel&) const = default;
};

struct peer_info {
    node_id id;
    std::string nickname;
    std::string fingerprint;  ///< "SHA256:…" of the peer's key
    bool online = false;
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("nickname", self.nickname);
        field("fingerprint", self.fingerprint);
        field("online", self.online);
    }
    bool operator==(const peer_info&) const = default;
};

struct network_info {
    network_name name;
    node_id owner;
    bool open = false;  ///< no password
    std::uint32_t max_members = 0;
    std::vector<node_id> members;  ///< the asking node included
    static constexpr auto fields(auto& self, auto&& field) {
        field("name", self.name);
        field("owner", self.owner);
        field("open", self.open);
        field("max_members", self.max_members);
        field("members", self.members);
    }
    bool operator==(const network_info&) const = default;
};

// ---- node to server: requests, each answered with ok or error ----------------------------------------------------------

/// First message after AUTH OK; answered with ok, then sync.
struct hello {
    static constexpr std::string_view kind = "hello";
    std::string software;
    std::vector<std::uint8_t> suites;  ///< between peers, in order of preference
    std::vector<kept_tunnel> tunnels;
    static constexpr auto fields(auto& self, auto&& field) {
        field("software", self.software);
        field("suites", self.suites);
        field("tunnels", self.tunnels);
    }
    bool operator==(const hello&) const = default;
};
/// Where this node may be reached now; replaces what was said before.
struct endpoints {
    static constexpr std::string_view kind = "endpoints";
    std::vector<candidate> candidates;
    nat_kind nat = nat_kind::unknown;
    static constexpr auto fields(auto& self, auto&& field) {
        field("candidates", self.candidates);
        field("nat", self.nat);
    }
    bool operator==(const endpoints&) const = default;
};
struct create_network {
    static constexpr std::string_view kind = "create";
    network_name network;
    std::optional<std::string> password;  ///< none: open
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("password", self.password);
    }
    bool operator==(const create_network&) const = default;
};
struct join_network {
    static constexpr std::string_view kind = "join";
    network_name network;
    std::optional<std::string> password;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("password", self.password);
    }
    bool operator==(const join_network&) const = default;
};
struct leave_network {
    static constexpr std::string_view kind = "leave";
    network_name network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const leave_network&) const = default;
};
struct delete_network {
    static constexpr std::string_view kind = "delete";
    network_name network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const delete_network&) const = default;
};
struct set_nickname {
    static constexpr std::string_view kind = "nick";
    std::string nickname;
    static constexpr auto fields(auto& self, auto&& field) { field("nickname", self.nickname); }
    bool operator==(const set_nickname&) const = default;
};
/// Asks for a fresh tunnel to a peer: the present one cannot be revived.
struct tunnel_request {
    static constexpr std::string_view kind = "tunnel";
    node_id peer;
    static constexpr auto fields(auto& self, auto&& field) { field("peer", self.peer); }
    bool operator==(const tunnel_request&) const = default;
};
struct ping {
    static constexpr std::string_view kind = "ping";
    static constexpr auto fields(auto&, auto&&) {}
    bool operator==(const ping&) const = default;
};
/// The node goes offline on purpose.
struct bye {
    static constexpr std::string_view kind = "bye";
    static constexpr auto fields(auto&, auto&&) {}
    bool operator==(const bye&) const = default;
};

// ---- server to node: answers ---------------------------------------------------------------------------------------------

struct ok_answer {
    static constexpr std::string_view kind = "ok";
    static constexpr auto fields(auto&, auto&&) {}
    bool operator==(const ok_answer&) const = default;
};
struct error_answer {
    static constexpr std::string_view kind = "error";
    std::uint16_t code = 0;
    std::string text;
    static constexpr auto fields(auto& self, auto&& field) {
        field("code", self.code);
        field("text", self.text);
    }
    bool operator==(const error_answer&) const = default;
};

// ---- server to node: events ----------------------------------------------------------------------------------------------

/// Everything that the node may know, replacing what it knew.
struct sync {
    static constexpr std::string_view kind = "sync";
    node_id id;
    std::string nickname;
    std::string pool;              ///< addresses of all nodes, "100.64.0.0/10"
    std::string ula;               ///< the server's IPv6 ULA prefix, a /64
    std::vector<peer_info> peers;  ///< members of the networks below, without this node
    std::vector<network_info> networks;
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("nickname", self.nickname);
        field("pool", self.pool);
        field("ula", self.ula);
        field("peers", self.peers);
        field("networks", self.networks);
    }
    bool operator==(const sync&) const = default;
};
/// A peer that came into view or changed.
struct peer_event {
    static constexpr std::string_view kind = "peer";
    peer_info peer;
    static constexpr auto fields(auto& self, auto&& field) { field("peer", self.peer); }
    bool operator==(const peer_event&) const = default;
};
/// A network that this node is in came into being or changed, members included.
struct network_event {
    static constexpr std::string_view kind = "network";
    network_info network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const network_event&) const = default;
};
struct member_joined {
    static constexpr std::string_view kind = "joined";
    network_name network;
    node_id member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const member_joined&) const = default;
};
struct member_left {
    static constexpr std::string_view kind = "left";
    network_name network;
    node_id member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const member_left&) const = default;
};
/// This node is no longer in the network.
struct network_gone {
    static constexpr std::string_view kind = "gone";
    network_name network;
    std::string reason;  ///< "left", "deleted"
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("reason", self.reason);
    }
    bool operator==(const network_gone&) const = default;
};
struct tunnel_open {
    static constexpr std::string_view kind = "open";
    node_id peer;
    std::string nickname;
    bytes key;  ///< the peer's key blob
    spi in;     ///< what arrives here carries it
    spi out;    ///< what leaves here carries it
    std::uint8_t suite = 0;
    bytes punch;  ///< 16 bytes, the same for both
    std::vector<candidate> candidates;
    std::vector<network_name> networks;  ///< in common
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("nickname", self.nickname);
        field("key", self.key);
        field("in", self.in);
        field("out", self.out);
        field("suite", self.suite);
        field("punch", self.punch);
        field("candidates", self.candidates);
        field("networks", self.networks);
    }
    bool operator==(const tunnel_open&) const = default;
};
struct tunnel_close {
    static constexpr std::string_view kind = "close";
    node_id peer;
    spi in;              ///< the tunnel meant, as the receiver knows it
    std::string reason;  ///< "offline", "no_common_network", "replaced"
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("in", self.in);
        field("reason", self.reason);
    }
    bool operator==(const tunnel_close&) const = default;
};
/// The peer may now be reached elsewhere; replaces the candidates of tunnel open.
struct peer_candidates {
    static constexpr std::string_view kind = "candidates";
    node_id peer;
    std::vector<candidate> candidates;
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("candidates", self.candidates);
    }
    bool operator==(const peer_candidates&) const = default;
};
/// A sentence for the user.
struct notice {
    static constexpr std::string_view kind = "notice";
    std::uint16_t code = 0;
    std::string text;
    std::optional<node_id> peer;  ///< whom it is about: why there is no tunnel
    static constexpr auto fields(auto& self, auto&& field) {
        field("code", self.code);
        field("text", self.text);
        field("peer", self.peer);
    }
    bool operator==(const notice&) const = default;
};

using request = std::variant<hello, endpoints, create_network, join_network, leave_network, delete_network,
                             set_nickname, tunnel_request, ping, bye>;
using answer = std::variant<ok_answer, error_answer>;
using event = std::variant<sync, peer_event, network_event, member_joined, member_left, network_gone, tunnel_open,
                           tunnel_close, peer_candidates, notice>;

struct numbered_request {
    std::uint32_t number = 0;  ///< q
    request body;
    bool operator==(const numbered_request&) const = default;
};
struct numbered_answer {
    std::uint32_t number = 0;  ///< q
    answer body;
    bool operator==(const numbered_answer&) const = default;
};
struct numbered_event {
    std::uint64_t sequence = 0;  ///< s
    event body;
    bool operator==(const numbered_event&) const = default;
};
using server_message = std::variant<numbered_answer, numbered_event>;

/// errc::unknown_request; errc::malformed, which names the field; errc::name_invalid for a network's name. All with the number
/// that is to be answered, or 0 if the message has none that can be read.
struct bad_request {
    std::uint32_t number = 0;
    error why;
};
tl::expected<numbered_request, bad_request> parse_request(byte_view cbor);
/// Unknown kinds of events are errc::unknown_request, to be ignored; anything else wrong is errc::malformed.
result<server_message> parse_server_message(byte_view cbor);

bytes encode(const numbered_request& message);
bytes encode(const server_message& message);

/// One struct as JSON: its fields, without `t`. For the local interface.
template <typename Message>
json to_json(const Message& message);

// ---- inside a tunnel: 0xF0 and one CBOR map (protocol section 4) ---------------------------------------------------------

struct echo {
    static constexpr std::string_view kind = "echo";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo&) const = default;
};
struct echo_reply {
    static constexpr std::string_view kind = "echo_reply";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo_reply&) const = default;
};
using tunnel_message = std::variant<echo, echo_reply>;

/// `inner` starts with 0xF0. Unknown kinds are errc::unknown_request, to be ignored.
result<tunnel_message> parse_tunnel_message(byte_view inner);
bytes encode(const tunnel_message& message);

}  // namespace buri::wire
