#include "buri/dataplane/wakeup.hpp"

#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace buri::dataplane {

wakeup::wakeup() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

wakeup::~wakeup() {
    ::close(fd_);
}

void wakeup::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one);
}

void wakeup::reset() const {
    std::uint64_t count = 0;
    (void)!::read(fd_, &count, sizeof count);
}

}  // namespace buri::dataplane
