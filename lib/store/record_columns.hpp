#pragma once
// Which table keeps which record, and its columns: the statements are made of this, and reading and writing follow it.
#include "buri/base/records.hpp"

#include <string_view>

namespace buri::store {

/// `key`: what a record that is put again replaces; empty: it is never replaced. `order`: as they are read.
template <typename Record>
struct table_of;

template <>
struct table_of<account_record> {
    static constexpr std::string_view name = "accounts";
    static constexpr std::string_view key = "id";
    static constexpr std::string_view order = "id";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("nickname", self.nickname);
        column("key_blob", self.key_blob);
        column("created", self.created);
        column("plan", self.plan);
        column("plan_until", self.plan_until);
    }
};

template <>
struct table_of<network_record> {
    static constexpr std::string_view name = "networks";
    static constexpr std::string_view key = "id";
    static constexpr std::string_view order = "id";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("name", self.name);
        column("owner", self.owner);
        column("password_hash", self.password_hash);
        column("created", self.created);
        column("is_locked", self.is_locked);
        column("needs_approval", self.needs_approval);
        column("is_unencrypted", self.is_unencrypted);
        column("welcome", self.welcome);
        column("heir", self.heir);
    }
};

template <>
struct table_of<member_record> {
    static constexpr std::string_view name = "members";
    static constexpr std::string_view key = "network, node";
    // Those who joined within one second stay in the order in which they came.
    static constexpr std::string_view order = "joined, rowid";

    static void columns(auto& self, auto&& column) {
        column("network", self.network);
        column("node", self.node);
        column("joined", self.joined);
        column("name", self.name);
        column("is_waiting", self.is_waiting);
        column("privileges", self.privileges);
        column("is_welcomed", self.is_welcomed);
        column("last_announcement", self.last_announcement);
    }
};

template <>
struct table_of<ban_record> {
    static constexpr std::string_view name = "bans";
    static constexpr std::string_view key = "network, key_digest";
    static constexpr std::string_view order = "since, rowid";

    static void columns(auto& self, auto&& column) {
        column("network", self.network);
        column("node", self.node);
        column("key_digest", self.key_digest);
        column("nickname", self.nickname);
        column("reason", self.reason);
        column("banned_by", self.by);
        column("since", self.since);
        column("until", self.until);
    }
};

template <>
struct table_of<invite_record> {
    static constexpr std::string_view name = "invites";
    static constexpr std::string_view key = "id";
    static constexpr std::string_view order = "id";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("network", self.network);
        column("token_digest", self.token_digest);
        column("made_by", self.by);
        column("created", self.created);
        column("expires", self.expires);
        column("max_uses", self.max_uses);
        column("uses", self.uses);
        column("is_approved", self.is_approved);
    }
};

template <>
struct table_of<announcement_record> {
    static constexpr std::string_view name = "announcements";
    static constexpr std::string_view key = "";
    static constexpr std::string_view order = "id";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("network", self.network);
        column("author", self.author);
        column("author_name", self.author_name);
        column("at", self.at);
        column("text", self.text);
    }
};

template <>
struct table_of<licence_record> {
    static constexpr std::string_view name = "licences";
    static constexpr std::string_view key = "id";
    static constexpr std::string_view order = "made, rowid";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("plan", self.plan);
        column("only_for", self.only_for);
        column("months", self.months);
        column("made", self.made);
        column("used_by", self.used_by);
        column("used", self.used);
    }
};

template <>
struct table_of<relay_record> {
    static constexpr std::string_view name = "relays";
    static constexpr std::string_view key = "id";
    static constexpr std::string_view order = "id";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("name", self.name);
        column("region", self.region);
        column("token_digest", self.token_digest);
        column("created", self.created);
    }
};

template <>
struct table_of<audit_record> {
    static constexpr std::string_view name = "audit";
    static constexpr std::string_view key = "";
    static constexpr std::string_view order = "id DESC";

    static void columns(auto& self, auto&& column) {
        column("id", self.id);
        column("at", self.at);
        column("actor", self.actor);
        column("actor_name", self.actor_name);
        column("act", self.act);
        column("network", self.network);
        column("network_name", self.network_name);
        column("target", self.target);
        column("target_name", self.target_name);
        column("before", self.before);
        column("after", self.after);
        column("result", self.result);
    }
};

}  // namespace buri::store
