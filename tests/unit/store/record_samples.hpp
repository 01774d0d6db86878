#pragma once
// Records for tests of the database.
#include "buri/base/records.hpp"

#include <string>

namespace buri::test {

inline wall_time at(std::int64_t seconds) {
    return wall_time(std::chrono::seconds(seconds));
}

inline account_record account(std::uint32_t id, std::size_t blob_size = 51) {
    bytes blob(blob_size, static_cast<std::uint8_t>(0));
    for (std::size_t i = 0; i < 4; ++i)
        blob[i] = static_cast<std::uint8_t>(id >> (8 * i));
    return {{id}, "node-" + std::to_string(id), blob, at(1'700'000'000 + id), {}, {}};
}

inline network_record network(std::uint64_t id, std::uint32_t owner) {
    return {id,
            *network_name::parse("Net-" + std::to_string(id)),
            {owner},
            "scrypt$14$8$1$c2FsdA$aGFzaA",
            at(1'700'000'000),
            false,
            false,
            false,
            {},
            {}};
}

inline member_record member(std::uint64_t network, std::uint32_t node, std::int64_t joined = 1'700'000'000) {
    return {network, {node}, at(joined), "node-" + std::to_string(node), false, {}, true, 0};
}

inline ban_record ban(std::uint64_t network, std::uint32_t node) {
    const bytes digest(32, static_cast<std::uint8_t>(node));
    return {network, {node}, digest, "node-" + std::to_string(node), "noise\n\tat night", {1}, at(1'700'000'100), {}};
}

inline invite_record invite(std::uint64_t id, std::uint64_t network) {
    return {id, network, bytes(32, static_cast<std::uint8_t>(id)), {1}, at(1'700'000'200), {}, 1, 0, false};
}

inline announcement_record announcement(std::uint64_t id, std::uint64_t network) {
    return {id, network, {1}, "node-1", at(1'700'000'300), "maintenance \xe2\x80\x93 tonight,\n\tsorry"};
}

inline licence_record licence(std::uint8_t number) {
    return {bytes(16, number), "premium", {}, 12, at(1'700'000'400), {}, {}};
}

inline relay_record relay(std::uint32_t id) {
    return {id, "relay-" + std::to_string(id), "eu", bytes(32, static_cast<std::uint8_t>(id)), at(1'700'000'450)};
}

inline audit_record audit(std::uint64_t id, std::uint64_t network = 1, std::int64_t when = 1'700'000'500) {
    return {id, at(when), {1}, "node-1", "set", network, "Net-1", {}, {}, "locked=false", "locked=true", "ok"};
}

/// An account that owns a network and is its member.
inline record_change household(std::uint32_t id, std::size_t blob_size = 51) {
    return {put_account{account(id, blob_size)}, put_network{network(id, id)}, put_member{member(id, id)}};
}

/// A bit of everything: two nodes in network 1, and what is about it.
inline record_change town() {
    auto change = household(1);
    change.insert(change.end(), {put_account{account(2)}, put_member{member(1, 2)}, put_ban{ban(1, 2)},
                                 put_invite{invite(1, 1)}, put_announcement{announcement(1, 1)},
                                 put_licence{licence(1)}, put_relay{relay(2)}, put_audit{audit(1)}});
    return change;
}

inline bool same(const directory_records& a, const directory_records& b) {
    return a.accounts == b.accounts && a.networks == b.networks && a.members == b.members && a.bans == b.bans &&
           a.invites == b.invites && a.announcements == b.announcements && a.licences == b.licences &&
           a.relays == b.relays && a.next_network == b.next_network && a.next_invite == b.next_invite &&
           a.next_announcement == b.next_announcement && a.next_audit == b.next_audit && a.next_relay == b.next_relay;
}

}  // namespace buri::test
