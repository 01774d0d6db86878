#include "buri/dataplane/plane.hpp"

#include "buri/dataplane/worker.hpp"

#include <signal.h>

#include <thread>
#include <utility>

namespace buri::dataplane {
namespace {

/// Signals are for the process's main thread; the data plane's thread is born with all of them blocked.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

struct plane::parts {
    worker work;
    std::thread thread;
};

plane::plane(tun_device tun, udp::datagram_socket socket, std::function<void()> on_reports, logger log)
    : parts_(new parts{{std::move(tun), std::move(socket), std::move(on_reports), std::move(log)}, {}}) {
    const signals_blocked during_start;
    parts_->thread = std::thread(&worker::run, &parts_->work);
}

plane::~plane() {
    parts_->work.commands().close();
    parts_->thread.join();
}

void plane::post(command what) {
    parts_->work.commands().post(std::move(what));
}

std::vector<report> plane::take_reports() {
    return parts_->work.reports().take();
}

std::uint64_t plane::dropped(drop_reason reason) const {
    return parts_->work.forwarding().drops()[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
}

}  // namespace buri::dataplane
