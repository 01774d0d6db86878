#include "buri/store/record_writer.hpp"

#include "buri/store/record_columns.hpp"
#include "buri/store/record_soundness.hpp"
#include "buri/store/record_values.hpp"

#include <array>
#include <string>
#include <string_view>

namespace buri::store {
namespace {

/// Replaces by the table's key; a table without one only takes new rows.
template <typename Record>
std::string put_sql() {
    using table = table_of<Record>;
    std::string names;
    std::string values;
    std::string updates;
    Record none;
    table::columns(none, [&](std::string_view name, const auto&) {
        const auto column = "\"" + std::string(name) + "\"";
        const auto* const separator = names.empty() ? "" : ", ";
        names += separator + column;
        values += separator + std::string("?");
        updates += separator + column + " = excluded." + column;
    });
    auto sql = "INSERT INTO " + std::string(table::name) + " (" + names + ") VALUES (" + values + ")";
    if (!table::key.empty()) sql += " ON CONFLICT (" + std::string(table::key) + ") DO UPDATE SET " + updates;
    return sql;
}

/// In the order of record_operation's alternatives.
std::array<std::string, std::variant_size_v<record_operation>> operation_sql() {
    return {put_sql<account_record>(),
            put_sql<network_record>(),
            put_sql<member_record>(),
            put_sql<ban_record>(),
            put_sql<invite_record>(),
            put_sql<announcement_record>(),
            put_sql<licence_record>(),
            put_sql<relay_record>(),
            put_sql<audit_record>(),
            "DELETE FROM accounts WHERE id = ?",
            "DELETE FROM networks WHERE id = ?",
            "DELETE FROM members WHERE network = ? AND node = ?",
            "DELETE FROM bans WHERE network = ? AND key_digest = ?",
            "DELETE FROM invites WHERE id = ?",
            "DELETE FROM announcements WHERE id = ?",
            "DELETE FROM relays WHERE id = ?"};
}

/// What an erasing operation names, in the order of its statement.
void bind_key(const erase_account& operation, field_binder& bind) {
    bind("id", operation.id);
}
void bind_key(const erase_network& operation, field_binder& bind) {
    bind("id", operation.id);
}
void bind_key(const erase_member& operation, field_binder& bind) {
    bind("network", operation.network);
    bind("node", operation.node);
}
void bind_key(const erase_ban& operation, field_binder& bind) {
    bind("network", operation.network);
    bind("key_digest", operation.key_digest);
}
void bind_key(const erase_invite& operation, field_binder& bind) {
    bind("id", operation.id);
}
void bind_key(const erase_announcement& operation, field_binder& bind) {
    bind("id", operation.id);
}
void bind_key(const erase_relay& operation, field_binder& bind) {
    bind("id", operation.id);
}

template <typename Record>
error unsound(const Record&) {
    return {errc::internal, "cannot store a row of the table " + std::string(table_of<Record>::name) +
                                ": it breaks a rule of the database. Nothing was changed; please report this."};
}

template <typename Operation>
result<void> run(const Operation& operation, sqlite_statement& statement) {
    field_binder bind(statement);
    if constexpr (requires { operation.record; }) {
        if (!is_sound(operation.record)) return fail(unsound(operation.record));
        table_of<std::remove_cvref_t<decltype(operation.record)>>::columns(operation.record, bind);
    } else {
        bind_key(operation, bind);
    }
    return statement.run();
}

}  // namespace

result<record_writer> record_writer::prepare(sqlite_connection& connection) {
    std::vector<sqlite_statement> statements;
    for (const auto& sql : operation_sql()) {
        auto statement = connection.prepare(sql);
        if (!statement) return fail(statement.error());
        statements.push_back(std::move(*statement));
    }
    return record_writer(std::move(statements));
}

result<void> record_writer::apply(const record_operation& operation) {
    auto& statement = statements_[operation.index()];
    return std::visit([&](const auto& each) { return run(each, statement); }, operation);
}

}  // namespace buri::store
