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
    return {{id}, "node-" + std::to_string(id), blob, at(1'700'000'000 + id)};
}

inline network_record network(std::uint64_t id, std::uint32_t owner) {
    return {id,
            *network_name::parse("Net-" + std::to_string(id)),
            {owner},
            "scrypt$14$8$1$c2FsdA$aGFzaA",
            at(1'700'000'000)};
}

inline member_record member(std::uint64_t network, std::uint32_t node, std::int64_t joined = 1'700'000'000) {
    return {network, {node}, at(joined)};
}

/// An account that owns a network and is its member.
inline record_change household(std::uint32_t id, std::size_t blob_size = 51) {
    return {put_account{account(id, blob_size)}, put_network{network(id, id)}, put_member{member(id, id)}};
}

inline bool same(const directory_records& a, const directory_records& b) {
    return a.accounts == b.accounts && a.networks == b.networks && a.members == b.members &&
           a.next_network == b.next_network;
}

}  // namespace buri::test
