#include "buri/udp/system_calls.hpp"

#include <poll.h>

#include <cerrno>

namespace buri::udp {

int system_calls::send(int fd, std::span<mmsghdr> messages) {
    const auto count = static_cast<unsigned>(messages.size());
    const int taken = ::sendmmsg(fd, messages.data(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
    return taken >= 0 ? taken : -errno;
}

int system_calls::receive(int fd, std::span<mmsghdr> messages) {
    const auto count = static_cast<unsigned>(messages.size());
    const int came = ::recvmmsg(fd, messages.data(), count, MSG_DONTWAIT, nullptr);
    return came >= 0 ? came : -errno;
}

void system_calls::wait_writable(int fd, std::chrono::milliseconds longest) {
    pollfd polled{fd, POLLOUT, 0};
    (void)::poll(&polled, 1, static_cast<int>(longest.count()));
}

system_calls& system_calls::real() {
    static system_calls kernel;
    return kernel;
}

}  // namespace buri::udp
