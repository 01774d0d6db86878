#include "buri/server/state_files.hpp"

#include "buri/store/files.hpp"
#include "buri/store/toml_document.hpp"

#include <array>

namespace buri::server {
namespace {

constexpr std::array small{ed25519_private, ed25519_public, rsa_private, rsa_public, config_file};

}  // namespace

std::span<const state_file> small_state_files() {
    return small;
}

std::filesystem::path config_path(const std::filesystem::path& state) {
    return state / config_file.name;
}

std::filesystem::path database_path(const std::filesystem::path& state) {
    return state / database_file.name;
}

bool is_half_restored(const std::filesystem::path& state) {
    const auto is_there = [&](std::string_view name) {
        std::error_code ignored;
        return std::filesystem::exists(std::filesystem::symlink_status(state / name, ignored));
    };
    return is_there(restore_folder) && !is_there(config_file.name);
}

result<std::vector<store::backup_file>> read_small_files(const std::filesystem::path& state,
                                                         const std::filesystem::path& config) {
    std::vector<store::backup_file> out;
    for (const auto& file : small) {
        const auto path = file.name == config_file.name ? config : state / file.name;
        auto content = store::read_file(path, store::max_toml_file);
        if (!content) return fail(content.error());
        if (!*content) return fail(errc::state_unreadable, "cannot read '" + path.string() + "': it is gone.");
        out.push_back({std::string(file.name), std::move(**content)});
    }
    return out;
}

}  // namespace buri::server
