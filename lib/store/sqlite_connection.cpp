#include "buri/store/sqlite_connection.hpp"

#include "buri/store/files.hpp"

#include <sqlite3.h>

#include <utility>

namespace buri::store {
namespace {

/// Only at the start can another program be in the way, for a moment.
constexpr int busy_milliseconds = 2000;

/// A result code of SQLite, and errno where it came from the system, as an error that says what to do.
error sqlite_error(const std::filesystem::path& file, int code, int system_number, std::string_view detail) {
    const auto what = "database '" + file.string() + "': ";
    const auto said = std::string(sqlite3_errstr(code)) + (detail.empty() ? "" : " (" + std::string(detail) + ")");
    switch (code & 0xff) {
        case SQLITE_FULL:
            return {errc::disk_full, what + "the disk is full; nothing was changed. Free some space and try again."};
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return {errc::permission,
                    what + said + ". Run this as the owner of the file, and see that it can be written."};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {errc::state_unreadable, what + "another program uses it. End that program, then try again."};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {errc::state_unreadable, what + "it is damaged: " + said + ". Restore it from a backup."};
        case SQLITE_CONSTRAINT:
        case SQLITE_MISUSE:
            return {errc::internal, what + "the change breaks a rule of the database: " + said +
                                        ". Nothing was changed; please report this."};
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            if (system_number != 0) return file_error("cannot use the database", file, system_number);
            [[fallthrough]];
        default:
            return {errc::state_unreadable, what + said + ". Nothing was changed; check the disk and try again."};
    }
}

error last_error(sqlite3* raw, const std::filesystem::path& file, int code) {
    return sqlite_error(file, code, sqlite3_system_errno(raw), sqlite3_errmsg(raw));
}

}  // namespace

sqlite_statement::sqlite_statement(sqlite_statement&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)), file_(other.file_), bind_status_(other.bind_status_) {}

sqlite_statement& sqlite_statement::operator=(sqlite_statement&& other) noexcept {
    std::swap(raw_, other.raw_);
    std::swap(file_, other.file_);
    std::swap(bind_status_, other.bind_status_);
    return *this;
}

sqlite_statement::~sqlite_statement() {
    sqlite3_finalize(raw_);
}

sqlite_statement& sqlite_statement::bind(int parameter, std::int64_t value) {
    bind_status_ |= sqlite3_bind_int64(raw_, parameter + 1, value);
    return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, std::string_view value) {
    // A null pointer would bind NULL, not an empty text.
    const char* const data = value.data() != nullptr ? value.data() : "";
    bind_status_ |= sqlite3_bind_text64(raw_, parameter + 1, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, byte_view value) {
    const void* const data = value.data() != nullptr ? static_cast<const void*>(value.data()) : "";
    bind_status_ |= sqlite3_bind_blob64(raw_, parameter + 1, data, value.size(), SQLITE_STATIC);
    return *this;
}

sqlite_statement& sqlite_statement::bind_null(int parameter) {
    bind_status_ |= sqlite3_bind_null(raw_, parameter + 1);
    return *this;
}

result<bool> sqlite_statement::step() {
    const int code = bind_status_ != SQLITE_OK ? SQLITE_MISUSE : sqlite3_step(raw_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    auto why = last_error(sqlite3_db_handle(raw_), *file_, code);
    reset();
    return fail(std::move(why));
}

result<void> sqlite_statement::run() {
    for (;;) {
        const auto row = step();
        if (!row) return fail(row.error());
        if (!*row) return {};
    }
}

void sqlite_statement::reset() {
    sqlite3_reset(raw_);
    sqlite3_clear_bindings(raw_);
    bind_status_ = SQLITE_OK;
}

bool sqlite_statement::is_null(int column) const {
    return sqlite3_column_type(raw_, column) == SQLITE_NULL;
}

std::optional<std::int64_t> sqlite_statement::integer(int column) const {
    if (sqlite3_column_type(raw_, column) != SQLITE_INTEGER) return std::nullopt;
    return sqlite3_column_int64(raw_, column);
}

std::optional<std::string> sqlite_statement::text(int column) const {
    if (sqlite3_column_type(raw_, column) != SQLITE_TEXT) return std::nullopt;
    const auto* const data = sqlite3_column_text(raw_, column);
    if (data == nullptr) return std::nullopt;
    return std::string(data, data + sqlite3_column_bytes(raw_, column));
}

std::optional<bytes> sqlite_statement::blob(int column) const {
    if (sqlite3_column_type(raw_, column) != SQLITE_BLOB) return std::nullopt;
    const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(raw_, column));
    if (data == nullptr) return bytes();
    return bytes(data, data + sqlite3_column_bytes(raw_, column));
}

sqlite_connection::sqlite_connection(sqlite3* raw, std::filesystem::path file)
    : raw_(raw), file_(std::make_unique<const std::filesystem::path>(std::move(file))) {}

result<sqlite_connection> sqlite_connection::open(const std::filesystem::path& file, access wanted) {
    sqlite3* raw = nullptr;
    const int flags = (wanted == access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    sqlite_connection made(raw, file);
    if (code != SQLITE_OK) return fail(raw != nullptr ? last_error(raw, file, code) : sqlite_error(file, code, 0, ""));
    sqlite3_busy_timeout(raw, busy_milliseconds);
    // A hand-edited schema must not make the program call what it names.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return made;
}

sqlite_connection::sqlite_connection(sqlite_connection&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)), file_(std::move(other.file_)) {}

sqlite_connection& sqlite_connection::operator=(sqlite_connection&& other) noexcept {
    std::swap(raw_, other.raw_);
    std::swap(file_, other.file_);
    return *this;
}

sqlite_connection::~sqlite_connection() {
    sqlite3_close_v2(raw_);
}

result<void> sqlite_connection::execute(const char* sql) {
    const int code = sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(last_error(raw_, *file_, code));
    return {};
}

result<sqlite_statement> sqlite_connection::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v3(raw_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return fail(last_error(raw_, *file_, code));
    return sqlite_statement(raw, file_.get());
}

result<std::int64_t> sqlite_connection::integer(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return fail(statement.error());
    const auto row = statement->step();
    if (!row) return fail(row.error());
    return *row ? statement->integer(0).value_or(0) : 0;
}

result<std::string> sqlite_connection::text(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return fail(statement.error());
    const auto row = statement->step();
    if (!row) return fail(row.error());
    return *row ? statement->text(0).value_or("") : "";
}

std::uint64_t sqlite_connection::changes() const {
    return static_cast<std::uint64_t>(sqlite3_changes64(raw_));
}

void sqlite_connection::roll_back() {
    // Some errors have rolled back already.
    if (sqlite3_get_autocommit(raw_) == 0) sqlite3_exec(raw_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_connection::keep_log() {
    sqlite3_db_config(raw_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

result<sqlite_copy> sqlite_copy::begin(sqlite_connection& from, sqlite_connection& to) {
    auto* const raw = sqlite3_backup_init(to.raw_, "main", from.raw_, "main");
    if (raw == nullptr) return fail(last_error(to.raw_, *to.file_, sqlite3_errcode(to.raw_)));
    return sqlite_copy(raw, to.raw_, to.file_.get());
}

sqlite_copy::sqlite_copy(sqlite_copy&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)), to_(other.to_), file_(other.file_) {}

sqlite_copy& sqlite_copy::operator=(sqlite_copy&& other) noexcept {
    std::swap(raw_, other.raw_);
    std::swap(to_, other.to_);
    std::swap(file_, other.file_);
    return *this;
}

sqlite_copy::~sqlite_copy() {
    sqlite3_backup_finish(raw_);
}

result<bool> sqlite_copy::step(int pages) {
    const int code = sqlite3_backup_step(raw_, pages);
    if (code == SQLITE_OK) return false;
    if (code == SQLITE_DONE) return true;
    return fail(sqlite_error(*file_, code, sqlite3_system_errno(to_), ""));
}

}  // namespace buri::store
