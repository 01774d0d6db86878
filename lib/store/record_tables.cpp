#include "buri/store/record_tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace buri::store {
namespace {

/// In the order of record_operation's alternatives.
constexpr auto operation_sql = std::to_array<std::string_view>({
    "INSERT INTO accounts (id, nickname, key_blob, created) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "nickname = excluded.nickname, key_blob = excluded.key_blob, created = excluded.created",
    "INSERT INTO networks (id, name, owner, password_hash, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
    "SET "
    "name = excluded.name, owner = excluded.owner, password_hash = excluded.password_hash, created = excluded.created",
    "INSERT INTO members (network, node, joined) VALUES (?, ?, ?) ON CONFLICT (network, node) DO UPDATE SET "
    "joined = excluded.joined",
    "DELETE FROM accounts WHERE id = ?",
    "DELETE FROM networks WHERE id = ?",
    "DELETE FROM members WHERE network = ? AND node = ?",
});
static_assert(operation_sql.size() == std::variant_size_v<record_operation>);

// What both reading and writing hold to, so that nothing is written that a later start would refuse.
constexpr std::size_t max_nickname = 63;
constexpr std::size_t max_password_hash = 1024;
constexpr std::size_t max_key_blob = 4096;
constexpr std::int64_t last_second = 253'402'300'799;  ///< of the year 9999

bool is_printable(std::string_view text, std::size_t max) {
    return text.size() <= max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_time(wall_time when) {
    const auto seconds = when.time_since_epoch().count();
    return seconds >= 0 && seconds <= last_second;
}

bool is_row_id(std::uint64_t id) {
    return id > 0 && id <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
}

bool is_sound(const account_record& account) {
    return account.id && is_printable(account.nickname, max_nickname) && !account.key_blob.empty() &&
           account.key_blob.size() <= max_key_blob && is_time(account.created);
}

bool is_sound(const network_record& network) {
    return is_row_id(network.id) && !network.name.text().empty() && network.owner &&
           is_printable(network.password_hash, max_password_hash) && is_time(network.created);
}

bool is_sound(const member_record& member) {
    return is_row_id(member.network) && member.node && is_time(member.joined);
}

tl::unexpected<error> unsound(std::string_view what) {
    return fail(errc::internal, "cannot store " + std::string(what) +
                                    ": it breaks a rule of the database. Nothing was changed; please report this.");
}

std::int64_t stored(wall_time when) {
    return when.time_since_epoch().count();
}
std::int64_t stored(node_id id) {
    return id.value;
}
std::int64_t stored(std::uint64_t row_id) {
    return static_cast<std::int64_t>(row_id);
}

// An integer that does not fit becomes what is_sound refuses.
wall_time time_from(std::optional<std::int64_t> seconds) {
    return wall_time(std::chrono::seconds(seconds.value_or(-1)));
}

node_id node_from(std::optional<std::int64_t> value) {
    const bool fits = value && *value > 0 && *value <= std::numeric_limits<std::uint32_t>::max();
    return {fits ? static_cast<std::uint32_t>(*value) : 0};
}

std::uint64_t row_id_from(std::optional<std::int64_t> value) {
    return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
}

std::optional<account_record> account_from(const sqlite_statement& row) {
    const auto nickname = row.text(1);
    auto blob = row.blob(2);
    if (!nickname || !blob) return std::nullopt;
    return account_record{node_from(row.integer(0)), *nickname, std::move(*blob), time_from(row.integer(3))};
}

std::optional<network_record> network_from(const sqlite_statement& row) {
    const auto name = network_name::parse(row.text(1).value_or(""));
    const auto hash = row.text(3);
    if (!name || !hash) return std::nullopt;
    return network_record{row_id_from(row.integer(0)), *name, node_from(row.integer(2)), *hash,
                          time_from(row.integer(4))};
}

std::optional<member_record> member_from(const sqlite_statement& row) {
    return member_record{row_id_from(row.integer(0)), node_from(row.integer(1)), time_from(row.integer(2))};
}

/// The query's last column is the row's number, for a message.
template <typename Record, typename From>
result<std::vector<Record>> read_table(sqlite_connection& connection, const std::filesystem::path& file,
                                       std::string_view table, std::string_view sql, int number_column, From from) {
    auto statement = connection.prepare(sql);
    if (!statement) return fail(statement.error());
    std::vector<Record> records;
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return records;
        auto record = from(*statement);
        if (!record || !is_sound(*record)) {
            const auto number = std::to_string(statement->integer(number_column).value_or(0));
            return fail(errc::state_unreadable, "database '" + file.string() + "': row " + number + " of the table " +
                                                    std::string(table) +
                                                    " holds what cannot be. Correct the row, or restore a backup.");
        }
        records.push_back(std::move(*record));
    }
}

}  // namespace

result<record_tables> record_tables::prepare(sqlite_connection& connection) {
    std::vector<sqlite_statement> statements;
    for (const auto sql : operation_sql) {
        auto statement = connection.prepare(sql);
        if (!statement) return fail(statement.error());
        statements.push_back(std::move(*statement));
    }
    return record_tables(std::move(statements));
}

result<void> record_tables::apply(const record_operation& operation) {
    auto& statement = statements_[operation.index()];
    return std::visit([&](const auto& each) { return run(each, statement); }, operation);
}

result<void> record_tables::run(const put_account& operation, sqlite_statement& statement) {
    const auto& record = operation.record;
    if (!is_sound(record)) return unsound("account " + to_string(record.id));
    statement.bind(0, stored(record.id)).bind(1, std::string_view(record.nickname));
    return statement.bind(2, byte_view(record.key_blob)).bind(3, stored(record.created)).run();
}

result<void> record_tables::run(const put_network& operation, sqlite_statement& statement) {
    const auto& record = operation.record;
    if (!is_sound(record)) return unsound("network '" + record.name.text() + "'");
    statement.bind(0, stored(record.id)).bind(1, std::string_view(record.name.text())).bind(2, stored(record.owner));
    return statement.bind(3, std::string_view(record.password_hash)).bind(4, stored(record.created)).run();
}

result<void> record_tables::run(const put_member& operation, sqlite_statement& statement) {
    const auto& record = operation.record;
    if (!is_sound(record)) return unsound("member " + to_string(record.node));
    return statement.bind(0, stored(record.network)).bind(1, stored(record.node)).bind(2, stored(record.joined)).run();
}

result<void> record_tables::run(const erase_account& operation, sqlite_statement& statement) {
    return statement.bind(0, stored(operation.id)).run();
}

result<void> record_tables::run(const erase_network& operation, sqlite_statement& statement) {
    return statement.bind(0, stored(operation.id)).run();
}

result<void> record_tables::run(const erase_member& operation, sqlite_statement& statement) {
    return statement.bind(0, stored(operation.network)).bind(1, stored(operation.node)).run();
}

result<directory_records> record_tables::read_all(sqlite_connection& connection, const std::filesystem::path& file) {
    auto accounts = read_table<account_record>(
        connection, file, "accounts", "SELECT id, nickname, key_blob, created, rowid FROM accounts ORDER BY id", 4,
        account_from);
    if (!accounts) return fail(accounts.error());
    auto networks = read_table<network_record>(
        connection, file, "networks", "SELECT id, name, owner, password_hash, created, rowid FROM networks ORDER BY id",
        5, network_from);
    if (!networks) return fail(networks.error());
    // Those who joined within one second stay in the order in which they came.
    auto members = read_table<member_record>(connection, file, "members",
                                             "SELECT network, node, joined, rowid FROM members ORDER BY joined, rowid",
                                             3, member_from);
    if (!members) return fail(members.error());
    const auto last_network = connection.integer("SELECT max(seq) FROM sqlite_sequence WHERE name = 'networks'");
    if (!last_network) return fail(last_network.error());

    directory_records all{std::move(*accounts), std::move(*networks), std::move(*members)};
    all.next_network = row_id_from(*last_network) + 1;
    if (!all.networks.empty()) all.next_network = std::max(all.next_network, all.networks.back().id + 1);
    return all;
}

}  // namespace buri::store
