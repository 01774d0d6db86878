#include "buri/store/server_database.hpp"

#include "buri/store/descriptor.hpp"
#include "buri/store/files.hpp"
#include "buri/store/record_tables.hpp"
#include "buri/store/sqlite_connection.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include <array>
#include <cerrno>
#include <cstring>

namespace buri::store {
namespace {

/// "BURI": tells our databases from any other (PRAGMA application_id).
constexpr std::int64_t our_application = 0x42555249;

tl::unexpected<error> refused(const std::filesystem::path& file, const std::string& why) {
    return fail(errc::state_unreadable, "database '" + file.string() + "': " + why);
}

tl::unexpected<error> newer(const std::filesystem::path& file, std::int64_t found, std::int64_t known) {
    return fail(errc::state_newer, "database '" + file.string() + "': it has version " + std::to_string(found) +
                                       ", and this program knows versions up to " + std::to_string(known) +
                                       ". It was left untouched; upgrade this program.");
}

/// Looks at the file's first bytes (sqlite.org/fileformat2, section 1.3) before SQLite may touch it.
result<void> check_header(const std::filesystem::path& file, int number, std::int64_t known) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    std::array<char, 100> header{};
    const auto size = ::pread(number, header.data(), header.size(), 0);
    if (size < 0) return fail(file_error("cannot read", file, errno));
    if (size == 0) return {};
    if (size < static_cast<ssize_t>(header.size()) || std::memcmp(header.data(), magic.data(), magic.size()) != 0) {
        return refused(file, "it is not a database. It was left untouched; move it away, or restore a backup.");
    }
    std::uint32_t version = 0;
    for (std::size_t i = 60; i < 64; ++i)
        version = version << 8U | static_cast<unsigned char>(header[i]);
    if (static_cast<std::int32_t>(version) > known) return newer(file, version, known);
    return {};
}

/// True if the file had to be made.
result<bool> prepare_file(const std::filesystem::path& file, std::int64_t known) {
    const descriptor existing(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (existing) {
        struct stat about {};
        if (::fstat(existing.get(), &about) != 0) return fail(file_error("cannot read", file, errno));
        if (!S_ISREG(about.st_mode)) return refused(file, "it is not a regular file. Move it away.");
        const auto sound = check_header(file, existing.get(), known);
        if (!sound) return fail(sound.error());
        return false;
    }
    if (errno != ENOENT) return fail(file_error("cannot open", file, errno));
    // SQLite gives its log the mode of the database.
    const descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made) return fail(file_error("cannot make", file, errno));
    if (const auto synced = sync_directory(file.has_parent_path() ? file.parent_path() : "."); !synced) {
        return fail(synced.error());
    }
    return true;
}

/// The version that the database has; 0 for an empty one.
result<std::int64_t> check_identity(sqlite_connection& connection, const std::filesystem::path& file,
                                    std::int64_t known) {
    const auto version = connection.integer("PRAGMA user_version");
    if (!version) return fail(version.error());
    const auto application = connection.integer("PRAGMA application_id");
    if (!application) return fail(application.error());
    const auto tables = connection.integer("SELECT count(*) FROM sqlite_schema");
    if (!tables) return fail(tables.error());
    const bool is_empty = *version == 0 && *application == 0 && *tables == 0;
    if (!is_empty && *application != our_application) {
        return refused(file, "it belongs to another program. It was left untouched; name another directory.");
    }
    if (*version > known) return newer(file, *version, known);
    return *version;
}

result<void> check_integrity(sqlite_connection& connection, const std::filesystem::path& file) {
    const auto verdict = connection.text("PRAGMA quick_check(1)");
    if (!verdict) return fail(verdict.error());
    if (*verdict != "ok") return refused(file, "it is damaged (" + *verdict + "). Restore it from a backup.");
    const auto orphan = connection.text("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1");
    if (!orphan) return fail(orphan.error());
    if (!orphan->empty()) {
        return refused(file, "the table " + *orphan + " names what is not there. Correct it, or restore a backup.");
    }
    return {};
}

result<void> migrate_step(sqlite_connection& connection, const std::filesystem::path& file, const migration& step) {
    const auto stamp = "PRAGMA user_version = " + std::to_string(step.version) +
                       "; PRAGMA application_id = " + std::to_string(our_application);
    return connection.execute("BEGIN IMMEDIATE")
        .and_then([&] { return connection.execute(step.sql); })
        .and_then([&] { return connection.execute(stamp.c_str()); })
        .and_then([&] { return check_integrity(connection, file); })
        .and_then([&] { return connection.execute("COMMIT"); });
}

result<void> migrate(sqlite_connection& connection, const std::filesystem::path& file,
                     std::span<const migration> schema, std::int64_t version) {
    for (const auto& step : schema) {
        if (step.version <= version) continue;
        const auto done = migrate_step(connection, file, step);
        if (done) continue;
        connection.roll_back();
        return done;
    }
    return {};
}

/// A step may have to make a table anew, so references are enforced only after the last one.
result<void> set_up(sqlite_connection& connection, const std::filesystem::path& file,
                    std::span<const migration> schema) {
    // Alone on the file: SQLite 3.40 can lose the log where two connections write it, and a full disk cannot hit shared
    // memory.
    if (auto alone = connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = OFF"); !alone)
        return alone;
    const auto version = check_identity(connection, file, schema.empty() ? 0 : schema.back().version);
    if (!version) return fail(version.error());
    if (auto sound = check_integrity(connection, file); !sound) return sound;
    if (::chmod(file.c_str(), 0600) != 0) return fail(file_error("cannot protect", file, errno));
    const auto journal = connection.text("PRAGMA journal_mode = WAL");
    if (!journal) return fail(journal.error());
    if (*journal != "wal") return refused(file, "this file system does not let it keep a log. Use a local disk.");
    return connection.execute("PRAGMA synchronous = FULL")
        .and_then([&] { return migrate(connection, file, schema, *version); })
        .and_then([&] { return connection.execute("PRAGMA foreign_keys = ON"); });
}

/// A log that was opened only to look, and holds nothing, does not stay.
void remove_empty_log(const std::filesystem::path& file) {
    const auto log = file.string() + "-wal";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(log, ignored) && std::filesystem::is_empty(log, ignored)) {
        std::filesystem::remove(log, ignored);
    }
}

void remove_database(const std::filesystem::path& file) {
    std::error_code ignored;
    for (const char* const suffix : {"", "-wal", "-journal"})
        std::filesystem::remove(file.string() + suffix, ignored);
}

}  // namespace

struct server_database::state {
    std::filesystem::path file;
    sqlite_connection connection;
    record_tables tables;

    result<void> run(const record_change& change) {
        if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun;
        for (const auto& operation : change) {
            if (auto done = tables.apply(operation); !done) return done;
        }
        return connection.execute("COMMIT");
    }

    static result<std::unique_ptr<state>> open(const std::filesystem::path& file, std::span<const migration> schema) {
        auto connection = sqlite_connection::open(file);
        if (!connection) return fail(connection.error());
        if (const auto ready = set_up(*connection, file, schema); !ready) {
            connection->keep_log();
            return fail(ready.error());
        }
        auto tables = record_tables::prepare(*connection);
        if (!tables) return fail(tables.error());
        return std::unique_ptr<state>(new state{file, std::move(*connection), std::move(*tables)});
    }
};

server_database::server_database(std::unique_ptr<state> made) : state_(std::move(made)) {}
server_database::server_database(server_database&&) noexcept = default;
server_database& server_database::operator=(server_database&&) noexcept = default;
server_database::~server_database() = default;

result<server_database> server_database::open(const std::filesystem::path& file, std::span<const migration> schema) {
    const auto is_new = prepare_file(file, schema.empty() ? 0 : schema.back().version);
    if (!is_new) return fail(is_new.error());
    auto opened = state::open(file, schema);
    if (!opened) {
        remove_empty_log(file);
        if (*is_new) remove_database(file);
        return fail(opened.error());
    }
    return server_database(std::move(*opened));
}

result<directory_records> server_database::load() {
    return record_tables::read_all(state_->connection, state_->file);
}

result<void> server_database::commit(const record_change& change) {
    if (change.empty()) return {};
    auto done = state_->run(change);
    if (!done) state_->connection.roll_back();
    return done;
}

}  // namespace buri::store
