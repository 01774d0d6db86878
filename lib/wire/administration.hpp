#pragma once
// Node to server: requests that administer networks and accounts; each is answered.
#include "buri/wire/message_parts.hpp"

namespace buri::wire {

/// Changes what is named and nothing else.
struct set_access {
    static constexpr std::string_view kind = "set";
    network_name network;
    std::optional<std::string> password;  ///< the new one
    std::optional<bool> open;             ///< true: no password any more
    std::optional<bool> locked;
    std::optional<bool> approval;  ///< true: new members wait
    std::optional<bool> encryption;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("password", self.password);
        field("open", self.open);
        field("locked", self.locked);
        field("approval", self.approval);
        field("encryption", self.encryption);
    }
    bool operator==(const set_access&) const = default;
};
struct approve_member {
    static constexpr std::string_view kind = "approve";
    network_name network;
    node_id member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const approve_member&) const = default;
};
struct reject_member {
    static constexpr std::string_view kind = "reject";
    network_name network;
    node_id member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const reject_member&) const = default;
};
struct evict_member {
    static constexpr std::string_view kind = "evict";
    network_name network;
    node_id member;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const evict_member&) const = default;
};
struct ban_node {
    static constexpr std::string_view kind = "ban";
    network_name network;
    node_id member;
    std::string reason;  ///< may be empty
    std::optional<wall_time> until;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("reason", self.reason);
        field("until", self.until);
    }
    bool operator==(const ban_node&) const = default;
};
struct unban_node {
    static constexpr std::string_view kind = "unban";
    network_name network;
    std::optional<node_id> member;
    std::optional<std::string> fingerprint;  ///< instead: of the key
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("fingerprint", self.fingerprint);
    }
    bool operator==(const unban_node&) const = default;
};
struct list_bans {
    static constexpr std::string_view kind = "bans";
    network_name network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const list_bans&) const = default;
};
/// Adds to what the member can do already.
struct grant_privileges {
    static constexpr std::string_view kind = "grant";
    network_name network;
    node_id member;
    privilege_set can;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("can", self.can);
    }
    bool operator==(const grant_privileges&) const = default;
};
struct revoke_privileges {
    static constexpr std::string_view kind = "revoke";
    network_name network;
    node_id member;
    privilege_set can;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
        field("can", self.can);
    }
    bool operator==(const revoke_privileges&) const = default;
};
struct offer_transfer {
    static constexpr std::string_view kind = "transfer";
    network_name network;
    std::optional<node_id> member;  ///< none: the offer is withdrawn
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("member", self.member);
    }
    bool operator==(const offer_transfer&) const = default;
};
/// From the node to which the network was offered.
struct answer_transfer {
    static constexpr std::string_view kind = "heir";
    network_name network;
    bool accept = false;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("accept", self.accept);
    }
    bool operator==(const answer_transfer&) const = default;
};
struct set_welcome {
    static constexpr std::string_view kind = "welcome";
    network_name network;
    std::string text;  ///< empty: none any more
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("text", self.text);
    }
    bool operator==(const set_welcome&) const = default;
};
struct make_announcement {
    static constexpr std::string_view kind = "announce";
    network_name network;
    std::string text;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("text", self.text);
    }
    bool operator==(const make_announcement&) const = default;
};
struct list_messages {
    static constexpr std::string_view kind = "messages";
    network_name network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const list_messages&) const = default;
};
struct confirm_messages {
    static constexpr std::string_view kind = "seen";
    network_name network;
    bool welcome = false;            ///< it has arrived
    std::uint64_t announcement = 0;  ///< the newest that has arrived; 0: none
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("welcome", self.welcome);
        field("announcement", self.announcement);
    }
    bool operator==(const confirm_messages&) const = default;
};
struct make_invite {
    static constexpr std::string_view kind = "invite";
    network_name network;
    bytes digest;                ///< SHA-256 of the token: the server learns the token when it is used
    std::uint32_t max_uses = 0;  ///< 0: unlimited
    std::optional<wall_time> expires;
    bool approved = false;  ///< who joins with it does not wait
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("digest", self.digest);
        field("max_uses", self.max_uses);
        field("expires", self.expires);
        field("approved", self.approved);
    }
    bool operator==(const make_invite&) const = default;
};
struct list_invites {
    static constexpr std::string_view kind = "invites";
    network_name network;
    static constexpr auto fields(auto& self, auto&& field) { field("network", self.network); }
    bool operator==(const list_invites&) const = default;
};
struct revoke_invite {
    static constexpr std::string_view kind = "uninvite";
    network_name network;
    std::uint64_t id = 0;
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("id", self.id);
    }
    bool operator==(const revoke_invite&) const = default;
};
struct read_log {
    static constexpr std::string_view kind = "log";
    network_name network;
    std::uint64_t after = 0;  ///< entries with a higher id
    std::uint32_t limit = 0;  ///< at most so many, the newest of them
    static constexpr auto fields(auto& self, auto&& field) {
        field("network", self.network);
        field("after", self.after);
        field("limit", self.limit);
    }
    bool operator==(const read_log&) const = default;
};
struct install_licence {
    static constexpr std::string_view kind = "licence";
    std::string key;
    static constexpr auto fields(auto& self, auto&& field) { field("key", self.key); }
    bool operator==(const install_licence&) const = default;
};
/// Both signatures are over `buri key change` | SHA-256(identity | present blob:var | new blob:var).
struct rotate_key {
    static constexpr std::string_view kind = "rotate";
    bytes key;     ///< the new key blob
    bytes by_old;  ///< signature by the present key
    bytes by_new;  ///< signature by the new key
    static constexpr auto fields(auto& self, auto&& field) {
        field("key", self.key);
        field("by_old", self.by_old);
        field("by_new", self.by_new);
    }
    bool operator==(const rotate_key&) const = default;
};
struct delete_account {
    static constexpr std::string_view kind = "delete_account";
    bool networks = false;  ///< delete the networks that it owns as well
    static constexpr auto fields(auto& self, auto&& field) { field("networks", self.networks); }
    bool operator==(const delete_account&) const = default;
};

}  // namespace buri::wire
