#pragma once
// Whether a file is a database of ours, sound and of a version that this program knows; and making it so.
#include "buri/base/result.hpp"
#include "buri/store/schema.hpp"
#include "buri/store/sqlite_connection.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace buri::store {

/// What the first bytes of a database say (sqlite.org/fileformat2, section 1.3), read without SQLite.
struct database_header {
    bool has_log = false;  ///< keeps a write-ahead log beside it
    std::int64_t version = 0;
    std::int64_t application = 0;

    [[nodiscard]] bool is_ours() const;
};

/// errc::state_unreadable if the file is missing, empty, or no database.
result<database_header> read_database_header(const std::filesystem::path& file);

enum class depth { quick, full };

/// The pages, the rows' types and the references; with depth::full the indexes too.
result<void> check_integrity(sqlite_connection& connection, const std::filesystem::path& file, depth how);

/// server_database::open() says what happens.
result<sqlite_connection> open_database(const std::filesystem::path& file, std::span<const migration> schema);

tl::unexpected<error> refused_database(const std::filesystem::path& file, const std::string& why);
tl::unexpected<error> newer_database(const std::filesystem::path& file, std::int64_t found, std::int64_t known);

}  // namespace buri::store
