#pragma once
// Records as rows and back. A row that no rule of this program can have written is an error, not a surprise later.
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"
#include "buri/store/sqlite_connection.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace buri::store {

/// The statements over one connection, prepared once.
class record_tables {
public:
    static result<record_tables> prepare(sqlite_connection& connection);

    /// Inside the caller's transaction.
    result<void> apply(const record_operation& operation);

    static result<directory_records> read_all(sqlite_connection& connection, const std::filesystem::path& file);

private:
    explicit record_tables(std::vector<sqlite_statement> statements) : statements_(std::move(statements)) {}

    result<void> run(const put_account& operation, sqlite_statement& statement);
    result<void> run(const put_network& operation, sqlite_statement& statement);
    result<void> run(const put_member& operation, sqlite_statement& statement);
    result<void> run(const erase_account& operation, sqlite_statement& statement);
    result<void> run(const erase_network& operation, sqlite_statement& statement);
    result<void> run(const erase_member& operation, sqlite_statement& statement);

    std::vector<sqlite_statement> statements_;  ///< by the index of the operation's type
};

}  // namespace buri::store
