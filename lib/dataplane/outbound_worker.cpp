#include "buri/dataplane/outbound_worker.hpp"

#include "buri/dataplane/too_big.hpp"

#include <system_error>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace buri::dataplane {
namespace {

/// Reads from the interface before commands are looked at again.
constexpr int drain_budget = 64;

/// To packets that do not fit, a second: one is enough for a connection.
constexpr int max_answers = 100;

/// An IP packet of any length.
constexpr std::size_t packet_room = 65535;

/// Sealed datagrams that wait to be sent with one call: a few super-packets, which stay in the processor's cache.
constexpr std::size_t sealed_room = std::size_t{4} * 65536;
static_assert(sealed_room >= room_for(packet_room));

time_point now() {
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

outbound_worker::outbound_worker(tun_device& tun, std::shared_ptr<way> socket, report_queue& reports, logger log)
    : tun_(tun),
      own_socket_(std::get<udp::datagram_socket>(*socket)),
      reports_(reports),
      log_(std::move(log)),
      too_big_(max_answers, max_answers),
      segments_(own_socket_.segments()),
      packet_(packet_room),
      sealed_(sealed_room) {
    ways_.emplace(main_channel, std::move(socket));
}

polled_worker::descriptors outbound_worker::waits_for() const {
    return {commands_.fd(), tun_.fd(), -1};
}

bool outbound_worker::work(const std::array<bool, max_descriptors>& is_ready) {
    if (is_ready[0] && !carry_out_commands()) return false;
    if (is_ready[1]) drain();
    flush();
    segments_.store(own_socket_.segments(), std::memory_order_relaxed);
    return !ended_;
}

void outbound_worker::fail(int code) {
    end(make_error(errc::internal, "poll failed: " + std::generic_category().message(code)));
}

void outbound_worker::end(error why) {
    ended_ = true;
    commands_.close();
    log_.error("the data plane has stopped", {{"interface", tun_.name()}, {"error", why.text}});
    reports_.push(plane_failed{std::move(why)});
}

// ---- control to data plane ----

bool outbound_worker::carry_out_commands() {
    auto delivered = commands_.take();
    for (auto& what : delivered.commands)
        std::visit([this](auto& it) { carry_out(it); }, what);
    return !delivered.closed;
}

void outbound_worker::carry_out(install_snapshot& what) {
    flush();
    // Paths may have changed, and with them what fits into one piece.
    own_socket_.forget_limits();
    forward_.install(std::move(what.next));
    told_wanted_.clear();
    if (!waiting_.is_empty()) send_waiting();
}

void outbound_worker::carry_out(const send_datagram& what) {
    flush();
    count(send(what.to, what.datagram, {what.from, what.ttl}));
}

void outbound_worker::carry_out(const send_message& what) {
    if (what.plaintext.size() > packet_room) return forward_.count(drop_reason::too_large);
    flush();
    const auto ready = forward_.seal_for(what.in, what.plaintext, sealed_);
    if (ready.dropped == drop_reason::none) send_now(*ready.link, ready.datagram, what.dont_fragment);
}

void outbound_worker::carry_out(added_way& what) {
    ways_.try_emplace(what.channel, std::move(what.to));
}

void outbound_worker::carry_out(const remove_channel& what) {
    if (what.channel == main_channel) return;
    flush();
    ways_.erase(what.channel);
}

// ---- packets ----

void outbound_worker::drain() {
    for (int i = 0; i < drain_budget && !ended_ && forward_packet(); ++i) {
    }
}

bool outbound_worker::forward_packet() {
    virtio_header header;
    auto size = tun_.read(header, packet_);
    if (!size) {
        end(std::move(size.error()));
        return false;
    }
    if (!*size) return false;
    read_.calls.add(1);
    const auto packet = byte_span(packet_).first(**size);
    const auto shape = read_shape(header, packet);
    if (shape) {
        forward(packet, *shape);
    } else {
        read_.malformed.add(1);
        forward_.count(drop_reason::not_ip);
    }
    return true;
}

void outbound_worker::forward(byte_span packet, const packet_shape& shape) {
    const auto to = forward_.find_route(packet, shape.largest);
    if (to.dropped == drop_reason::none) return seal_segments(*to.link, packet, shape);
    if (to.dropped == drop_reason::no_session) return keep_for_session(to.peer, packet, shape);
    if (to.dropped == drop_reason::over_mtu) return answer_too_big(to, packet);
}

/// Segments of one size are queued as one, unless the buffer was emptied between them.
void outbound_worker::seal_segments(const peer_link& link, byte_span packet, const packet_shape& shape) {
    segmenter segments(packet, shape);
    byte_view run;
    std::size_t segment = 0;
    std::uint64_t count = 0;
    for (auto one = segments.next(); !one.empty(); one = segments.next(), ++count) {
        if (used_ + room_for(one.size()) > sealed_.size()) {
            queue(link, std::exchange(run, {}), segment);
            flush();
        }
        const auto ready = forward_.seal(link, one, byte_span(sealed_).subspan(used_));
        if (ready.dropped != drop_reason::none) continue;
        used_ += ready.datagram.size();
        if (run.empty()) segment = ready.datagram.size();
        run = run.empty() ? ready.datagram : byte_view(run.data(), run.size() + ready.datagram.size());
    }
    queue(link, run, segment);
    read_.packets.add(count);
}

void outbound_worker::keep_for_session(node_id peer, byte_span packet, const packet_shape& shape) {
    segmenter segments(packet, shape);
    const auto when = now();
    for (auto one = segments.next(); !one.empty(); one = segments.next())
        waiting_.add(peer, one, when);
    count_gone();
    report_wanted(peer);
}

void outbound_worker::report_wanted(node_id peer) {
    if (told_wanted_.contains(peer)) return;
    if (reports_.push(send_wanted{peer})) told_wanted_.insert(peer);
}

void outbound_worker::send_waiting() {
    waiting_.expire(now());
    for (const auto peer : waiting_.peers()) {
        while (forward_.has_session(peer)) {
            const auto packet = waiting_.take(peer);
            if (!packet) break;
            std::copy(packet->begin(), packet->end(), packet_.begin());
            packet_shape shape;
            shape.largest = packet->size();
            forward(byte_span(packet_).first(packet->size()), shape);
        }
    }
    count_gone();
}

void outbound_worker::count_gone() {
    for (; counted_gone_ < waiting_.dropped(); ++counted_gone_)
        forward_.count(drop_reason::no_session);
}

/// As a router between this machine and the peer would.
void outbound_worker::answer_too_big(const route& refused, byte_view packet) {
    if (!too_big_.take(now())) return;
    std::array<std::uint8_t, max_too_big_size> answer;
    const auto size = write_too_big(packet, refused.mtu, answer);
    if (!tun_.write(byte_view(answer).first(size))) forward_.count(drop_reason::not_taken);
}

// ---- datagrams ----

void outbound_worker::queue(const peer_link& link, byte_view datagrams, std::size_t segment) {
    if (datagrams.empty()) return;
    const auto found = ways_.find(link.path.channel);
    if (found == ways_.end())
        return forward_.count(drop_reason::no_channel, (datagrams.size() + segment - 1) / segment);
    if (auto* const socket = std::get_if<udp::datagram_socket>(found->second.get())) {
        return sender_.add(*socket, link.path.at, link.from, datagrams, segment);
    }
    auto& stream = std::get<stream_end>(*found->second);
    for (; !datagrams.empty(); datagrams = datagrams.subspan(std::min(segment, datagrams.size())))
        count(stream.send(datagrams.first(std::min(segment, datagrams.size()))));
}

void outbound_worker::flush() {
    sender_.flush();
    used_ = 0;
}

void outbound_worker::send_now(const peer_link& link, byte_view datagram, bool dont_fragment) {
    auto outcome = send(link.path, datagram, {link.from, std::nullopt, dont_fragment});
    // The machine has lost that address and control does not know yet: the peer takes it from any.
    if (outcome == udp::send_outcome::no_source) {
        outcome = send(link.path, datagram, {std::nullopt, std::nullopt, dont_fragment});
    }
    count(outcome);
}

udp::send_outcome outbound_worker::send(const path_address& to, byte_view datagram, const udp::send_options& how) {
    const auto found = ways_.find(to.channel);
    if (found == ways_.end()) return udp::send_outcome::no_channel;
    return dataplane::send(*found->second, to.at, datagram, how);
}

void outbound_worker::count(udp::send_outcome outcome) {
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

}  // namespace buri::dataplane
