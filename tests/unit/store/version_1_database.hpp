#pragma once
// A database as the first released version of the server wrote it.
#include "buri/store/sqlite_connection.hpp"
#include "tests/unit/store/directory_contents.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>

namespace buri::test {

/// What was released, in words of its own: the schema's first step must never become another.
inline constexpr const char* version_1_sql = R"sql(
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

class version_1_database {
public:
    explicit version_1_database(const std::filesystem::path& file) : connection_(made(file)) {}

    void account(std::uint32_t id, const std::string& nickname) {
        auto insert = *connection_.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?)");
        const bytes key{static_cast<std::uint8_t>(id), static_cast<std::uint8_t>(id >> 8U)};
        REQUIRE(
            insert.bind(0, std::int64_t{id}).bind(1, nickname).bind(2, key).bind(3, std::int64_t{1'600'000'000}).run());
    }
    void network(std::int64_t id, std::uint32_t owner) {
        auto insert = *connection_.prepare("INSERT INTO networks VALUES (?, ?, ?, 'hash', 1600000001)");
        REQUIRE(insert.bind(0, id).bind(1, "Net-" + std::to_string(id)).bind(2, std::int64_t{owner}).run());
    }
    void member(std::int64_t network, std::uint32_t node, std::int64_t joined) {
        auto insert = *connection_.prepare("INSERT INTO members VALUES (?, ?, ?)");
        REQUIRE(insert.bind(0, network).bind(1, std::int64_t{node}).bind(2, joined).run());
    }

private:
    static store::sqlite_connection made(const std::filesystem::path& file) {
        put(file, "");
        auto connection = *store::sqlite_connection::open(file);
        REQUIRE(connection.execute(
            "PRAGMA journal_mode = WAL; PRAGMA user_version = 1; PRAGMA application_id = 1112887881"));
        REQUIRE(connection.execute(version_1_sql));
        return connection;
    }

    store::sqlite_connection connection_;
};

}  // namespace buri::test
