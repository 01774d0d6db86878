#include "buri/store/database_setup.hpp"

#include "buri/store/descriptor.hpp"
#include "buri/store/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace buri::store {
namespace {

/// "BURI": tells our databases from any other (PRAGMA application_id).
constexpr std::int64_t our_application = 0x42555249;

using header_bytes = std::array<char, 100>;

std::uint32_t number_at(const header_bytes& header, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = offset; i < offset + 4; ++i)
        value = value << 8U | static_cast<unsigned char>(header[i]);
    return value;
}

/// Nothing if the file is empty.
result<std::optional<database_header>> read_header(const std::filesystem::path& file, int number) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    struct stat about {};
    if (::fstat(number, &about) != 0) return fail(file_error("cannot read", file, errno));
    if (!S_ISREG(about.st_mode)) return refused_database(file, "it is not a regular file. Move it away.");
    header_bytes header{};
    const auto size = ::pread(number, header.data(), header.size(), 0);
    if (size < 0) return fail(file_error("cannot read", file, errno));
    if (size == 0) return std::nullopt;
    if (size < static_cast<ssize_t>(header.size()) || std::memcmp(header.data(), magic.data(), magic.size()) != 0) {
        return refused_database(file,
                                "it is not a database. It was left untouched; move it away, or restore a backup.");
    }
    return database_header{header[19] > 1, static_cast<std::int32_t>(number_at(header, 60)), number_at(header, 68)};
}

descriptor open_to_look(const std::filesystem::path& file) {
    return descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

/// True if the file had to be made.
result<bool> prepare_file(const std::filesystem::path& file, std::int64_t known) {
    if (const auto existing = open_to_look(file)) {
        const auto header = read_header(file, existing.get());
        if (!header) return fail(header.error());
        // SQLite must not touch a newer one; what else is wrong with a database is told after a look into its log.
        if (*header && (*header)->version > known) return newer_database(file, (*header)->version, known);
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
        return refused_database(file, "it belongs to another program. It was left untouched; name another directory.");
    }
    if (*version > known) return newer_database(file, *version, known);
    return *version;
}

result<void> migrate_step(sqlite_connection& connection, const std::filesystem::path& file, const migration& step) {
    const auto stamp = "PRAGMA user_version = " + std::to_string(step.version) +
                       "; PRAGMA application_id = " + std::to_string(our_application);
    return connection.execute("BEGIN IMMEDIATE")
        .and_then([&] { return connection.execute(step.sql); })
        .and_then([&] { return connection.execute(stamp.c_str()); })
        .and_then([&] { return check_integrity(connection, file, depth::quick); })
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
    if (auto sound = check_integrity(connection, file, depth::quick); !sound) return sound;
    if (::chmod(file.c_str(), 0600) != 0) return fail(file_error("cannot protect", file, errno));
    const auto journal = connection.text("PRAGMA journal_mode = WAL");
    if (!journal) return fail(journal.error());
    if (*journal != "wal")
        return refused_database(file, "this file system does not let it keep a log. Use a local disk.");
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

result<sqlite_connection> open_and_set_up(const std::filesystem::path& file, std::span<const migration> schema) {
    auto connection = sqlite_connection::open(file);
    if (!connection) return connection;
    if (const auto ready = set_up(*connection, file, schema); !ready) {
        connection->keep_log();
        return fail(ready.error());
    }
    return connection;
}

}  // namespace

bool database_header::is_ours() const {
    return application == our_application;
}

tl::unexpected<error> refused_database(const std::filesystem::path& file, const std::string& why) {
    return fail(errc::state_unreadable, "database '" + file.string() + "': " + why);
}

tl::unexpected<error> newer_database(const std::filesystem::path& file, std::int64_t found, std::int64_t known) {
    return fail(errc::state_newer, "database '" + file.string() + "': it has version " + std::to_string(found) +
                                       ", and this program knows versions up to " + std::to_string(known) +
                                       ". It was left untouched; upgrade this program.");
}

result<database_header> read_database_header(const std::filesystem::path& file) {
    const auto opened = open_to_look(file);
    if (!opened) return fail(file_error("cannot read", file, errno));
    const auto header = read_header(file, opened.get());
    if (!header) return fail(header.error());
    if (!*header) return refused_database(file, "it is empty.");
    return **header;
}

result<void> check_integrity(sqlite_connection& connection, const std::filesystem::path& file, depth how) {
    const auto verdict = connection.text(how == depth::quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)");
    if (!verdict) return fail(verdict.error());
    if (*verdict != "ok") return refused_database(file, "it is damaged (" + *verdict + "). Restore it from a backup.");
    const auto orphan = connection.text("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1");
    if (!orphan) return fail(orphan.error());
    if (!orphan->empty()) {
        return refused_database(file,
                                "the table " + *orphan + " names what is not there. Correct it, or restore a backup.");
    }
    return {};
}

result<sqlite_connection> open_database(const std::filesystem::path& file, std::span<const migration> schema) {
    const auto is_new = prepare_file(file, schema.empty() ? 0 : schema.back().version);
    if (!is_new) return fail(is_new.error());
    auto opened = open_and_set_up(file, schema);
    if (!opened) {
        remove_empty_log(file);
        if (*is_new) remove_database(file);
    }
    return opened;
}

}  // namespace buri::store
