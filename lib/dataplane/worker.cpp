#include "buri/dataplane/worker.hpp"

#include "buri/dataplane/too_big.hpp"

#include <poll.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace buri::dataplane {
namespace {

/// Packets that are read in one direction before commands are looked at again.
constexpr int drain_budget = 64;

/// To packets that do not fit, a second: one is enough for a connection.
constexpr int max_answers = 100;

/// An IP packet of any length, the datagram's header before it and the trailer behind it.
constexpr std::size_t buffer_size = wire::datagram_header_size + 65535 + crypto::max_seal_overhead;

time_point now() {
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

bool is_ready(const pollfd& polled) {
    return polled.revents != 0;
}

}  // namespace

worker::worker(tun_device tun, udp::datagram_socket socket, std::function<void()> on_reports, logger log)
    : tun_(std::move(tun)),
      socket_(std::move(socket)),
      log_(std::move(log)),
      reports_(std::move(on_reports)),
      too_big_(max_answers, max_answers),
      outgoing_(buffer_size),
      incoming_(buffer_size) {}

void worker::run() {
    while (!ended_ && wait_and_work()) {
    }
}

bool worker::wait_and_work() {
    std::array<pollfd, 4> polled{
        {{tun_.fd(), POLLIN, 0}, {socket_.fd(), POLLIN, 0}, {channels_.fd(), POLLIN, 0}, {commands_.fd(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) {
        if (errno == EINTR) return true;
        end(make_error(errc::internal, "poll failed: " + std::generic_category().message(errno)));
        return false;
    }
    if (is_ready(polled[3]) && !carry_out_commands()) return false;
    drain({is_ready(polled[0]), is_ready(polled[1]), is_ready(polled[2])});
    return true;
}

void worker::end(error why) {
    ended_ = true;
    commands_.close();
    log_.error("the data plane has stopped", {{"interface", tun_.name()}, {"error", why.text}});
    reports_.push(plane_failed{std::move(why)});
}

// ---- control to data plane ----

bool worker::carry_out_commands() {
    auto delivered = commands_.take();
    for (auto& what : delivered.commands)
        std::visit([this](auto& it) { carry_out(it); }, what);
    return !delivered.closed;
}

void worker::carry_out(install_snapshot& what) {
    forward_.install(std::move(what.next));
    told_.forget();
    if (!waiting_.is_empty()) send_waiting();
}

void worker::carry_out(const send_datagram& what) {
    count(send(what.to, what.datagram, {what.from, what.ttl}));
}

void worker::carry_out(const send_message& what) {
    const auto room = byte_span(outgoing_).subspan(wire::datagram_header_size);
    if (what.plaintext.size() > room.size()) return forward_.count(drop_reason::too_large);
    std::ranges::copy(what.plaintext, room.begin());
    transmit(forward_.seal_for(what.in, outgoing_, what.plaintext.size()), what.dont_fragment);
}

void worker::carry_out(const add_channel& what) {
    if (channels_.add(what)) return;
    log_.error("a way for datagrams could not be opened", {{"channel", std::to_string(what.channel)}});
}

void worker::carry_out(const remove_channel& what) {
    channels_.remove(what.channel);
}

// ---- packets ----

/// In turn, so that neither a busy interface nor a flood from the network keeps the others waiting.
void worker::drain(readiness ready) {
    for (int i = 0; i < drain_budget && !ended_; ++i) {
        if (!ready.packets && !ready.datagrams && !ready.channels) return;
        ready.datagrams = ready.datagrams && forward_datagram();
        ready.channels = ready.channels && forward_from_channel();
        ready.packets = ready.packets && forward_packet();
    }
}

bool worker::forward_packet() {
    const auto room = byte_span(outgoing_).subspan(wire::datagram_header_size);
    auto size = tun_.read(room.first(room.size() - crypto::max_seal_overhead));
    if (!size) {
        end(std::move(size.error()));
        return false;
    }
    if (!*size) return false;
    send_packet(**size);
    return true;
}

void worker::send_packet(std::size_t size) {
    const auto ready = forward_.on_packet(outgoing_, size);
    const auto packet = byte_view(outgoing_).subspan(wire::datagram_header_size, size);
    if (ready.dropped == drop_reason::no_session) return keep_for_session(ready.peer, packet);
    if (ready.dropped == drop_reason::over_mtu) return answer_too_big(ready, packet);
    transmit(ready);
}

void worker::keep_for_session(node_id peer, byte_view packet) {
    waiting_.add(peer, packet, now());
    count_gone();
    if (told_.has_wanted(peer)) return;
    if (reports_.push(send_wanted{peer})) told_.wanted(peer);
}

void worker::send_waiting() {
    waiting_.expire(now());
    for (const auto peer : waiting_.peers()) {
        while (forward_.has_session(peer)) {
            const auto packet = waiting_.take(peer);
            if (!packet) break;
            std::ranges::copy(*packet, outgoing_.begin() + wire::datagram_header_size);
            send_packet(packet->size());
        }
    }
    count_gone();
}

void worker::count_gone() {
    for (; counted_gone_ < waiting_.dropped(); ++counted_gone_)
        forward_.count(drop_reason::no_session);
}

/// As a router between this machine and the peer would.
void worker::answer_too_big(const outbound& refused, byte_view packet) {
    if (!too_big_.take(now())) return;
    std::array<std::uint8_t, max_too_big_size> answer;
    const auto size = write_too_big(packet, refused.mtu, answer);
    if (!tun_.write(byte_view(answer).first(size))) forward_.count(drop_reason::not_taken);
}

void worker::transmit(const outbound& ready, bool dont_fragment) {
    if (ready.dropped != drop_reason::none) return;
    auto outcome = send(ready.to, ready.datagram, {ready.from, std::nullopt, dont_fragment});
    // The machine has lost that address and control does not know yet: the peer takes it from any.
    if (outcome == udp::send_outcome::no_source) {
        outcome = send(ready.to, ready.datagram, {std::nullopt, std::nullopt, dont_fragment});
    }
    count(outcome);
}

udp::send_outcome worker::send(const path_address& to, byte_view datagram, const udp::send_options& how) {
    if (to.channel == main_channel) return socket_.send(to.at, datagram, how);
    return channels_.send(to, datagram, how);
}

void worker::count(udp::send_outcome outcome) {
    switch (outcome) {
        case udp::send_outcome::taken:
            return;
        case udp::send_outcome::too_large:
            return forward_.count(drop_reason::too_large);
        case udp::send_outcome::no_channel:
            return forward_.count(drop_reason::no_channel);
        case udp::send_outcome::no_source:
        case udp::send_outcome::not_taken:
            return forward_.count(drop_reason::not_taken);
    }
}

bool worker::forward_datagram() {
    const auto received = socket_.receive(incoming_);
    if (!received) return false;
    on_datagram(received->from, received->size, received->to);
    return true;
}

bool worker::forward_from_channel() {
    const auto received = channels_.receive(incoming_);
    if (!received) return false;
    on_datagram(received->from, received->size, received->to);
    return true;
}

void worker::on_datagram(const path_address& from, std::size_t size, const std::optional<ip_address>& to) {
    const auto message = forward_.on_datagram(from, byte_span(incoming_).first(size));
    // First the news about epoch and path: what the message says may depend on them.
    if (message.first_in_epoch) reports_.push(epoch_confirmed{message.in});
    if (message.from_elsewhere) report_path(message, from);
    deliver(message, from, to);
}

void worker::report_path(const inbound& message, const path_address& from) {
    const auto tunnel = message.in.base();
    if (told_.has_address(tunnel, from)) return;
    if (reports_.push(authentic_from{tunnel, from})) told_.address(tunnel, from);
}

void worker::deliver(const inbound& message, const path_address& from, const std::optional<ip_address>& to) {
    switch (message.what) {
        case inbound::kind::packet:
            if (!tun_.write(message.content)) forward_.count(drop_reason::not_taken);
            break;
        case inbound::kind::control:
            if (reports_.has_room_for_control()) {
                reports_.push(control_received{message.peer, message.in.base(),
                                               bytes(message.content.begin(), message.content.end())});
            }
            break;
        case inbound::kind::clear:
            if (reports_.has_room_for_clear()) {
                reports_.push(clear_received{from, bytes(message.content.begin(), message.content.end()), to});
            }
            break;
        case inbound::kind::dropped:
        case inbound::kind::keepalive:
            break;
    }
}

}  // namespace buri::dataplane
