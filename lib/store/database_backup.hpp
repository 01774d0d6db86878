#pragma once
// A server's database in one file with the other files that make the server, taken while it serves.
#include "buri/base/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace buri::store {

class sqlite_connection;

/// Another file of the server, by its name in the state directory.
struct backup_file {
    std::string name;
    std::string content;

    bool operator==(const backup_file&) const = default;
};

/// A backup under way, written as FILE.part; one that is given up leaves nothing.
class database_backup {
public:
    static result<database_backup> begin(sqlite_connection& from, const std::filesystem::path& file,
                                         std::vector<backup_file> files);

    database_backup(database_backup&&) noexcept;
    database_backup& operator=(database_backup&&) noexcept;
    ~database_backup();

    /// Copies at most so many pages of 4096 bytes. True: the backup is complete, on the disk, with mode 0600, as FILE.
    /// After an error it cannot go on.
    result<bool> step(int pages);

private:
    struct state;
    explicit database_backup(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

/// Writes the database of a backup as a new file, and gives the other files. The records have been read once then, so
/// that a server can start from it. errc::state_unreadable and errc::state_newer say why the file is no such backup;
/// nothing is left behind.
result<std::vector<backup_file>> restore_backup(const std::filesystem::path& backup,
                                                const std::filesystem::path& database);

}  // namespace buri::store
