#include "buri/udp/sender.hpp"

#include "buri/udp/control_data.hpp"
#include "buri/udp/packet_info.hpp"
#include "buri/udp/send_run.hpp"
#include "buri/udp/send_trouble.hpp"
#include "buri/udp/socket_address.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace buri::udp {
namespace {

/// Of the runs that were opened last so many are looked at for one that a datagram can join.
constexpr std::size_t looked_back = 4;

/// What the kernel reads beside the bytes.
struct envelope {
    socket_address to;
    control_data control;
};

/// Name and control data of a run, or, without `as_run`, of each of its datagrams.
void write_envelope(const send_run& run, bool is_v6_socket, bool as_run, envelope& out, msghdr& message) {
    message.msg_name = &out.to;
    message.msg_namelen = write_address(run.to(), is_v6_socket, out.to);
    out.control = {};
    add_source(out.control, run.to(), run.from());
    if (as_run) out.control.add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(run.segment()));
    out.control.attach_to(message);
}

}  // namespace

struct sender::parts {
    explicit parts(system_calls& with) : calls(with) {}

    send_run& run_for(const endpoint& to, const std::optional<ip_address>& from, byte_view data, std::size_t segment);
    void flush();
    /// Sends some of the runs from this one on, or deals with what hinders it; the first that is left.
    std::size_t send_from(std::size_t first);
    /// The same for the datagrams of one run.
    std::size_t send_one_from(send_run& run, std::size_t first, std::size_t all);
    /// True if some were taken, with the source that they were given.
    bool send_one_by_one(send_run& run);
    /// Of a part of the messages; or -errno.
    int transmit(std::span<mmsghdr> some);
    /// True if the message is to be tried again.
    bool mend(remedy what, send_run& run);
    void write_run(std::size_t number);
    std::size_t write_singles(const send_run& run);
    void count_taken(std::size_t datagrams);
    void count_refused(int code, std::size_t datagrams, std::size_t bytes);

    system_calls& calls;
    datagram_socket* socket = nullptr;  ///< of the runs
    std::size_t run_count = 0;
    send_trouble trouble;
    send_counters count;
    std::array<send_run, max_runs> runs;
    std::array<envelope, max_runs> envelopes;
    std::array<mmsghdr, max_runs> messages{};
    envelope single_envelope;
    std::array<iovec, send_run::max_datagrams> single_data{};
    std::array<mmsghdr, send_run::max_datagrams> singles{};
};

sender::sender(system_calls& calls) : parts_(std::make_unique<parts>(calls)) {}
sender::sender(sender&&) noexcept = default;
sender& sender::operator=(sender&&) noexcept = default;
sender::~sender() = default;

void sender::add(datagram_socket& by, const endpoint& to, const std::optional<ip_address>& from, byte_view data,
                 std::size_t segment) {
    auto& has = *parts_;
    if (has.socket != &by) has.flush();
    has.socket = &by;
    if (segment == 0 || segment > data.size()) segment = data.size();
    do {
        auto& run = has.run_for(to, from, data, segment);
        data = data.subspan(run.append(data));
        segment = std::min(segment, data.size());
    } while (!data.empty());
}

void sender::flush() {
    parts_->flush();
}

const send_counters& sender::counters() const {
    return parts_->count;
}

send_run& sender::parts::run_for(const endpoint& to, const std::optional<ip_address>& from, byte_view data,
                                 std::size_t segment) {
    const auto oldest = run_count - std::min(run_count, looked_back);
    for (auto i = run_count; i > oldest; --i) {
        auto& run = runs[i - 1];
        if (run.to() != to) continue;
        if (run.takes(from, data.size(), segment)) return run;
        break;
    }
    if (run_count == max_runs) {
        auto* const same = socket;
        flush();
        socket = same;
    }
    auto& run = runs[run_count++];
    run.start(to, from, segment, socket->segmenting().works_for(to.address.is_v4(), segment));
    return run;
}

void sender::parts::write_run(std::size_t number) {
    auto& run = runs[number];
    auto& message = messages[number].msg_hdr;
    write_envelope(run, socket->has_v6(), run.count() > 1, envelopes[number], message);
    message.msg_iov = run.pieces().data();
    message.msg_iovlen = run.pieces().size();
}

std::size_t sender::parts::write_singles(const send_run& run) {
    msghdr each{};
    write_envelope(run, socket->has_v6(), false, single_envelope, each);
    each.msg_iovlen = 1;
    const auto all = run.split(single_data);
    for (std::size_t i = 0; i < all; ++i) {
        each.msg_iov = &single_data[i];
        singles[i].msg_hdr = each;
    }
    return all;
}

void sender::parts::flush() {
    trouble = {};
    for (std::size_t i = 0; i < run_count; ++i)
        write_run(i);
    for (std::size_t next = 0; next < run_count;)
        next = send_from(next);
    run_count = 0;
    socket = nullptr;
}

int sender::parts::transmit(std::span<mmsghdr> some) {
    count.calls.add(1);
    const int taken = calls.send(socket->fd(), some);
    if (taken > 0) trouble.on_progress();
    return taken;
}

bool sender::parts::mend(remedy what, send_run& run) {
    switch (what) {
        case remedy::again:
            return true;
        case remedy::wait:
            count.waits.add(1);
            calls.wait_writable(socket->fd(), one_wait);
            return true;
        case remedy::no_source:
            count.sourceless.add(1);
            run.drop_source();
            return true;
        case remedy::no_segmentation:
            socket->segmenting().end();
            return true;
        default:
            return false;
    }
}

std::size_t sender::parts::send_from(std::size_t first) {
    auto& run = runs[first];
    const bool is_run = run.count() > 1;
    if (is_run && !socket->segments()) {
        send_one_by_one(run);
        return first + 1;
    }
    const int taken = transmit(std::span(messages).subspan(first, run_count - first));
    if (taken > 0) {
        const auto next = first + static_cast<std::size_t>(taken);
        for (auto i = first; i < next; ++i)
            count_taken(runs[i].count());
        return next;
    }
    const auto what = trouble.remedy_for(-taken, is_run, run.from().has_value());
    if (mend(what, run)) {
        if (what == remedy::no_source) write_run(first);
        return first;
    }
    if (what == remedy::one_by_one) {
        if (send_one_by_one(run)) socket->segmenting().refused(run.to().address.is_v4(), run.segment());
        return first + 1;
    }
    const auto next = what == remedy::stop ? run_count : first + 1;
    for (auto i = first; i < next; ++i)
        count_refused(-taken, runs[i].count(), runs[i].bytes());
    return next;
}

bool sender::parts::send_one_by_one(send_run& run) {
    count.fallbacks.add(1);
    const bool had_source = run.from().has_value();
    const auto before = count.datagrams.value();
    const auto all = write_singles(run);
    for (std::size_t next = 0; next < all;)
        next = send_one_from(run, next, all);
    return count.datagrams.value() > before && had_source == run.from().has_value();
}

std::size_t sender::parts::send_one_from(send_run& run, std::size_t first, std::size_t all) {
    const int taken = transmit(std::span(singles).subspan(first, all - first));
    if (taken > 0) {
        for (int i = 0; i < taken; ++i)
            count_taken(1);
        return first + static_cast<std::size_t>(taken);
    }
    const auto what = trouble.remedy_for(-taken, false, run.from().has_value());
    if (mend(what, run)) {
        if (what == remedy::no_source) write_singles(run);
        return first;
    }
    const auto next = what == remedy::stop ? all : first + 1;
    for (auto i = first; i < next; ++i)
        count_refused(-taken, 1, single_data[i].iov_len);
    return next;
}

void sender::parts::count_taken(std::size_t datagrams) {
    count.runs.add(1);
    count.datagrams.add(datagrams);
    if (datagrams > 1) count.segmented.add(datagrams);
}

void sender::parts::count_refused(int code, std::size_t datagrams, std::size_t bytes) {
    (code == EMSGSIZE ? count.too_large : count.refused).add(datagrams);
    count.refused_bytes.add(bytes);
}

}  // namespace buri::udp
