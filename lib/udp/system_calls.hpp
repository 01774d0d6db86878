#pragma once
// The system calls of batches, one virtual call for each, so that a test can let them fail.
#include <sys/socket.h>

#include <chrono>
#include <span>

namespace buri::udp {

class system_calls {
public:
    system_calls() = default;
    system_calls(const system_calls&) = delete;
    system_calls& operator=(const system_calls&) = delete;
    virtual ~system_calls() = default;

    /// sendmmsg(2), without waiting: how many messages were taken, or what is wrong with the first as -errno.
    virtual int send(int fd, std::span<mmsghdr> messages);
    /// recvmmsg(2), without waiting: how many messages came, or -errno.
    virtual int receive(int fd, std::span<mmsghdr> messages);
    /// Until the socket takes something again, but no longer than this.
    virtual void wait_writable(int fd, std::chrono::milliseconds longest);

    /// The kernel's.
    static system_calls& real();
};

}  // namespace buri::udp
