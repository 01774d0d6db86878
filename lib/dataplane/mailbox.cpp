#include "buri/dataplane/mailbox.hpp"

#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace buri::dataplane {
namespace {

void discard(const command& what) {
    if (const auto* brought = std::get_if<add_channel>(&what)) ::close(brought->fd);
}

}  // namespace

mailbox::mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

mailbox::~mailbox() {
    for (const auto& what : waiting_)
        discard(what);
    ::close(fd_);
}

void mailbox::post(command what) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return discard(what);
        first = waiting_.empty();
        waiting_.push_back(std::move(what));
    }
    if (first) wake();
}

void mailbox::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake();
}

mailbox::delivery mailbox::take() {
    std::uint64_t count = 0;
    (void)!::read(fd_, &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return {std::exchange(waiting_, {}), closed_};
}

void mailbox::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one);
}

}  // namespace buri::dataplane
