#include "buri/store/database_backup.hpp"

#include "buri/store/database_setup.hpp"
#include "buri/store/descriptor.hpp"
#include "buri/store/files.hpp"
#include "buri/store/server_database.hpp"

#include <fcntl.h>
#include <system_error>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace buri::store {
namespace {

constexpr const char* files_table = "CREATE TABLE backup_files (name TEXT NOT NULL PRIMARY KEY, content BLOB NOT NULL)";

/// Can be joined to a directory, and stays in it.
bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

/// A database on its way to its final name; gone again unless it gets there.
class unfinished_database {
public:
    static result<unfinished_database> make(const std::filesystem::path& target) {
        // A log that an earlier database of this name left would be read as this one's.
        for (const char* const suffix : {"", "-wal", "-journal"}) {
            const auto taken = target.string() + suffix;
            std::error_code ignored;
            if (std::filesystem::exists(std::filesystem::symlink_status(taken, ignored)))
                return refused_to_replace(taken);
        }
        const auto part = target.string() + ".part";
        const descriptor made(::open(part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!made && errno == EEXIST) return refused_to_replace(part);
        if (!made) return fail(file_error("cannot make", part, errno));
        return unfinished_database(target);
    }
    unfinished_database(unfinished_database&& other) noexcept
        : target_(std::exchange(other.target_, std::filesystem::path())) {}
    unfinished_database& operator=(unfinished_database&& other) noexcept {
        std::swap(target_, other.target_);
        return *this;
    }
    ~unfinished_database() {
        std::error_code ignored;
        for (const char* const suffix : {"", "-wal", "-journal"})
            if (!target_.empty()) std::filesystem::remove(part().string() + suffix, ignored);
    }

    [[nodiscard]] std::filesystem::path part() const { return target_.string() + ".part"; }
    /// Nobody has it open any more.
    result<void> finish() {
        auto done = rename_durably(part(), target_);
        if (done) target_.clear();
        return done;
    }

private:
    explicit unfinished_database(std::filesystem::path target) : target_(std::move(target)) {}

    std::filesystem::path target_;
};

/// What a copy of a database with a log needs to be one file.
result<void> make_one_file(sqlite_connection& connection, const std::filesystem::path& file) {
    const auto journal = connection.text("PRAGMA journal_mode = DELETE");
    if (!journal) return fail(journal.error());
    if (*journal != "delete") return refused_database(file, "its log cannot be closed. Name another file.");
    return {};
}

result<void> add_files(sqlite_connection& connection, const std::vector<backup_file>& files) {
    if (auto done = connection.execute("BEGIN IMMEDIATE"); !done) return done;
    if (auto done = connection.execute(files_table); !done) return done;
    auto insert = connection.prepare("INSERT INTO backup_files (name, content) VALUES (?, ?)");
    if (!insert) return fail(insert.error());
    for (const auto& file : files) {
        insert->bind(0, std::string_view(file.name)).bind(1, as_bytes(file.content));
        if (auto done = insert->run(); !done) return done;
    }
    return connection.execute("COMMIT");
}

result<std::vector<backup_file>> read_files(sqlite_connection& connection, const std::filesystem::path& backup) {
    auto statement = connection.prepare("SELECT name, content FROM backup_files ORDER BY name");
    if (!statement) return fail(statement.error());
    std::vector<backup_file> files;
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return files;
        const auto name = statement->text(0);
        const auto content = statement->blob(1);
        if (!name || !content || !is_file_name(*name))
            return refused_database(backup, "a file in it has no sound name or content. Restore another backup.");
        files.push_back({*name, to_string(*content)});
    }
}

/// The backup, open, once all that can be told without its records is as it must be.
result<sqlite_connection> open_backup(const std::filesystem::path& backup) {
    const auto header = read_database_header(backup);
    if (!header) return fail(header.error());
    const auto known = server_schema().back().version;
    if (!header->is_ours()) return refused_database(backup, "it belongs to another program, and is no backup.");
    if (header->version > known) return newer_database(backup, header->version, known);
    constexpr const char* no_backup =
        "it is a server's own database, not a backup. Name what 'vpn server backup' wrote.";
    if (header->has_log) return refused_database(backup, no_backup);
    auto connection = sqlite_connection::open(backup, access::read_only);
    if (!connection) return connection;
    if (const auto sound = check_integrity(*connection, backup, depth::full); !sound) return fail(sound.error());
    const auto tables = connection->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'backup_files'");
    if (!tables) return fail(tables.error());
    if (*tables == 0) return refused_database(backup, no_backup);
    return connection;
}

/// The copy without the files of the backup, also in the pages that are free now.
result<void> copy_records(sqlite_connection& from, const std::filesystem::path& to) {
    auto connection = sqlite_connection::open(to);
    if (!connection) return fail(connection.error());
    {
        auto copy = sqlite_copy::begin(from, *connection);
        if (!copy) return fail(copy.error());
        if (const auto done = copy->step(-1); !done) return fail(done.error());
    }
    return connection->execute("PRAGMA secure_delete = ON; DROP TABLE backup_files");
}

}  // namespace

struct database_backup::state {
    unfinished_database file;
    std::vector<backup_file> files;
    std::optional<sqlite_connection> connection;
    std::optional<sqlite_copy> copy;

    result<void> finish() {
        copy.reset();
        auto done = make_one_file(*connection, file.part()).and_then([&] { return add_files(*connection, files); });
        if (!done) return done;
        connection.reset();
        return file.finish();
    }
};

database_backup::database_backup(std::unique_ptr<state> made) : state_(std::move(made)) {}
database_backup::database_backup(database_backup&&) noexcept = default;
database_backup& database_backup::operator=(database_backup&&) noexcept = default;
database_backup::~database_backup() = default;

result<database_backup> database_backup::begin(sqlite_connection& from, const std::filesystem::path& file,
                                               std::vector<backup_file> files) {
    auto unfinished = unfinished_database::make(file);
    if (!unfinished) return fail(unfinished.error());
    auto made = std::unique_ptr<state>(new state{std::move(*unfinished), std::move(files), {}, {}});
    auto connection = sqlite_connection::open(made->file.part());
    if (!connection) return fail(connection.error());
    made->connection = std::move(*connection);
    // Without shared memory, and without a journal: a copy that is cut short is thrown away.
    const auto ready = made->connection->execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY");
    if (!ready) return fail(ready.error());
    auto copy = sqlite_copy::begin(from, *made->connection);
    if (!copy) return fail(copy.error());
    made->copy = std::move(*copy);
    return database_backup(std::move(made));
}

result<bool> database_backup::step(int pages) {
    if (!state_->connection) return true;
    const auto is_copied = state_->copy->step(pages);
    if (!is_copied || !*is_copied) return is_copied;
    if (const auto done = state_->finish(); !done) return fail(done.error());
    return true;
}

result<std::vector<backup_file>> restore_backup(const std::filesystem::path& backup,
                                                const std::filesystem::path& database) {
    auto from = open_backup(backup);
    if (!from) return fail(from.error());
    auto files = read_files(*from, backup);
    if (!files) return files;
    auto made = unfinished_database::make(database);
    if (!made) return fail(made.error());
    if (const auto done = copy_records(*from, made->part()); !done) return fail(done.error());
    const auto readable =
        server_database::open(made->part()).and_then([](server_database opened) { return opened.load(); });
    if (!readable) return refused_database(backup, "no server can start from it: " + readable.error().text);
    if (const auto done = made->finish(); !done) return fail(done.error());
    return files;
}

}  // namespace buri::store
