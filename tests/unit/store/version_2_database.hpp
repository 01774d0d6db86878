#pragma once
// A database as the second released version of the server wrote it.
#include "tests/unit/store/version_1_database.hpp"

namespace buri::test {

/// What was released: the schema's second step must never become another.
inline constexpr const char* version_2_sql = R"sql(
ALTER TABLE accounts ADD COLUMN plan TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN plan_until INTEGER;
ALTER TABLE networks ADD COLUMN is_locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN needs_approval INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN is_unencrypted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN welcome TEXT NOT NULL DEFAULT '';
ALTER TABLE networks ADD COLUMN heir INTEGER REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX networks_by_heir ON networks (heir);

CREATE TABLE named_members (
    network           INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    node              INTEGER NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    joined            INTEGER NOT NULL,
    name              TEXT NOT NULL COLLATE NOCASE,
    is_waiting        INTEGER NOT NULL,
    privileges        INTEGER NOT NULL,
    is_welcomed       INTEGER NOT NULL,
    last_announcement INTEGER NOT NULL,
    PRIMARY KEY (network, node),
    UNIQUE (network, name)
) STRICT;
WITH wanted AS MATERIALIZED (
    SELECT members.rowid AS place, network, node, joined, coalesce(nullif(nickname, ''), 'node') AS name
    FROM members JOIN accounts ON accounts.id = node
), ranked AS MATERIALIZED (
    SELECT *, substr(name, 1, 57) AS stem,
           row_number() OVER (PARTITION BY network, lower(name) ORDER BY joined, place) > 1 AS is_late
    FROM wanted
), late AS MATERIALIZED (
    SELECT place, network, stem,
           row_number() OVER (PARTITION BY network, lower(stem) ORDER BY joined, place) AS nth
    FROM ranked WHERE is_late
), split AS MATERIALIZED (
    SELECT network, lower(name) AS name, rtrim(name, '0123456789') AS head FROM wanted
), taken AS MATERIALIZED (  -- numbers in nicknames; `free` are those below one that nobody has
    SELECT network, stem, number - 1 - row_number() OVER (PARTITION BY network, stem ORDER BY number) AS free
    FROM (SELECT DISTINCT network, substr(name, 1, length(head) - 1) AS stem,
                 CAST(substr(name, length(head) + 1) AS INTEGER) AS number
          FROM split WHERE head LIKE '%-' AND substr(name, length(head) + 1, 1) <> '0')
    WHERE number BETWEEN 2 AND 1000000
), numbered AS MATERIALIZED (
    SELECT place, stem || '-' || (1 + nth + (SELECT count(*) FROM taken
        WHERE taken.network = late.network AND taken.stem = lower(late.stem) AND free < nth)) AS name
    FROM late
)
INSERT INTO named_members (rowid, network, node, joined, name, is_waiting, privileges, is_welcomed, last_announcement)
SELECT place, network, node, joined, coalesce(numbered.name, wanted.name), 0, 0, 1, 0
FROM wanted LEFT JOIN numbered USING (place) ORDER BY place;
DROP TABLE members;
ALTER TABLE named_members RENAME TO members;
CREATE INDEX members_by_node ON members (node);

CREATE TABLE bans (
    network    INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    node       INTEGER REFERENCES accounts (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    key_digest BLOB NOT NULL,
    nickname   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    banned_by  INTEGER,
    since      INTEGER NOT NULL,
    until      INTEGER,
    PRIMARY KEY (network, key_digest)
) STRICT;
CREATE INDEX bans_by_node ON bans (node);

CREATE TABLE invites (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    network      INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    token_digest BLOB NOT NULL UNIQUE,
    made_by      INTEGER,
    created      INTEGER NOT NULL,
    expires      INTEGER,
    max_uses     INTEGER NOT NULL,
    uses         INTEGER NOT NULL,
    is_approved  INTEGER NOT NULL
) STRICT;
CREATE INDEX invites_by_network ON invites (network);

CREATE TABLE announcements (
    id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    network     INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    author      INTEGER,
    author_name TEXT NOT NULL,
    at          INTEGER NOT NULL,
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX announcements_by_network ON announcements (network);

CREATE TABLE licences (
    id       BLOB NOT NULL PRIMARY KEY,
    plan     TEXT NOT NULL,
    only_for INTEGER,
    months   INTEGER NOT NULL,
    made     INTEGER NOT NULL,
    used_by  INTEGER,
    used     INTEGER
) STRICT;

CREATE TABLE audit (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    at           INTEGER NOT NULL,
    actor        INTEGER,
    actor_name   TEXT NOT NULL,
    act          TEXT NOT NULL,
    network      INTEGER NOT NULL,
    network_name TEXT NOT NULL,
    target       INTEGER,
    target_name  TEXT NOT NULL,
    before       TEXT NOT NULL,
    after        TEXT NOT NULL,
    result       TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_network ON audit (network);
CREATE TRIGGER audit_inserts_at_the_end BEFORE INSERT ON audit
    WHEN NEW.id <= (SELECT max(id) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the audit log only grows at its end'); END;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit log never changes'); END;
CREATE TRIGGER audit_loses_the_oldest BEFORE DELETE ON audit
    WHEN OLD.id > (SELECT min(id) FROM audit) OR OLD.id = (SELECT max(id) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'only the oldest entries of the audit log can go, and never the newest'); END;
)sql";

/// From one of version 1, whose connection is closed.
inline void make_version_2(const std::filesystem::path& file) {
    auto connection = *store::sqlite_connection::open(file);
    REQUIRE(connection.execute(version_2_sql));
    REQUIRE(connection.execute("PRAGMA user_version = 2"));
}

}  // namespace buri::test
