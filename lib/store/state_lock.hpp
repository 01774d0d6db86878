#pragma once
// One daemon a state directory. The kernel drops the lock with the process, however that ends.
#include "buri/base/result.hpp"

#include <filesystem>

namespace buri::store {

class state_lock {
public:
    /// Takes DIR/lock and writes this process's number into it. errc::daemon_running names the process that holds it.
    /// The lock belongs to the open file: a child that was forked with it keeps it too, so a daemon forks first.
    static result<state_lock> acquire(const std::filesystem::path& directory);

    state_lock(state_lock&& other) noexcept;
    state_lock& operator=(state_lock&& other) noexcept;
    state_lock(const state_lock&) = delete;
    state_lock& operator=(const state_lock&) = delete;
    ~state_lock();

private:
    explicit state_lock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = -1;
};

}  // namespace buri::store
