#pragma once
// Key files: the private key as PEM that only its owner can read, the public key as one line in OpenSSH's format.
#include "buri/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace buri::store {

/// The PEM text, or nothing if there is no such file. errc::key_file if anybody but the owner has any right to the
/// file, or if it is not a regular file.
result<std::optional<std::string>> load_private_key(const std::filesystem::path& path);

/// Mode 0600. errc::key_file if the file exists: a private key is never replaced.
result<void> save_private_key(const std::filesystem::path& path, std::string_view pem);

/// Mode 0644; replaces what is there.
result<void> save_public_key(const std::filesystem::path& path, std::string_view line);

}  // namespace buri::store
