#pragma once
// Commands on their way to the data plane's thread, with a descriptor that poll() sees.
#include "buri/dataplane/plane.hpp"

#include <mutex>
#include <vector>

namespace buri::dataplane {

class mailbox {
public:
    /// Throws std::system_error if the process has no descriptor left.
    mailbox();
    ~mailbox();
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    /// Readable while something waits.
    [[nodiscard]] int fd() const { return fd_; }
    /// What is posted after close() is dropped, and closes the descriptor that it brought; so does what nobody takes.
    void post(command what);
    void close();

    struct delivery {
        std::vector<command> commands;
        bool closed = false;
    };
    delivery take();

private:
    void wake() const;

    int fd_ = -1;
    std::mutex mutex_;
    std::vector<command> waiting_;
    bool closed_ = false;
};

}  // namespace buri::dataplane
