#include "buri/dataplane/inbound_worker.hpp"

#include <system_error>

#include <algorithm>
#include <utility>

namespace buri::dataplane {
namespace {

/// Rounds of reading before commands are looked at again.
constexpr int drain_rounds = 4;

/// A datagram of any length.
constexpr std::size_t datagram_room = 65535;

/// Datagrams of channels that wait to be written with one call.
constexpr std::size_t channel_room = 3 * datagram_room;

}  // namespace

inbound_worker::inbound_worker(tun_device& tun, std::shared_ptr<way> socket, report_queue& reports,
                               std::function<void(channel_id)> on_ended)
    : tun_(tun),
      socket_(std::move(socket)),
      reports_(reports),
      channels_(std::move(on_ended)),
      packets_({tun.offloads().tcp, tun.offloads().udp}),
      from_channels_(channel_room) {}

polled_worker::descriptors inbound_worker::waits_for() const {
    return {commands_.fd(), fd_of(*socket_), channels_.fd()};
}

/// In turn, so that neither a flood through one way nor another keeps the others waiting.
bool inbound_worker::work(const std::array<bool, max_descriptors>& is_ready) {
    if (commands_.has_mail() && !carry_out_commands()) return false;
    auto [ignored, from_socket, from_channels] = is_ready;
    for (int round = 0; round < drain_rounds && (from_socket || from_channels); ++round) {
        from_socket = from_socket && forward_trains();
        from_channels = from_channels && forward_from_channels();
    }
    return true;
}

void inbound_worker::fail(int code) {
    reports_.push(plane_failed{make_error(errc::internal, "poll failed: " + std::generic_category().message(code))});
}

bool inbound_worker::carry_out_commands() {
    auto delivered = commands_.take();
    for (auto& what : delivered.commands)
        std::visit([this](auto& it) { carry_out(it); }, what);
    return !delivered.closed;
}

void inbound_worker::carry_out(install_snapshot& what) {
    forward_.install(std::move(what.next));
    told_.forget();
}

void inbound_worker::carry_out(added_way& what) {
    channels_.add(what.channel, std::move(what.to));
}

void inbound_worker::carry_out(const remove_channel& what) {
    channels_.remove(what.channel);
}

// ---- datagrams ----

bool inbound_worker::forward_trains() {
    const auto trains = receiver_.receive(std::get<udp::datagram_socket>(*socket_));
    // An answer may come before the command that led to it was seen.
    if (commands_.has_mail()) carry_out_commands();
    for (const auto& train : trains) {
        const path_address from(train.from);
        for (auto rest = train.data; !rest.empty(); rest = rest.subspan(std::min(train.segment, rest.size()))) {
            if (packets_.is_full()) flush();
            on_datagram(from, rest.first(std::min(train.segment, rest.size())), train.to);
        }
    }
    flush();
    return !receiver_.is_drained();
}

bool inbound_worker::forward_from_channels() {
    auto room = byte_span(from_channels_);
    bool was_any = false;
    while (room.size() >= datagram_room && !packets_.is_full()) {
        const auto got = channels_.receive(room.first(datagram_room));
        if (!got) break;
        was_any = true;
        if (commands_.has_mail()) carry_out_commands();
        on_datagram(got->from, room.first(got->size), got->to);
        room = room.subspan(got->size);
    }
    flush();
    return was_any;
}

void inbound_worker::on_datagram(const path_address& from, byte_span datagram, const std::optional<ip_address>& to) {
    const auto message = forward_.on_datagram(from, datagram);
    // First the news about epoch and path: what the message says may depend on them.
    if (message.first_in_epoch) reports_.push(epoch_confirmed{message.in});
    if (message.from_elsewhere) report_path(message, from);
    deliver(message, from, to);
}

void inbound_worker::report_path(const inbound& message, const path_address& from) {
    const auto tunnel = message.in.base();
    if (told_.has_address(tunnel, from)) return;
    if (reports_.push(authentic_from{tunnel, from})) told_.address(tunnel, from);
}

void inbound_worker::deliver(const inbound& message, const path_address& from, const std::optional<ip_address>& to) {
    switch (message.what) {
        case inbound::kind::packet:
            return packets_.add(message.content);
        case inbound::kind::control:
            if (reports_.has_room_for_control()) {
                reports_.push(control_received{message.peer, message.in.base(),
                                               bytes(message.content.begin(), message.content.end())});
            }
            return;
        case inbound::kind::clear:
            if (reports_.has_room_for_clear()) {
                reports_.push(clear_received{from, bytes(message.content.begin(), message.content.end()), to});
            }
            return;
        case inbound::kind::dropped:
        case inbound::kind::keepalive:
            return;
    }
}

void inbound_worker::flush() {
    packets_.flush([this](const virtio_header& header, std::span<const iovec> parts) {
        written_.calls.add(1);
        written_.packets.add(parts.size());
        if (tun_.write(header, parts)) return;
        written_.refused.add(1);
        forward_.count(drop_reason::not_taken, parts.size());
    });
}

}  // namespace buri::dataplane
