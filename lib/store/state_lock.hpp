#pragma once
// One daemon a state directory. The kernel drops the lock with the process, however that ends.
#include "buri/base/result.hpp"
#include "buri/store/descriptor.hpp"

#include <filesystem>
#include <utility>

namespace buri::store {

class state_lock {
public:
    /// Takes DIR/lock and writes this process's number into it. errc::daemon_running names the process that holds it.
    /// The lock belongs to the open file: a child that was forked with it keeps it too, so a daemon forks first.
    static result<state_lock> acquire(const std::filesystem::path& directory);

private:
    explicit state_lock(descriptor file) : file_(std::move(file)) {}

    descriptor file_;
};

}  // namespace buri::store
