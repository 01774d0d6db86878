#include "buri/store/record_rows.hpp"

#include <algorithm>

namespace buri::store {
namespace {

template <typename Record>
result<void> read_into(std::vector<Record>& to, sqlite_connection& connection, const std::filesystem::path& file) {
    auto records = read_table<Record>(connection, file);
    if (!records) return fail(records.error());
    to = std::move(*records);
    return {};
}

/// One more than any id that the table has or had.
template <typename Record>
result<void> read_next_id(std::uint64_t& to, sqlite_connection& connection) {
    const auto table = std::string(table_of<Record>::name);
    const auto last =
        connection.integer("SELECT max(coalesce((SELECT max(id) FROM " + table +
                           "), 0), coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = '" + table + "'), 0))");
    if (!last) return fail(last.error());
    to = static_cast<std::uint64_t>(std::max<std::int64_t>(*last, 0)) + 1;
    return {};
}

}  // namespace

error unsound_row(const std::filesystem::path& file, std::string_view table, std::int64_t row) {
    return {errc::state_unreadable, "database '" + file.string() + "': row " + std::to_string(row) + " of the table " +
                                        std::string(table) +
                                        " holds what cannot be. Correct the row, or restore a backup."};
}

result<directory_records> read_directory(sqlite_connection& connection, const std::filesystem::path& file) {
    directory_records all;
    return read_into(all.accounts, connection, file)
        .and_then([&] { return read_into(all.networks, connection, file); })
        .and_then([&] { return read_into(all.members, connection, file); })
        .and_then([&] { return read_into(all.bans, connection, file); })
        .and_then([&] { return read_into(all.invites, connection, file); })
        .and_then([&] { return read_into(all.announcements, connection, file); })
        .and_then([&] { return read_into(all.licences, connection, file); })
        .and_then([&] { return read_into(all.relays, connection, file); })
        .and_then([&] { return read_next_id<network_record>(all.next_network, connection); })
        .and_then([&] { return read_next_id<invite_record>(all.next_invite, connection); })
        .and_then([&] { return read_next_id<announcement_record>(all.next_announcement, connection); })
        .and_then([&] { return read_next_id<audit_record>(all.next_audit, connection); })
        .and_then([&] { return read_next_id<relay_record>(all.next_relay, connection); })
        .map([&] {
            all.next_relay = std::max<std::uint64_t>(all.next_relay, first_relay);
            return std::move(all);
        });
}

}  // namespace buri::store
