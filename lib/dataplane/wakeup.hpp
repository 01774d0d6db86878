#pragma once
// Wakes a thread out of poll(): an eventfd(2).

namespace buri::dataplane {

class wakeup {
public:
    /// Throws std::system_error if the process has no descriptor left.
    wakeup();
    ~wakeup();
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;

    /// Readable from wake() to reset().
    [[nodiscard]] int fd() const { return fd_; }
    void wake() const;
    void reset() const;

private:
    int fd_ = -1;
};

}  // namespace buri::dataplane
