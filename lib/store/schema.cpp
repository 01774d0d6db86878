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

// Version 2: networks with settings, administrators, bans, invites and messages; plans; the audit log.
//
// A member's name is new, and unique in its network: who came later with a nickname that was there gets the next free
// "nickname-2", "nickname-3" … Room for any number is made by cutting the nickname to 57 characters.
//
// No account's id but a member's, an owner's, an heir's and a banned one's is a reference: the others outlive the
// account. The audit log refers to nothing, and only grows, but for the oldest entry, which may go unless it is the
// only one.
constexpr const char* version_2 = R"sql(
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

// Version 3: the fleet of relays. Number 1 is the server's own relay, which has no row.
constexpr const char* version_3 = R"sql(
CREATE TABLE relays (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 2 AND 4294967295),
    name         TEXT NOT NULL COLLATE NOCASE UNIQUE,
    region       TEXT NOT NULL,
    token_digest BLOB NOT NULL UNIQUE,
    created      INTEGER NOT NULL
) STRICT;
)sql";

constexpr auto steps = std::to_array<migration>({{1, version_1}, {2, version_2}, {3, version_3}});

}  // namespace

std::span<const migration> server_schema() {
    return steps;
}

}  // namespace buri::store
