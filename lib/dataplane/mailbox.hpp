#pragma once
// Commands on their way to a thread of the data plane, with a descriptor that poll() sees.
#include "buri/dataplane/wakeup.hpp"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace buri::dataplane {

template <typename Command>
class mailbox {
public:
    /// Readable while something waits.
    [[nodiscard]] int fd() const { return wakeup_.fd(); }
    /// As fd() tells, without a system call.
    [[nodiscard]] bool has_mail() const { return has_mail_.load(std::memory_order_acquire); }

    /// What is posted after close() is dropped.
    void post(Command what) {
        bool is_first = false;
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return;
            is_first = waiting_.empty();
            waiting_.push_back(std::move(what));
            has_mail_.store(true, std::memory_order_release);
        }
        if (is_first) wakeup_.wake();
    }
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
            has_mail_.store(true, std::memory_order_release);
        }
        wakeup_.wake();
    }

    struct delivery {
        std::vector<Command> commands;
        bool closed = false;
    };
    delivery take() {
        wakeup_.reset();
        const std::lock_guard lock(mutex_);
        has_mail_.store(closed_, std::memory_order_relaxed);
        return {std::exchange(waiting_, {}), closed_};
    }

private:
    wakeup wakeup_;
    std::mutex mutex_;
    std::vector<Command> waiting_;
    std::atomic<bool> has_mail_{false};
    bool closed_ = false;
};

}  // namespace buri::dataplane
