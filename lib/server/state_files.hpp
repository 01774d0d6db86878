#pragma once
// What a mediation server's state directory holds.
#include "buri/base/result.hpp"
#include "buri/store/database_backup.hpp"

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace buri::server {

struct state_file {
    std::string_view name;
    mode_t mode;
};

inline constexpr state_file ed25519_private{"host_ed25519.pem", 0600};
inline constexpr state_file ed25519_public{"host_ed25519.pub", 0644};
inline constexpr state_file rsa_private{"host_rsa.pem", 0600};
inline constexpr state_file rsa_public{"host_rsa.pub", 0644};
inline constexpr state_file config_file{"server.toml", 0644};
inline constexpr state_file database_file{"server.db", 0600};

/// A directory where a restore makes everything first.
inline constexpr std::string_view restore_folder = "restore.part";
/// Whether a restore was killed here: without a configuration there is no server, whatever else there is.
bool is_half_restored(const std::filesystem::path& state);

/// All but the database, in the order in which they are made: a directory with the last one is complete.
std::span<const state_file> small_state_files();

std::filesystem::path config_path(const std::filesystem::path& state);
std::filesystem::path database_path(const std::filesystem::path& state);

/// The contents of small_state_files(), where `config` is the configuration that the server uses.
result<std::vector<store::backup_file>> read_small_files(const std::filesystem::path& state,
                                                         const std::filesystem::path& config);

}  // namespace buri::server
