#pragma once
// A network of the test's own, for what needs interfaces and routes. Needs root; a test that cannot have one fails and says so.
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <stdexcept>
#include <string>

namespace buri::test {

/// The calling thread, and threads that it starts, live in an empty network while this exists.
class network_namespace {
public:
    network_namespace() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
        if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0) {
            throw std::runtime_error("tests tagged [netns] need root, or CAP_SYS_ADMIN and CAP_NET_ADMIN: " +
                                     std::generic_category().message(errno));
        }
        bring_up("lo");
    }
    ~network_namespace() {
        // Staying in the wrong network would falsify every test after this one.
        if (::setns(before_, CLONE_NEWNET) != 0) std::abort();
        ::close(before_);
    }
    network_namespace(const network_namespace&) = delete;
    network_namespace& operator=(const network_namespace&) = delete;

    static void bring_up(const std::string& interface) {
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ifreq request{};
        interface.copy(request.ifr_name, IFNAMSIZ - 1);
        const bool read = ::ioctl(fd, SIOCGIFFLAGS, &request) == 0;
        request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
        const bool written = read && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
        ::close(fd);
        if (!written) throw std::system_error(errno, std::generic_category(), "bringing up " + interface);
    }

private:
    int before_;
};

}  // namespace buri::test
