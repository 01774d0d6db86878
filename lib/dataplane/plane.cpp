#include "buri/dataplane/plane.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/dataplane/mailbox.hpp"
#include "buri/dataplane/report_queue.hpp"
#include "buri/dataplane/told_already.hpp"

#include <poll.h>
#include <signal.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

namespace buri::dataplane {
namespace {

/// Packets that are read in one direction before commands are looked at again.
constexpr int drain_budget = 64;

/// An IP packet of any length, the datagram's header before it and the trailer behind it.
constexpr std::size_t buffer_size = wire::datagram_header_size + 65535 + crypto::max_seal_overhead;

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

bool is_ready(const pollfd& polled) {
    return polled.revents != 0;
}

}  // namespace

struct plane::parts {
    parts(tun_device interface, udp_socket bound, std::function<void()> on_reports, logger sink)
        : tun(std::move(interface)), socket(std::move(bound)), log(std::move(sink)), reports(std::move(on_reports)) {}

    void run();
    /// False when the thread is to end.
    bool wait_and_work();
    bool carry_out_commands();
    void carry_out(command& what);
    void drain(bool packets, bool datagrams);
    /// False if none waits.
    bool forward_packet();
    bool forward_datagram();
    void deliver(const inbound& message, const path_address& from);
    void report_path(const inbound& message, const path_address& from);
    void transmit(const outbound& ready);
    void end(error why);

    tun_device tun;
    udp_socket socket;
    logger log;
    report_queue reports;
    mailbox commands;
    forwarder forward;
    told_already told;
    bool ended = false;
    bytes outgoing = bytes(buffer_size);
    bytes incoming = bytes(buffer_size);
    std::thread thread;
};

void plane::parts::run() {
    while (!ended && wait_and_work()) {
    }
}

bool plane::parts::wait_and_work() {
    std::array<pollfd, 3> polled{{{tun.fd(), POLLIN, 0}, {socket.fd(), POLLIN, 0}, {commands.fd(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) {
        if (errno == EINTR) return true;
        end(make_error(errc::internal, "poll failed: " + std::generic_category().message(errno)));
        return false;
    }
    if (is_ready(polled[2]) && !carry_out_commands()) return false;
    drain(is_ready(polled[0]), is_ready(polled[1]));
    return true;
}

// ---- control to data plane ----

bool plane::parts::carry_out_commands() {
    auto delivered = commands.take();
    for (auto& what : delivered.commands)
        carry_out(what);
    return !delivered.closed;
}

void plane::parts::carry_out(command& what) {
    std::visit(overloaded{
                   [&](install_snapshot& install) {
                       forward.install(std::move(install.next));
                       told.forget();
                   },
                   [&](const send_datagram& send) {
                       if (!socket.send(send.to.at, send.datagram)) forward.count(drop_reason::not_taken);
                   },
                   [&](const send_message& send) {
                       const auto room = byte_span(outgoing).subspan(wire::datagram_header_size);
                       if (send.plaintext.size() > room.size()) return forward.count(drop_reason::too_large);
                       std::ranges::copy(send.plaintext, room.begin());
                       transmit(forward.seal_for(send.in, outgoing, send.plaintext.size()));
                   },
                   [](const add_channel&) {},
                   [](const remove_channel&) {},
               },
               what);
}

// ---- packets ----

void plane::parts::drain(bool packets, bool datagrams) {
    for (int i = 0; i < drain_budget && (packets || datagrams) && !ended; ++i) {
        datagrams = datagrams && forward_datagram();
        packets = packets && forward_packet();
    }
}

bool plane::parts::forward_packet() {
    const auto room = byte_span(outgoing).subspan(wire::datagram_header_size);
    auto size = tun.read(room.first(room.size() - crypto::max_seal_overhead));
    if (!size) {
        end(std::move(size.error()));
        return false;
    }
    if (!*size) return false;
    const auto ready = forward.on_packet(outgoing, **size);
    transmit(ready);
    if (ready.dropped == drop_reason::no_session && !told.has_wanted(ready.peer)) {
        if (reports.push(send_wanted{ready.peer})) told.wanted(ready.peer);
    }
    return true;
}

void plane::parts::transmit(const outbound& ready) {
    if (ready.dropped != drop_reason::none) return;
    if (!socket.send(ready.to.at, ready.datagram)) forward.count(drop_reason::not_taken);
}

bool plane::parts::forward_datagram() {
    const auto received = socket.receive(incoming);
    if (!received) return false;
    const auto message = forward.on_datagram(received->from, byte_span(incoming).first(received->size));
    // First the news about epoch and path: what the message says may depend on them.
    if (message.first_in_epoch) reports.push(epoch_confirmed{message.in});
    if (message.from_elsewhere) report_path(message, received->from);
    deliver(message, received->from);
    return true;
}

void plane::parts::report_path(const inbound& message, const path_address& from) {
    const auto tunnel = message.in.base();
    if (told.has_address(tunnel, from)) return;
    if (reports.push(authentic_from{tunnel, from})) told.address(tunnel, from);
}

void plane::parts::deliver(const inbound& message, const path_address& from) {
    switch (message.what) {
        case inbound::kind::packet:
            if (!tun.write(message.content)) forward.count(drop_reason::not_taken);
            break;
        case inbound::kind::control:
            if (reports.has_room_for_control()) {
                reports.push(control_received{message.peer, message.in.base(),
                                              bytes(message.content.begin(), message.content.end())});
            }
            break;
        case inbound::kind::clear:
            if (reports.has_room_for_clear()) {
                reports.push(clear_received{from, bytes(message.content.begin(), message.content.end())});
            }
            break;
        case inbound::kind::dropped:
        case inbound::kind::keepalive:
            break;
    }
}

void plane::parts::end(error why) {
    ended = true;
    commands.close();
    log.error("the data plane has stopped", {{"interface", tun.name()}, {"error", why.text}});
    reports.push(plane_failed{std::move(why)});
}

// ---- the handle ----

plane::plane(tun_device tun, udp_socket socket, std::function<void()> on_reports, logger log)
    : parts_(std::make_unique<parts>(std::move(tun), std::move(socket), std::move(on_reports), std::move(log))) {
    const signals_blocked during_start;
    parts_->thread = std::thread(&parts::run, parts_.get());
}

plane::~plane() {
    parts_->commands.close();
    parts_->thread.join();
}

void plane::post(command what) {
    parts_->commands.post(std::move(what));
}

std::vector<report> plane::take_reports() {
    return parts_->reports.take();
}

std::uint64_t plane::dropped(drop_reason reason) const {
    return parts_->forward.drops()[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
}

}  // namespace buri::dataplane
