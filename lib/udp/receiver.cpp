#include "buri/udp/receiver.hpp"

#include "buri/udp/control_data.hpp"
#include "buri/udp/packet_info.hpp"
#include "buri/udp/socket_address.hpp"
#include "buri/udp/socket_errors.hpp"

#include <netinet/udp.h>

#include <array>

namespace buri::udp {
namespace {

/// Where the kernel writes one message.
struct place {
    socket_address from{};
    alignas(cmsghdr) std::array<unsigned char, control_data::capacity> control{};
    iovec data{};
};

void make_ready(place& into, msghdr& message) {
    message.msg_name = &into.from;
    message.msg_namelen = sizeof into.from;
    message.msg_iov = &into.data;
    message.msg_iovlen = 1;
    message.msg_control = into.control.data();
    message.msg_controllen = into.control.size();
    message.msg_flags = 0;
}

train read_train(const place& from, msghdr& message, byte_span data) {
    train out{read_address(from.from), std::nullopt, data, data.size()};
    for (auto* given = CMSG_FIRSTHDR(&message); given != nullptr; given = CMSG_NXTHDR(&message, given)) {
        int segment = 0;
        if (!read_control(*given, SOL_UDP, UDP_GRO, segment)) {
            if (const auto own = read_own_address(*given)) out.to = own;
        } else if (segment > 0 && static_cast<std::size_t>(segment) < data.size()) {
            out.segment = static_cast<std::size_t>(segment);
        }
    }
    return out;
}

}  // namespace

struct receiver::parts {
    explicit parts(system_calls& with) : calls(with) {
        for (std::size_t i = 0; i < messages; ++i)
            places[i].data = {room.get() + i * message_size, message_size};
    }

    /// How many messages came.
    std::size_t receive(int fd);

    system_calls& calls;
    /// Left as it is: pages that no message reaches are never taken.
    std::unique_ptr<std::uint8_t[]> room = std::make_unique_for_overwrite<std::uint8_t[]>(messages * message_size);
    std::array<place, messages> places;
    std::array<mmsghdr, messages> headers{};
    std::array<train, messages> trains;
    std::size_t came = 0;
    receive_counters count;
};

receiver::receiver(system_calls& calls) : parts_(std::make_unique<parts>(calls)) {}
receiver::receiver(receiver&&) noexcept = default;
receiver& receiver::operator=(receiver&&) noexcept = default;
receiver::~receiver() = default;

std::size_t receiver::parts::receive(int fd) {
    for (int errors = 0; errors < max_pending_errors; ++errors) {
        for (std::size_t i = 0; i < messages; ++i)
            make_ready(places[i], headers[i].msg_hdr);
        const int got = calls.receive(fd, headers);
        count.calls.add(1);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (!is_from_icmp(-got)) return 0;
    }
    return 0;
}

std::span<const train> receiver::receive(const datagram_socket& socket) {
    auto& has = *parts_;
    has.came = has.receive(socket.fd());
    std::size_t trains = 0;
    std::size_t datagrams = 0;
    for (std::size_t i = 0; i < has.came; ++i) {
        auto& message = has.headers[i].msg_hdr;
        // Without what belongs to it nobody knows how to take it apart.
        if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
            has.count.truncated.add(1);
            continue;
        }
        const byte_span data(has.room.get() + i * message_size, has.headers[i].msg_len);
        has.trains[trains] = read_train(has.places[i], message, data);
        datagrams += has.trains[trains].count();
        ++trains;
    }
    has.count.trains.add(trains);
    has.count.datagrams.add(datagrams);
    return std::span(has.trains).first(trains);
}

bool receiver::is_drained() const {
    return parts_->came < messages;
}

const receive_counters& receiver::counters() const {
    return parts_->count;
}

}  // namespace buri::udp
