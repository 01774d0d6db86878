#pragma once
// Rows as records. A row that no rule of this program can have written is an error, not a surprise later.
#include "buri/base/result.hpp"
#include "buri/store/record_columns.hpp"
#include "buri/store/record_soundness.hpp"
#include "buri/store/record_values.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace buri::store {

/// errc::state_unreadable: which row of which table.
error unsound_row(const std::filesystem::path& file, std::string_view table, std::int64_t row);

/// SELECT up to the table's name: the columns in order, then the row's number.
template <typename Record>
std::string select_sql() {
    std::string columns;
    Record none;
    table_of<Record>::columns(
        none, [&](std::string_view name, const auto&) { columns += "\"" + std::string(name) + "\", "; });
    return "SELECT " + columns + "rowid FROM " + std::string(table_of<Record>::name);
}

/// Every row of a statement that began with select_sql().
template <typename Record>
result<std::vector<Record>> read_rows(sqlite_statement& statement, const std::filesystem::path& file) {
    std::vector<Record> records;
    for (;;) {
        const auto row = statement.step();
        if (!row) return fail(row.error());
        if (!*row) return records;
        Record record;
        field_reader reader(statement);
        table_of<Record>::columns(record, reader);
        if (!reader.has_fitted() || !is_sound(record)) {
            const auto number = statement.integer(reader.next()).value_or(0);
            statement.reset();
            return fail(unsound_row(file, table_of<Record>::name, number));
        }
        records.push_back(std::move(record));
    }
}

/// The whole table, in its order.
template <typename Record>
result<std::vector<Record>> read_table(sqlite_connection& connection, const std::filesystem::path& file) {
    auto statement = connection.prepare(select_sql<Record>() + " ORDER BY " + std::string(table_of<Record>::order));
    if (!statement) return fail(statement.error());
    return read_rows<Record>(*statement, file);
}

/// Everything but the audit log.
result<directory_records> read_directory(sqlite_connection& connection, const std::filesystem::path& file);

}  // namespace buri::store
