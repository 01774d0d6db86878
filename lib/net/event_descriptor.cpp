#include "buri/net/event_descriptor.hpp"

#include "buri/net/tokens.hpp"

#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace buri::net {
namespace {

int make_event() {
    const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::system_category(), "eventfd");
    return fd;
}

}  // namespace

event_descriptor::event_descriptor(const asio::any_io_executor& executor)
    : descriptor_(executor, make_event()), fd_(descriptor_.native_handle()) {}

void event_descriptor::notify() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);  // EAGAIN: it is notified already
}

asio::awaitable<bool> event_descriptor::async_wait() {
    const auto [problem] = co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, as_tuple);
    if (problem) co_return false;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(fd_, &count, sizeof count);
    co_return true;
}

}  // namespace buri::net
