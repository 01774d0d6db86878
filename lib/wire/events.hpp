#pragma once
// Server to node: events.
#include "buri/wire/message_parts.hpp"

namespace buri::wire {

/// Everything that the node may know, replacing what it knew.
struct sync {
    static constexpr std::string_view kind = "sync";
    node_id id;
    std::string nickname;
    std::string pool;           ///< addresses of all nodes, "100.64.0.0/10"
    std::string ula;            ///< the server's IPv6 ULA prefix, a /64
    std::uint64_t session = 0;  ///< for resume
    plan_info plan;
    std::vector<peer_info> peers;  ///< members of the networks below, without this node
    std::vector<network_info> networks;
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("nickname", self.nickname);
        field("pool", self.pool);
        field("ula", self.ula);
        field("session", self.session);
        field("plan", self.plan);
        field("peers", self.peers);
        field("networks", self.networks);
    }
    bool operator==(const sync&) const = default;
};
/// What the node knew holds; the events that it missed follow.
struct resumed {
    static constexpr std::string_view kind = "resumed";
    static constexpr auto fields(auto&, auto&&) {}
    bool operator==(const resumed&) const = default;
};
/// The node's plan is another one now.
struct plan_event {
    static constexpr std::string_view kind = "plan";
    plan_info plan;
    static constexpr auto fields(auto& self, auto&& field) { field("plan", self.plan); }
    bool operator==(const plan_event&) const = default;
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
/// A network that this node is in has other settings, the same members.
struct settings_event {
    static constexpr std::string_view kind = "settings";
    network_settings settings;
    static constexpr auto fields(auto& self, auto&& field) { field("settings", self.settings); }
    bool operator==(const settings_event&) const = default;
};
/// A new member, who may have been an applicant.
struct member_joined {
    static constexpr std::string_view kind = "joined";
    network_name network;
    member_info member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const member_joined&) const = default;
};
struct member_changed {
    static constexpr std::string_view kind = "member";
    network_name network;
    member_info member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const member_changed&) const = default;
};
struct member_left {
    static constexpr std::string_view kind = "left";
    network_name network;
    node_id member;
    std::string reason;  ///< "left", "evicted", "banned", "account_deleted"
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("reason", self.reason);
    }
    bool operator==(const member_left&) const = default;
};
/// Somebody waits for approval.
struct member_requested {
    static constexpr std::string_view kind = "requested";
    network_name network;
    applicant who;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("who", self.who);
    }
    bool operator==(const member_requested&) const = default;
};
/// Somebody does not wait any more and is no member.
struct request_gone {
    static constexpr std::string_view kind = "request_gone";
    network_name network;
    node_id member;
    std::string reason;  ///< "left", "rejected", "banned", "account_deleted"
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("reason", self.reason);
    }
    bool operator==(const request_gone&) const = default;
};
/// This node is no longer in the network.
struct network_gone {
    static constexpr std::string_view kind = "gone";
    network_name network;
    std::string reason;  ///< "left", "deleted", "evicted", "banned", "rejected"
    std::string text;    ///< why, in words; may be empty
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("reason", self.reason);
        field("text", self.text);
    }
    bool operator==(const network_gone&) const = default;
};
/// Once, to a new member; repeated on the next connection until the node says that it has seen it.
struct welcome_event {
    static constexpr std::string_view kind = "welcomed";
    network_name network;
    std::string text;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("text", self.text);
    }
    bool operator==(const welcome_event&) const = default;
};
/// Repeated on the next connection until the node says that it has seen it.
struct announcement_event {
    static constexpr std::string_view kind = "announcement";
    network_name network;
    announcement_info message;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("message", self.message);
    }
    bool operator==(const announcement_event&) const = default;
};
/// An administrative act in a network that this node owns.
struct log_event {
    static constexpr std::string_view kind = "logged";
    log_entry entry;
    static constexpr auto fields(auto& self, auto&& field) { field("entry", self.entry); }
    bool operator==(const log_event&) const = default;
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
    std::vector<network_name> networks;              ///< in common
    std::optional<bool> plain;                       ///< true: without encryption, protocol section 4
    std::optional<std::vector<relay_grant>> relays;  ///< for `in`, best first
    std::optional<endpoint> seen;                    ///< where the peer's connection to the server comes from
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
        field("plain", self.plain);
        field("relays", self.relays);
        field("seen", self.seen);
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
    std::optional<endpoint> seen;
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("candidates", self.candidates);
        field("seen", self.seen);
    }
    bool operator==(const peer_candidates&) const = default;
};
/// The relays of a tunnel are others now, or have fresh tokens; replaces those of tunnel open.
struct tunnel_relays {
    static constexpr std::string_view kind = "tunnel_relays";
    node_id peer;
    spi in;
    std::vector<relay_grant> relays;  ///< best first
    static constexpr auto fields(auto& self, auto&& field) {
        field("peer", self.peer);
        field("in", self.in);
        field("relays", self.relays);
    }
    bool operator==(const tunnel_relays&) const = default;
};
/// The server's fleet; replaces what was known of it.
struct relay_list {
    static constexpr std::string_view kind = "relays";
    std::vector<relay_info> relays;
    static constexpr auto fields(auto& self, auto&& field) { field("relays", self.relays); }
    bool operator==(const relay_list&) const = default;
};
/// Where this node's connection comes from, as the server sees it, and the server's STUN addresses.
struct seen_event {
    static constexpr std::string_view kind = "seen";
    endpoint at;
    std::vector<endpoint> stun;
    static constexpr auto fields(auto& self, auto&& field) {
        field("at", self.at);
        field("stun", self.stun);
    }
    bool operator==(const seen_event&) const = default;
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

}  // namespace buri::wire
