#include "buri/store/server_database.hpp"

#include "buri/store/database_setup.hpp"
#include "buri/store/record_rows.hpp"
#include "buri/store/record_writer.hpp"

#include <algorithm>

namespace buri::store {
namespace {

/// As SQLite counts: ids end where its integers do.
std::int64_t as_stored(std::uint64_t id) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(id, std::numeric_limits<std::int64_t>::max()));
}

/// The id of the first entry that stays, by age; nothing if none would.
result<std::optional<std::int64_t>> first_since(sqlite_connection& connection, wall_time keep_since) {
    auto statement = connection.prepare("SELECT id FROM audit WHERE at >= ? ORDER BY id LIMIT 1");
    if (!statement) return fail(statement.error());
    statement->bind(0, std::int64_t{keep_since.time_since_epoch().count()});
    const auto row = statement->step();
    if (!row) return fail(row.error());
    return *row ? statement->integer(0) : std::nullopt;
}

/// The id of the first of the newest `count`.
result<std::int64_t> first_of_newest(sqlite_connection& connection, std::uint64_t count) {
    // The table is counted over its smaller index, and passed over from the end that goes.
    const auto all = connection.integer("SELECT count(*) FROM audit");
    if (!all) return all;
    const auto surplus = std::max<std::int64_t>(*all - as_stored(count), 0);
    return connection.integer("SELECT id FROM audit ORDER BY id LIMIT 1 OFFSET " + std::to_string(surplus));
}

}  // namespace

struct server_database::state {
    std::filesystem::path file;
    sqlite_connection connection;
    record_writer writer;

    result<void> run(const record_change& change) {
        if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun;
        for (const auto& operation : change) {
            if (auto done = writer.apply(operation); !done) return done;
        }
        return connection.execute("COMMIT");
    }

    result<std::uint64_t> erase_audit_before(std::int64_t id) {
        auto statement = connection.prepare("DELETE FROM audit WHERE id < ?");
        if (!statement) return fail(statement.error());
        if (const auto done = statement->bind(0, id).run(); !done) return fail(done.error());
        return connection.changes();
    }
};

server_database::server_database(std::unique_ptr<state> made) : state_(std::move(made)) {}
server_database::server_database(server_database&&) noexcept = default;
server_database& server_database::operator=(server_database&&) noexcept = default;
server_database::~server_database() = default;

result<server_database> server_database::open(const std::filesystem::path& file, std::span<const migration> schema) {
    auto connection = open_database(file, schema);
    if (!connection) return fail(connection.error());
    auto writer = record_writer::prepare(*connection);
    if (!writer) return fail(writer.error());
    return server_database(std::unique_ptr<state>(new state{file, std::move(*connection), std::move(*writer)}));
}

result<directory_records> server_database::load() {
    return read_directory(state_->connection, state_->file);
}

result<void> server_database::commit(const record_change& change) {
    if (change.empty()) return {};
    auto done = state_->run(change);
    if (!done) state_->connection.roll_back();
    return done;
}

result<std::vector<audit_record>> server_database::read_audit(const audit_query& query) {
    const auto* const of_network = query.network ? " AND network = ?3" : "";
    auto statement = state_->connection.prepare(select_sql<audit_record>() + " WHERE id > ?1" + of_network +
                                                " ORDER BY id DESC LIMIT ?2");
    if (!statement) return fail(statement.error());
    statement->bind(0, as_stored(query.after)).bind(1, std::int64_t{query.limit});
    if (query.network) statement->bind(2, as_stored(*query.network));
    auto entries = read_rows<audit_record>(*statement, state_->file);
    if (entries) std::ranges::reverse(*entries);
    return entries;
}

result<std::uint64_t> server_database::prune_audit(wall_time keep_since, std::uint64_t keep_count) {
    const auto newest = first_of_newest(state_->connection, 1);
    if (!newest) return fail(newest.error());
    const auto young = first_since(state_->connection, keep_since);
    if (!young) return fail(young.error());
    auto first = young->value_or(*newest);
    if (keep_count > 0) {
        const auto few = first_of_newest(state_->connection, keep_count);
        if (!few) return fail(few.error());
        first = std::max(first, *few);
    }
    return state_->erase_audit_before(first);
}

result<database_backup> server_database::begin_backup(const std::filesystem::path& file,
                                                      std::vector<backup_file> files) {
    return database_backup::begin(state_->connection, file, std::move(files));
}

}  // namespace buri::store
