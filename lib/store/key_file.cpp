#include "buri/store/key_file.hpp"

#include "buri/store/files.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace buri::store {
namespace {

/// An RSA key of 4096 bits in PEM has 3.2 kB.
constexpr std::size_t max_key_file = 16'384;

tl::unexpected<error> refused(const std::filesystem::path& path, const std::string& why) {
    return fail(errc::key_file, "cannot use the private key '" + path.string() + "': " + why);
}

std::string octal(mode_t mode) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
    return text.data();
}

}  // namespace

result<std::optional<std::string>> load_private_key(const std::filesystem::path& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) {
        if (errno == ENOENT) return std::nullopt;
        return fail(file_error("cannot read", path, errno));
    }
    if (!S_ISREG(about.st_mode)) return refused(path, "it is not a regular file. Move it away.");
    if ((about.st_mode & 077U) != 0) {
        return refused(path, "its mode " + octal(about.st_mode) + " lets other users at it. Run: chmod 600 '" +
                                 path.string() + "'");
    }
    auto content = read_file(path, max_key_file);
    if (content && *content && (*content)->empty()) {
        return refused(path, "the file is empty. Restore it from a backup, or move it away to get a new key.");
    }
    return content;
}

result<void> save_private_key(const std::filesystem::path& path, std::string_view pem) {
    auto saved = write_file_durably(path, pem, 0600, if_exists::fail);
    struct stat about {};
    if (!saved && ::lstat(path.c_str(), &about) == 0) {
        return refused(path, "it exists already, and a key is never replaced. Move it away first.");
    }
    return saved;
}

result<void> save_public_key(const std::filesystem::path& path, std::string_view line) {
    return write_file_durably(path, line, 0644);
}

}  // namespace buri::store
