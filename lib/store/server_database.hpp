#pragma once
// The mediation server's memory: one SQLite file. An acknowledged change is on the disk.
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"
#include "buri/store/schema.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace buri::store {

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

    /// Everything. errc::state_unreadable names the row that no rule of this program can have written.
    result<directory_records> load();

    /// All of the change or nothing of it. errc::disk_full: nothing was changed, and later changes can succeed.
    result<void> commit(const record_change& change);

private:
    struct state;
    explicit server_database(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

}  // namespace buri::store
