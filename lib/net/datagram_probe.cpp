#include "buri/net/datagram_probe.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/stun.hpp"
#include "buri/wire/writer.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/this_coro.hpp>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

namespace buri::net {
namespace {

constexpr duration between_sends = std::chrono::milliseconds(250);
constexpr std::size_t udp_header_size = 8;

/// UDP over IPv4 to one port, for a socket whose packets begin with the IP header.
bool listen_only_to(int socket, std::uint16_t port) {
    constexpr std::uint32_t protocol_at = 9;
    std::array<sock_filter, 7> program{{
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, protocol_at},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 4, IPPROTO_UDP},
        {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},
        {BPF_LD | BPF_H | BPF_IND, 0, 0, 2},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, port},
        {BPF_RET | BPF_K, 0, 0, 0xffff},
        {BPF_RET | BPF_K, 0, 0, 0},
    }};
    const sock_fprog whole{program.size(), program.data()};
    return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &whole, sizeof whole) == 0;
}

/// What is behind the IP and UDP headers.
byte_view payload_of(byte_view packet) {
    if (packet.empty()) return {};
    const std::size_t skipped = (packet.front() & 0x0fU) * 4U + udp_header_size;
    return packet.size() > skipped ? packet.subspan(skipped) : byte_view();
}

class probe {
public:
    probe(const asio::any_io_executor& executor, std::uint16_t port, random_source& random)
        : port_(port), transaction_(random.array<12>()), before_(executor), behind_(executor) {}

    bool open() {
        return take(before_, ::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP))) &&
               take(behind_, ::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    }
    /// False if the machine's own firewall refuses it.
    bool send(const endpoint& server) {
        const auto body = wire::encode_stun_request({.transaction = transaction_});
        wire::writer datagram;
        datagram.u16(port_);
        datagram.u16(server.port);
        datagram.u16(static_cast<std::uint16_t>(udp_header_size + body.size()));
        datagram.u16(0);  // no checksum, as IPv4 allows
        datagram.raw(body);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(server.address.v4_value());
        const auto whole = std::move(datagram).take();
        const auto sent = ::sendto(behind_.native_handle(), whole.data(), whole.size(), 0,
                                   reinterpret_cast<const sockaddr*>(&to), sizeof to);
        return sent >= 0 || errno != EPERM;
    }
    asio::awaitable<bool> async_hear(time_point until) {
        while (now() < until) {
            if (has_answer(behind_)) co_return true;
            const deadline limit(behind_, until);
            co_await behind_.async_wait(asio::posix::stream_descriptor::wait_read, as_tuple);
        }
        co_return has_answer(behind_);
    }
    /// An answer has come as far as this machine.
    bool has_arrived() { return has_answer(before_); }

private:
    bool take(asio::posix::stream_descriptor& into, int socket) const {
        if (socket < 0) return false;
        into.assign(socket);
        return listen_only_to(socket, port_);
    }
    bool has_answer(asio::posix::stream_descriptor& from) {
        std::array<std::uint8_t, 2048> packet{};
        for (;;) {
            const auto count = ::recv(from.native_handle(), packet.data(), packet.size(), 0);
            if (count < 0) return false;
            const auto answer =
                wire::parse_stun_response(payload_of(byte_view(packet).first(static_cast<std::size_t>(count))));
            if (answer && answer->transaction == transaction_) return true;
        }
    }

    std::uint16_t port_;
    wire::stun_transaction transaction_;
    asio::posix::stream_descriptor before_;  ///< the firewall
    asio::posix::stream_descriptor behind_;
};

}  // namespace

asio::awaitable<datagram_fate> async_probe_datagrams(std::uint16_t own_port, endpoint server, duration patience,
                                                     random_source& random) {
    const auto executor = co_await asio::this_coro::executor;
    probe asked(executor, own_port, random);
    if (!server.address.is_v4() || !asked.open()) co_return datagram_fate::unknown;
    const auto end = now() + patience;
    while (now() < end) {
        if (!asked.send(server)) co_return datagram_fate::refused_out;
        const auto until = std::min(now() + between_sends, end);
        const bool heard = co_await asked.async_hear(until);
        if (heard) co_return datagram_fate::answered;
    }
    co_return asked.has_arrived() ? datagram_fate::dropped_in : datagram_fate::silent;
}

}  // namespace buri::net
