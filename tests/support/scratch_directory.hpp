#pragma once
// A directory that is there for one test, short enough for the path of a socket.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace buri::test {

class scratch_directory {
public:
    scratch_directory() {
        std::string name = "/tmp/buri-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace buri::test
