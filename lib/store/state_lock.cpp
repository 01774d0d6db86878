#include "buri/store/state_lock.hpp"

#include "buri/store/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace buri::store {
namespace {

/// The number that the holder wrote, or nothing useful from a holder that is only just starting.
std::string holder(int file) {
    std::array<char, 16> text{};
    const auto size = ::pread(file, text.data(), text.size() - 1, 0);
    const std::string all(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const auto digits = all.substr(0, all.find('\n'));
    const bool is_number = !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    return is_number ? "process " + digits : "another process";
}

}  // namespace

result<state_lock> state_lock::acquire(const std::filesystem::path& directory) {
    const auto path = directory / "lock";
    descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
    if (!file) return fail(file_error("cannot open", path, errno));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(file_error("cannot lock", path, errno));
        return fail(errc::daemon_running, "cannot use the state directory '" + directory.string() +
                                              "': " + holder(file.get()) +
                                              " uses it. End that one first, or name another directory with --state.");
    }
    remove_unfinished_files(directory);
    const auto line = std::to_string(::getpid()) + "\n";
    // The number is for messages only: a full disk does not keep a daemon from starting.
    const bool written = ::ftruncate(file.get(), 0) == 0 && ::pwrite(file.get(), line.data(), line.size(), 0) > 0;
    static_cast<void>(written);
    return state_lock(std::move(file));
}

}  // namespace buri::store
