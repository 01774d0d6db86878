#include "buri/server/restore.hpp"

#include "buri/server/initialise.hpp"
#include "buri/server/state_files.hpp"
#include "buri/store/files.hpp"
#include "buri/store/server_database.hpp"
#include "buri/store/state_lock.hpp"

#include <algorithm>

namespace buri::server {
namespace {

namespace fs = std::filesystem;

/// A folder in the state directory where everything is made first; it goes away, whatever happens.
class staging {
public:
    static result<staging> make(const fs::path& state) {
        staging out(state / restore_folder);
        std::error_code ignored;
        fs::remove_all(out.path_, ignored);
        const auto made = store::make_directory(out.path_, 0700);
        if (!made) return fail(made.error());
        return out;
    }
    staging(staging&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    staging& operator=(staging&&) = delete;
    ~staging() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    explicit staging(fs::path path) : path_(std::move(path)) {}

    fs::path path_;
};

/// A log that an earlier database left would be read as the restored one's.
result<void> refuse_existing(const fs::path& state) {
    const std::string database(database_file.name);
    std::vector<std::string> names{database, database + "-wal", database + "-journal"};
    for (const auto& file : small_state_files())
        names.emplace_back(file.name);
    for (const auto& name : names) {
        std::error_code ignored;
        if (!fs::exists(fs::symlink_status(state / name, ignored))) continue;
        return fail(errc::already_initialised, "there is a server in " + state.string() + " already: it has " + name +
                                                   ". Name another directory with --state.");
    }
    return {};
}

result<void> write_small_files(const fs::path& backup, const fs::path& into,
                               const std::vector<store::backup_file>& files) {
    for (const auto& file : small_state_files()) {
        const auto found = std::ranges::find(files, file.name, &store::backup_file::name);
        if (found == files.end()) {
            return fail(errc::state_unreadable, "'" + backup.string() + "' is not the backup of a server: it has no " +
                                                    std::string(file.name) + ".");
        }
        const auto written = store::write_file_durably(into / file.name, found->content, file.mode);
        if (!written) return written;
    }
    return {};
}

/// What was made is read as a server reads it.
result<restored> check(const fs::path& made) {
    const auto config = store::load_server_config(config_path(made));
    if (!config) return fail(config.error());
    const auto keys = load_host_keys(made);
    if (!keys) return fail(keys.error());
    auto database = store::server_database::open(database_path(made));
    if (!database) return fail(database.error());
    const auto records = database->load();
    if (!records) return fail(records.error());
    return restored{records->accounts.size(), records->networks.size()};
}

/// The configuration comes last: without it there is no server.
result<void> move_into_place(const fs::path& from, const fs::path& state) {
    std::vector<state_file> all{database_file};
    all.insert(all.end(), small_state_files().begin(), small_state_files().end());
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::error_code problem;
        fs::rename(from / all[i].name, state / all[i].name, problem);
        if (!problem) continue;
        for (std::size_t k = 0; k < i; ++k) {
            std::error_code ignored;
            fs::remove(state / all[k].name, ignored);
        }
        return fail(store::file_error("cannot write", state / all[i].name, problem.value()));
    }
    return store::sync_directory(state);
}

void remove_state_files(const fs::path& state) {
    std::error_code ignored;
    fs::remove(database_path(state), ignored);
    for (const auto& file : small_state_files())
        fs::remove(state / file.name, ignored);
}

result<restored> restore_into(const fs::path& backup, const fs::path& state) {
    const auto lock = store::state_lock::acquire(state);
    if (!lock) return fail(lock.error());
    // Nothing of a server was there before that restore.
    if (is_half_restored(state)) remove_state_files(state);
    const auto parts = staging::make(state);
    if (!parts) return fail(parts.error());
    const auto files = store::restore_backup(backup, database_path(parts->path()));
    if (!files) return fail(files.error());
    const auto written = write_small_files(backup, parts->path(), *files);
    if (!written) return fail(written.error());
    auto outcome = check(parts->path());
    if (!outcome) return outcome;
    const auto moved = move_into_place(parts->path(), state);
    if (!moved) return fail(moved.error());
    return outcome;
}

}  // namespace

result<restored> restore(const fs::path& backup, const fs::path& state) {
    if (!is_half_restored(state)) {
        const auto is_free = refuse_existing(state);
        if (!is_free) return fail(is_free.error());
    }
    std::error_code ignored;
    const bool is_new = !fs::exists(state, ignored);
    const auto made = store::make_directory(state, 0750);
    if (!made) return fail(made.error());
    auto outcome = restore_into(backup, state);
    if (!outcome && is_new) fs::remove_all(state, ignored);
    return outcome;
}

}  // namespace buri::server
