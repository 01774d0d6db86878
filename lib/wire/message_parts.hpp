#pragma once
// What messages of the control channel are made of. Each struct lists its fields once; see messages.hpp.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/plan.hpp"
#include "buri/base/privilege.hpp"
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace buri::wire {

inline constexpr std::size_t max_candidates = 10;

enum class candidate_kind : std::uint8_t {
    host,
    mapped,       ///< as a STUN server sees the node
    port_mapped,  ///< a port that the gateway forwards
    tcp,          ///< where the node takes streams that carry datagrams
};
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

/// A member of a network, as the network knows it.
struct member_info {
    node_id id;
    std::string name;   ///< unique in the network
    privilege_set can;  ///< of an administrator
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("name", self.name);
        field("can", self.can);
    }
    bool operator==(const member_info&) const = default;
};
/// A node that waits for approval. Only those hear of it who can approve it.
struct applicant {
    node_id id;
    std::string name;         ///< that it gets in the network
    std::string fingerprint;  ///< "SHA256:…" of its key
    wall_time since;
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("name", self.name);
        field("fingerprint", self.fingerprint);
        field("since", self.since);
    }
    bool operator==(const applicant&) const = default;
};
struct announcement_info {
    std::uint64_t id = 0;  ///< rising
    node_id author;
    std::string author_name;
    wall_time at;
    std::string text;
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("author", self.author);
        field("author_name", self.author_name);
        field("at", self.at);
        field("text", self.text);
    }
    bool operator==(const announcement_info&) const = default;
};
/// What holds for a whole network.
struct network_settings {
    network_name network;
    std::optional<node_id> owner;  ///< none: this node waits for approval and sees nobody
    bool open = false;             ///< no password
    bool locked = false;
    bool approval = false;                    ///< new members wait
    bool encryption = false;                  ///< false: off by agreement, protocol section 4
    std::uint32_t max_members = 0;            ///< by the owner's plan; 0: unlimited
    std::optional<node_id> heir;              ///< to whom the owner offers the network
    std::optional<announcement_info> latest;  ///< announcement
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("owner", self.owner);
        field("open", self.open);
        field("locked", self.locked);
        field("approval", self.approval);
        field("encryption", self.encryption);
        field("max_members", self.max_members);
        field("heir", self.heir);
        field("latest", self.latest);
    }
    bool operator==(const network_settings&) const = default;
};
struct network_info {
    network_settings settings;
    bool waiting = false;               ///< this node waits for approval: the lists are empty
    std::vector<member_info> members;   ///< the asking node included, by time of joining
    std::vector<applicant> applicants;  ///< for those who can approve them
    static constexpr auto fields(auto& self, auto&& field) {
        field("settings", self.settings);
        field("waiting", self.waiting);
        field("members", self.members);
        field("applicants", self.applicants);
    }
    bool operator==(const network_info&) const = default;
};
/// What the node's account may use.
struct plan_info {
    std::string name;
    std::optional<wall_time> until;  ///< none: no end
    std::uint32_t max_members = 0;   ///< of own networks; 0: unlimited
    std::uint32_t max_networks = 0;  ///< 0: unlimited
    permission_set permissions;
    static constexpr auto fields(auto& self, auto&& field) {
        field("name", self.name);
        field("until", self.until);
        field("max_members", self.max_members);
        field("max_networks", self.max_networks);
        field("permissions", self.permissions);
    }
    bool operator==(const plan_info&) const = default;
};
struct ban_info {
    std::optional<node_id> node;  ///< none: the account is gone
    std::string nickname;
    std::string fingerprint;
    std::string reason;
    node_id by;
    wall_time since;
    std::optional<wall_time> until;
    static constexpr auto fields(auto& self, auto&& field) {
        field("node", self.node);
        field("nickname", self.nickname);
        field("fingerprint", self.fingerprint);
        field("reason", self.reason);
        field("by", self.by);
        field("since", self.since);
        field("until", self.until);
    }
    bool operator==(const ban_info&) const = default;
};
struct invite_info {
    std::uint64_t id = 0;
    node_id by;
    wall_time created;
    std::optional<wall_time> expires;
    std::uint32_t max_uses = 0;  ///< 0: unlimited
    std::uint32_t uses = 0;
    bool approved = false;  ///< who joins with it does not wait
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("by", self.by);
        field("created", self.created);
        field("expires", self.expires);
        field("max_uses", self.max_uses);
        field("uses", self.uses);
        field("approved", self.approved);
    }
    bool operator==(const invite_info&) const = default;
};
/// One line of an audit log.
struct log_entry {
    std::uint64_t id = 0;  ///< rising
    wall_time at;
    std::optional<node_id> actor;  ///< none: the operator of the server
    std::string actor_name;
    std::string act;
    std::string network;            ///< empty: about no network
    std::optional<node_id> target;  ///< none: nobody
    std::string target_name;
    std::string before;
    std::string after;
    std::string result;  ///< "ok", or the name of the error that refused it
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("at", self.at);
        field("actor", self.actor);
        field("actor_name", self.actor_name);
        field("act", self.act);
        field("network", self.network);
        field("target", self.target);
        field("target_name", self.target_name);
        field("before", self.before);
        field("after", self.after);
        field("result", self.result);
    }
    bool operator==(const log_entry&) const = default;
};
/// A relay of the server's fleet.
struct relay_info {
    std::uint32_t id = 0;
    std::string name;
    std::string region;
    std::vector<endpoint> udp;
    std::vector<endpoint> tcp;  ///< streams without TLS
    std::vector<endpoint> tls;
    std::string host;  ///< the name for TLS; may be empty
    static constexpr auto fields(auto& self, auto&& field) {
        field("id", self.id);
        field("name", self.name);
        field("region", self.region);
        field("udp", self.udp);
        field("tcp", self.tcp);
        field("tls", self.tls);
        field("host", self.host);
    }
    bool operator==(const relay_info&) const = default;
};
/// Leave to bind one inbound SPI at a relay.
struct relay_grant {
    std::uint32_t relay = 0;
    bytes token;
    static constexpr auto fields(auto& self, auto&& field) {
        field("relay", self.relay);
        field("token", self.token);
    }
    bool operator==(const relay_grant&) const = default;
};
struct relay_round_trip {
    std::uint32_t relay = 0;
    std::uint32_t ms = 0;
    static constexpr auto fields(auto& self, auto&& field) {
        field("relay", self.relay);
        field("ms", self.ms);
    }
    bool operator==(const relay_round_trip&) const = default;
};
struct resume_point {
    std::uint64_t session = 0;   ///< of the sync
    std::uint64_t sequence = 0;  ///< of the last event that arrived
    static constexpr auto fields(auto& self, auto&& field) {
        field("session", self.session);
        field("sequence", self.sequence);
    }
    bool operator==(const resume_point&) const = default;
};

}  // namespace buri::wire
