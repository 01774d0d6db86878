#pragma once
// A listening unix socket, its file and who may use it.
#include "buri/base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace buri::daemon {

/// Owns the descriptor and the socket file; the file goes with it, unless another process has put its own there since.
class unix_listener {
public:
    /// Mode 0660 with the group if it exists, else 0600. A file that nobody listens on is replaced;
    /// errc::daemon_running if somebody does; errc::state_unreadable, errc::permission or errc::usage (path too long)
    /// otherwise.
    static result<unix_listener> open(const std::filesystem::path& path, const std::string& group);
    unix_listener(unix_listener&& other) noexcept;
    unix_listener& operator=(unix_listener&& other) noexcept;
    ~unix_listener();

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    unix_listener() = default;

    std::filesystem::path path_;
    int descriptor_ = -1;
    ino_t file_ = 0;
};

}  // namespace buri::daemon
