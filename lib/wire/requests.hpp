#pragma once
// Node to server: requests about the node itself and its memberships; each is answered.
#include "buri/wire/message_parts.hpp"

namespace buri::wire {

/// First message after AUTH OK; answered with ok, then sync, or with resumed and the events that were missed.
struct hello {
    static constexpr std::string_view kind = "hello";
    std::string software;
    std::vector<std::uint8_t> suites;  ///< between peers, in order of preference
    std::vector<kept_tunnel> tunnels;
    std::optional<bool> plain;           ///< true: this node allows tunnels without encryption
    std::optional<resume_point> resume;  ///< events after it are enough, if the server still has them
    static constexpr auto fields(auto& self, auto&& field) {
        field("software", self.software);
        field("suites", self.suites);
        field("tunnels", self.tunnels);
        field("plain", self.plain);
        field("resume", self.resume);
    }
    bool operator==(const hello&) const = default;
};
/// Where this node may be reached now; replaces what was said before.
struct endpoints {
    static constexpr std::string_view kind = "endpoints";
    std::vector<candidate> candidates;
    nat_kind nat = nat_kind::unknown;
    std::optional<std::vector<relay_round_trip>> relays;  ///< those that answer
    static constexpr auto fields(auto& self, auto&& field) {
        field("candidates", self.candidates);
        field("nat", self.nat);
        field("relays", self.relays);
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
    std::optional<bytes> invite;  ///< the token, 16 bytes; instead of a password
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("password", self.password);
        field("invite", self.invite);
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
/// Asks the server to send a STUN success response with this transaction to `at`, from a port that the node has not sent to. `at`
/// has the address that the node's connection comes from.
struct check_reach {
    static constexpr std::string_view kind = "check_reach";
    endpoint at;
    bytes transaction;  ///< 12 bytes
    static constexpr auto fields(auto& self, auto&& field) {
        field("at", self.at);
        field("transaction", self.transaction);
    }
    bool operator==(const check_reach&) const = default;
};
/// A relay, instead of hello: joins the fleet for as long as this connection lasts. Answered with ok, then with the event `relays`,
/// which holds this relay alone: its number and name. Where an address is 0.0.0.0 or ::, the one that the connection comes from is
/// meant.
struct relay_hello {
    static constexpr std::string_view kind = "relay_hello";
    bytes token;  ///< of the fleet, as `vpn server relay add` printed it: the bytes of the text
    std::string software;
    std::vector<endpoint> udp;
    std::vector<endpoint> tcp;
    std::vector<endpoint> tls;
    std::string host;
    static constexpr auto fields(auto& self, auto&& field) {
        field("token", self.token);
        field("software", self.software);
        field("udp", self.udp);
        field("tcp", self.tcp);
        field("tls", self.tls);
        field("host", self.host);
    }
    bool operator==(const relay_hello&) const = default;
};
/// A relay's heartbeat; one that is silent for 30 s is gone.
struct relay_load {
    static constexpr std::string_view kind = "relay_load";
    std::uint32_t bindings = 0;
    std::uint32_t kbit = 0;    ///< per second, forwarded of late
    std::optional<bool> full;  ///< true: it takes no new bindings
    static constexpr auto fields(auto& self, auto&& field) {
        field("bindings", self.bindings);
        field("kbit", self.kbit);
        field("full", self.full);
    }
    bool operator==(const relay_load&) const = default;
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

}  // namespace buri::wire
