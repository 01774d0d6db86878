#pragma once
// The mediation server's memory: one SQLite file. An acknowledged change is on the disk.
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"
#include "buri/store/database_backup.hpp"
#include "buri/store/schema.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace buri::store {

/// The newest entries of the audit log that fit.
struct audit_query {
    std::optional<std::uint64_t> network;  ///< none: all entries; 0: those about no network
    std::uint64_t after = 0;               ///< only entries with a higher id
    std::uint32_t limit = 1000;
};

/// One connection, which no other process can share while it is open. Not for two threads at once.
class server_database {
public:
    /// Opens the file, makes it with mode 0600 if it is missing, and brings an older version up to date, all or
    /// nothing. errc::state_newer leaves the database of a newer version untouched; errc::state_unreadable says that it
    /// is damaged, in use, or something else than such a database, and leaves it untouched too.
    static result<server_database> open(const std::filesystem::path& file,
                                        std::span<const migration> schema = server_schema());

    server_database(server_database&&) noexcept;
    server_database& operator=(server_database&&) noexcept;
    ~server_database();

    /// Everything but the audit log. errc::state_unreadable names the row that no rule of this program can have written.
    result<directory_records> load();

    /// All of the change or nothing of it. errc::disk_full: nothing was changed, and later changes can succeed.
    result<void> commit(const record_change& change);

    /// The oldest first.
    result<std::vector<audit_record>> read_audit(const audit_query& query);

    /// Removes the oldest entries as long as they are from before `keep_since` or there are more than `keep_count` (0:
    /// any number), but never the newest. Gives how many went.
    result<std::uint64_t> prune_audit(wall_time keep_since, std::uint64_t keep_count);

    /// Begins a copy of the database with these other files in it; neither FILE nor FILE.part may exist yet. The
    /// database must outlive the last step, and goes on as ever: changes made before that are in the copy. A change
    /// that fails makes the copy begin anew.
    result<database_backup> begin_backup(const std::filesystem::path& file, std::vector<backup_file> files);

private:
    struct state;
    explicit server_database(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

}  // namespace buri::store
