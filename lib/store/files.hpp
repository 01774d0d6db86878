#pragma once
// Files that survive a crash: what is written is either wholly there or not at all.
#include "buri/base/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace buri::store {

/// The content, or nothing if there is no such file. More than `max` bytes, or anything but a regular file, is an
/// error.
result<std::optional<std::string>> read_file(const std::filesystem::path& path, std::size_t max);

enum class if_exists { replace, fail };

/// When this returns, the file has this content and mode even if the power fails; before, it has the old content or is
/// absent. errc::disk_full and errc::permission leave everything as it was.
result<void> write_file_durably(const std::filesystem::path& path, std::string_view content, mode_t mode,
                                if_exists existing = if_exists::replace);

/// Makes the directory, and its parents with mode 0755. One that exists is left as it is.
result<void> make_directory(const std::filesystem::path& path, mode_t mode);

/// An entry made in the directory, or renamed, is there after a power failure.
result<void> sync_directory(const std::filesystem::path& path);

/// Gives a finished file its name for good. errc::state_unreadable if that is taken: nothing was replaced.
result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// errc::state_unreadable: the file is there already.
tl::unexpected<error> refused_to_replace(const std::filesystem::path& file);

/// What errno says, as an error: errc::disk_full, errc::permission or errc::state_unreadable. `doing` is like "cannot
/// write".
error file_error(std::string_view doing, const std::filesystem::path& path, int number);

/// Takes away what a killed process left of write_file_durably(). Nobody may be writing there now.
void remove_unfinished_files(const std::filesystem::path& directory);

}  // namespace buri::store
