#pragma once
#include "buri/base/result.hpp"

#include <cstddef>
#include <filesystem>

namespace buri::server {

struct restored {
    std::size_t accounts = 0;
    std::size_t networks = 0;
};

/// Makes a state directory from a backup: database, host keys, server.toml. All of it or nothing.
/// errc::already_initialised if anything of a server is there already; errc::state_unreadable if the file is no such backup.
result<restored> restore(const std::filesystem::path& backup, const std::filesystem::path& state);

}  // namespace buri::server
