#include "buri/store/schema.hpp"

#include <array>

namespace buri::store {
namespace {

// References are checked at the end of a transaction, so that the order of a change's operations does not matter.
// AUTOINCREMENT never gives an id twice. A network's name is ASCII, so NOCASE is the comparison that network_name
// makes.
constexpr const char* version_1 = R"sql(
CREATE TABLE accounts (
    id       INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
    nickname TEXT NOT NULL,
    key_blob BLOB NOT NULL UNIQUE,
    created  INTEGER NOT NULL
) STRICT;
CREATE TABLE networks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    name          TEXT NOT NULL COLLATE NOCASE UNIQUE,
    owner         INTEGER NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    password_hash TEXT NOT NULL,
    created       INTEGER NOT NULL
) STRICT;
CREATE TABLE members (
    network INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    node    INTEGER NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    joined  INTEGER NOT NULL,
    PRIMARY KEY (network, node)
) STRICT;
CREATE INDEX networks_by_owner ON networks (owner);
CREATE INDEX members_by_node ON members (node);
)sql";

constexpr auto steps = std::to_array<migration>({{1, version_1}});

}  // namespace

std::span<const migration> server_schema() {
    return steps;
}

}  // namespace buri::store
