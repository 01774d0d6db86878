#pragma once
// SQLite behind values that close themselves, and errors as results. Its header stays in the source file.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_backup;
struct sqlite3_stmt;

namespace buri::store {

/// A prepared statement. Parameters and columns count from 0.
class sqlite_statement {
public:
    sqlite_statement(sqlite_statement&& other) noexcept;
    sqlite_statement& operator=(sqlite_statement&& other) noexcept;
    ~sqlite_statement();

    /// A view must live until the statement has run.
    sqlite_statement& bind(int parameter, std::int64_t value);
    sqlite_statement& bind(int parameter, std::string_view value);
    sqlite_statement& bind(int parameter, byte_view value);
    sqlite_statement& bind_null(int parameter);

    /// True: there is a row to read. False: it is done, and can be bound and run again.
    result<bool> step();
    /// Runs to the end, whatever rows there are.
    result<void> run();
    /// Gives up the rows that were not read.
    void reset();

    [[nodiscard]] bool is_null(int column) const;
    /// Nothing if the column of this row has another type.
    [[nodiscard]] std::optional<std::int64_t> integer(int column) const;
    [[nodiscard]] std::optional<std::string> text(int column) const;
    [[nodiscard]] std::optional<bytes> blob(int column) const;

private:
    friend class sqlite_connection;
    sqlite_statement(sqlite3_stmt* raw, const std::filesystem::path* file) : raw_(raw), file_(file) {}

    sqlite3_stmt* raw_ = nullptr;
    const std::filesystem::path* file_ = nullptr;
    int bind_status_ = 0;
};

enum class access { read_write, read_only };

class sqlite_connection {
public:
    /// The file must exist.
    static result<sqlite_connection> open(const std::filesystem::path& file, access wanted = access::read_write);

    sqlite_connection(sqlite_connection&& other) noexcept;
    sqlite_connection& operator=(sqlite_connection&& other) noexcept;
    ~sqlite_connection();

    /// One or more statements whose rows do not matter.
    result<void> execute(const char* sql);
    result<sqlite_statement> prepare(std::string_view sql);
    /// The only column of the only row.
    result<std::int64_t> integer(std::string_view sql);
    result<std::string> text(std::string_view sql);

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::uint64_t changes() const;

    /// Undoes the open transaction, if there is one.
    void roll_back();
    /// Leaves the write-ahead log in place when the connection closes.
    void keep_log();

private:
    friend class sqlite_copy;
    sqlite_connection(sqlite3* raw, std::filesystem::path file);

    sqlite3* raw_ = nullptr;
    std::unique_ptr<const std::filesystem::path> file_;  ///< where statements find it after a move, too
};

/// A copy of one database over another, which nothing else may use meanwhile. Changes that the source's own connection
/// makes are in the copy; both connections must outlive it.
class sqlite_copy {
public:
    static result<sqlite_copy> begin(sqlite_connection& from, sqlite_connection& to);

    sqlite_copy(sqlite_copy&& other) noexcept;
    sqlite_copy& operator=(sqlite_copy&& other) noexcept;
    ~sqlite_copy();

    /// At most so many pages; fewer than 0: all. True: the copy is complete.
    result<bool> step(int pages);

private:
    sqlite_copy(sqlite3_backup* raw, sqlite3* to, const std::filesystem::path* file)
        : raw_(raw), to_(to), file_(file) {}

    sqlite3_backup* raw_ = nullptr;
    sqlite3* to_ = nullptr;
    const std::filesystem::path* file_ = nullptr;
};

}  // namespace buri::store
