#include "buri/dataplane/plane.hpp"

#include "buri/dataplane/inbound_worker.hpp"
#include "buri/dataplane/outbound_worker.hpp"

#include <signal.h>

#include <array>
#include <thread>
#include <utility>
#include <vector>

namespace buri::dataplane {
namespace {

/// Signals are for the process's main thread; the data plane's threads are born with all of them blocked.
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
    parts(tun_device given, udp::datagram_socket datagrams, std::function<void()> on_reports, logger given_log)
        : tun(std::move(given)),
          reports(std::move(on_reports)),
          log(std::move(given_log)),
          socket(std::make_shared<way>(std::move(datagrams))),
          outward(tun, socket, reports, log),
          inward(tun, socket, reports, [this](channel_id ended) { outward.commands().post(remove_channel{ended}); }) {
        auto& datagram_socket = std::get<udp::datagram_socket>(*socket);
        fixed.tun = tun.offloads();
        fixed.coalesces = datagram_socket.coalesce_received();
        fixed.receive_buffer = datagram_socket.receive_buffer();
    }

    void start(threads wanted) {
        const signals_blocked during_start;
        const bool has_cores = std::thread::hardware_concurrency() > 1;
        if (wanted == threads::two || (wanted == threads::by_cores && has_cores)) {
            fixed.threads = 2;
            running[0] = std::thread([this] { run({&outward}); });
            running[1] = std::thread([this] { run({&inward}); });
            return;
        }
        running[0] = std::thread([this] { run({&outward, &inward}); });
    }

    /// One direction does not go on without the other.
    void run(const std::vector<polled_worker*>& workers) {
        run_workers(workers);
        close();
    }

    void close() {
        outward.commands().close();
        inward.commands().close();
    }

    void stop() {
        close();
        for (auto& one : running) {
            if (one.joinable()) one.join();
        }
    }

    /// What leads to an answer is told to the thread that receives before the one that sends.
    void post(install_snapshot& what) {
        inward.commands().post(what);
        outward.commands().post(what);
    }
    void post(const add_channel& what) {
        const auto opened = open_way(what.fd, what.stream);
        if (!opened) {
            return log.error("a way for datagrams could not be opened", {{"channel", std::to_string(what.channel)}});
        }
        inward.commands().post(added_way{what.channel, opened});
        outward.commands().post(added_way{what.channel, opened});
    }
    void post(const remove_channel& what) {
        inward.commands().post(what);
        outward.commands().post(what);
    }
    void post(send_datagram& what) { outward.commands().post(std::move(what)); }
    void post(send_message& what) { outward.commands().post(std::move(what)); }

    tun_device tun;
    report_queue reports;
    logger log;
    std::shared_ptr<way> socket;
    outbound_worker outward;
    inbound_worker inward;
    plane_state fixed;  ///< what does not change; without counters
    std::array<std::thread, 2> running;
};

plane::plane(tun_device tun, udp::datagram_socket socket, std::function<void()> on_reports, logger log, threads wanted)
    : parts_(std::make_unique<parts>(std::move(tun), std::move(socket), std::move(on_reports), std::move(log))) {
    parts_->start(wanted);
}

plane::~plane() {
    parts_->stop();
}

void plane::post(command what) {
    std::visit([this](auto& it) { parts_->post(it); }, what);
}

std::vector<report> plane::take_reports() {
    return parts_->reports.take();
}

std::uint64_t plane::dropped(drop_reason reason) const {
    const auto& sent = parts_->outward.sent();
    auto out = parts_->outward.drops()[reason] + parts_->inward.drops()[reason];
    if (reason == drop_reason::too_large) out += sent.too_large.value();
    if (reason == drop_reason::not_taken) out += sent.refused.value();
    return out;
}

plane_state plane::state() const {
    const auto& sent = parts_->outward.sent();
    const auto& read = parts_->outward.read();
    const auto& received = parts_->inward.received();
    const auto& written = parts_->inward.written();
    plane_state out = parts_->fixed;
    out.segments = parts_->outward.segments();
    out.read = {read.calls.value(), read.packets.value()};
    out.sent = {sent.calls.value(), sent.datagrams.value()};
    out.received = {received.calls.value(), received.datagrams.value()};
    out.written = {written.calls.value(), written.packets.value()};
    out.fallbacks = sent.fallbacks.value();
    out.waits = sent.waits.value();
    out.refused = sent.refused.value() + written.refused.value();
    out.truncated = received.truncated.value();
    out.malformed = read.malformed.value();
    return out;
}

}  // namespace buri::dataplane
