#include "daemon/unix_listener.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace buri::daemon {
namespace {

tl::unexpected<error> cannot_listen(const std::filesystem::path& path, int problem) {
    const bool denied = problem == EACCES || problem == EPERM || problem == EROFS;
    return fail(denied ? errc::permission : errc::state_unreadable,
                "cannot make the socket " + path.string() + ": " + std::strerror(problem) +
                    (denied ? ". Run it as root, or name another place with --socket" : ""));
}

result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto& text = path.native();
    if (text.size() >= sizeof address.sun_path) {
        return fail(errc::usage, "the socket's path is longer than " + std::to_string(sizeof address.sun_path - 1) +
                                     " bytes: " + text + ". Name a shorter one with --socket");
    }
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Takes away a socket file that was left by a process that is gone.
result<void> remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) {
        return fail(errc::state_unreadable,
                    path.string() + " is in the way: it is not a socket. Move it, or use --socket");
    }
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return cannot_listen(path, errno);
    const bool refused = ::connect(probe, generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    if (!refused) return fail(errc::daemon_running, "a daemon already listens on " + path.string());
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot_listen(path, errno);
    return {};
}

std::optional<gid_t> group_id(const std::string& name) {
    std::vector<char> buffer(16 * 1024);
    group row{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &row, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->gr_gid;
}

/// Before listen(), so that nobody connects while the file still has the mode that bind() gave it.
bool restrict(const std::filesystem::path& path, const std::string& group) {
    const auto id = group_id(group);
    const bool shared = id && ::chown(path.c_str(), static_cast<uid_t>(-1), *id) == 0;
    return ::chmod(path.c_str(), shared ? 0660 : 0600) == 0;
}

}  // namespace

result<unix_listener> unix_listener::open(const std::filesystem::path& path, const std::string& group) {
    const auto address = address_of(path);
    if (!address) return fail(address.error());
    if (const auto clear = remove_stale(path, *address); !clear) return fail(clear.error());

    unix_listener listener;
    listener.descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener.descriptor_ < 0) return cannot_listen(path, errno);
    if (::bind(listener.descriptor_, generic(*address), sizeof *address) != 0) return cannot_listen(path, errno);
    listener.path_ = path;
    struct stat made {};
    if (::lstat(path.c_str(), &made) == 0) listener.file_ = made.st_ino;
    if (!restrict(path, group) || ::listen(listener.descriptor_, 32) != 0) return cannot_listen(path, errno);
    return listener;
}

unix_listener::unix_listener(unix_listener&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      file_(std::exchange(other.file_, 0)) {}

unix_listener& unix_listener::operator=(unix_listener&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(file_, other.file_);
    return *this;
}

unix_listener::~unix_listener() {
    if (descriptor_ < 0) return;
    struct stat found {};
    if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0 && found.st_ino == file_) ::unlink(path_.c_str());
    ::close(descriptor_);
}

}  // namespace buri::daemon
