#pragma once
// A disk that fills up: a small tmpfs that only this test program sees. Needs root.
#include "tests/unit/store/directory_contents.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <string>

namespace buri::test {

class small_disk {
public:
    explicit small_disk(const std::string& size) {
        if (::geteuid() != 0) throw std::runtime_error("this test mounts a file system: run it as root");
        static const bool is_private =
            ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        const auto options = "size=" + size;
        if (!is_private || ::mount("tmpfs", where_.path().c_str(), "tmpfs", 0, options.c_str()) != 0) {
            throw std::runtime_error(std::string("this test cannot mount a tmpfs: ") + std::strerror(errno));
        }
    }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() { ::umount2(where_.path().c_str(), MNT_DETACH); }

    [[nodiscard]] const std::filesystem::path& path() const { return where_.path(); }

    /// Takes all the space but about this many bytes.
    void fill_up(std::size_t left) {
        const auto room = std::filesystem::space(path()).available;
        if (room > left) put(path() / "ballast", std::string(room - left, 'x'));
    }
    void free_up() { std::filesystem::remove(path() / "ballast"); }

private:
    scratch_directory where_;
};

}  // namespace buri::test
