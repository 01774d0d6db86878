#include "buri/store/files.hpp"

#include "buri/store/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace buri::store {
namespace {

/// Between the name of the file that it is to become and six characters at random.
constexpr std::string_view unfinished = ".new-";

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// 0, or errno.
int write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// The new content beside the file that it is to become; gone again unless it was put in place.
class temporary_file {
public:
    explicit temporary_file(const std::filesystem::path& target)
        : name_((directory_of(target) / ("." + target.filename().string() + std::string(unfinished) + "XXXXXX"))
                    .string()),
          file_(::mkostemp(name_.data(), O_CLOEXEC)) {}
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        if (file_) ::unlink(name_.c_str());
    }

    /// 0, or errno.
    int fill(std::string_view content, mode_t mode) {
        if (!file_) return errno;
        if (const int problem = write_all(file_.get(), content); problem != 0) return problem;
        if (::fchmod(file_.get(), mode) != 0 || ::fsync(file_.get()) != 0) return errno;
        return 0;
    }

    /// 0, or errno. A link, unlike a rename, never replaces: EEXIST.
    int put_in_place(const std::filesystem::path& target, if_exists existing) {
        if (existing == if_exists::fail) return ::link(name_.c_str(), target.c_str()) == 0 ? 0 : errno;
        if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
        file_ = descriptor();
        return 0;
    }

private:
    std::string name_;
    descriptor file_;
};

}  // namespace

error file_error(std::string_view doing, const std::filesystem::path& path, int number) {
    const auto what = std::string(doing) + " " + quoted(path) + ": ";
    switch (number) {
        case ENOSPC:
        case EDQUOT:
            return {errc::disk_full, what + "the disk is full; nothing was changed. Free some space and try again."};
        case EACCES:
        case EPERM:
            return {errc::permission, what + "permission denied. Run this as the owner of the file, or as root."};
        case EROFS:
            return {errc::permission, what + "the file system is read-only. Remount it or name another directory."};
        default:
            return {errc::state_unreadable,
                    what + std::generic_category().message(number) + ". Check the path and the disk, then try again."};
    }
}

result<std::optional<std::string>> read_file(const std::filesystem::path& path, std::size_t max) {
    constexpr std::string_view doing = "cannot read";
    // A FIFO in the file's place must not hang the program.
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    struct stat about {};
    if (!file || ::fstat(file.get(), &about) != 0) return fail(file_error(doing, path, errno));
    if (!S_ISREG(about.st_mode)) {
        return fail(errc::state_unreadable,
                    "cannot read " + quoted(path) + ": it is not a regular file. Move it away.");
    }
    std::string content(max + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const auto got = ::read(file.get(), content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(file_error(doing, path, errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > max) {
        return fail(errc::state_unreadable, "cannot read " + quoted(path) + ": it is larger than " +
                                                std::to_string(max) +
                                                " bytes, so it is not what it should be. Look at it, or move it away.");
    }
    content.resize(size);
    return content;
}

result<void> write_file_durably(const std::filesystem::path& path, std::string_view content, mode_t mode,
                                if_exists existing) {
    constexpr std::string_view doing = "cannot write";
    {
        temporary_file fresh(path);
        if (const int problem = fresh.fill(content, mode); problem != 0) return fail(file_error(doing, path, problem));
        const int problem = fresh.put_in_place(path, existing);
        if (problem == EEXIST) return refused_to_replace(path);
        if (problem != 0) return fail(file_error(doing, path, problem));
    }
    return sync_directory(directory_of(path));
}

tl::unexpected<error> refused_to_replace(const std::filesystem::path& file) {
    return fail(errc::state_unreadable,
                "cannot write " + quoted(file) + ": it exists already and was left as it is. Move it away first.");
}

result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    int problem = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (problem == EINVAL) {
        // Not every file system has that; a link does not replace either.
        problem = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
        if (problem == 0) ::unlink(from.c_str());
    }
    if (problem == EEXIST) return refused_to_replace(to);
    if (problem != 0) return fail(file_error("cannot write", to, problem));
    return sync_directory(directory_of(to));
}

result<void> make_directory(const std::filesystem::path& path, mode_t mode) {
    constexpr std::string_view doing = "cannot make directory";
    // "a/b/" names the same directory as "a/b", and has an empty last part.
    const auto wanted = path.has_filename() ? path : path.parent_path();
    if (::mkdir(wanted.c_str(), mode) == 0) {
        // The mode is what was asked for, whatever the umask is.
        if (::chmod(wanted.c_str(), mode) != 0) return fail(file_error(doing, wanted, errno));
        return sync_directory(directory_of(wanted));
    }
    const int problem = errno;
    std::error_code ignored;
    if (problem == EEXIST && std::filesystem::is_directory(wanted, ignored)) return {};
    if (problem == EEXIST) {
        return fail(errc::state_unreadable,
                    "cannot make directory " + quoted(wanted) + ": something else has this name. Move it away.");
    }
    const auto parent = wanted.parent_path();
    // ENOENT with the parent in place: a file system where nothing can be made.
    if (problem != ENOENT || parent.empty() || std::filesystem::is_directory(parent, ignored)) {
        return fail(file_error(doing, wanted, problem));
    }
    if (const auto above = make_directory(parent, 0755); !above) return above;
    return make_directory(wanted, mode);
}

result<void> sync_directory(const std::filesystem::path& path) {
    const descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return fail(file_error("cannot sync directory", path, errno));
    return {};
}

void remove_unfinished_files(const std::filesystem::path& directory) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        const auto name = entry.path().filename().string();
        const auto mark = name.rfind(unfinished);
        if (name.starts_with('.') && mark != std::string::npos && name.size() == mark + unfinished.size() + 6) {
            std::filesystem::remove(entry.path(), ignored);
        }
    }
}

}  // namespace buri::store
