// How datagrams leave and what is told of those that come, on a link of 1500 bytes.
#include "buri/udp/control_data.hpp"
#include "buri/udp/datagram_socket.hpp"
#include "tests/unit/dataplane/plane_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::udp;

namespace {

endpoint at(const char* address, std::uint16_t port) {
    return {ip_address::parse(address).value(), port};
}

/// A network whose only link is the loopback, with two addresses of each family and 1500 bytes.
class small_network {
public:
    small_network() {
        ifreq request{};
        std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
        request.ifr_mtu = 1500;
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const bool done = ::ioctl(fd, SIOCSIFMTU, &request) == 0;
        ::close(fd);
        if (!done) throw std::runtime_error("the MTU of lo");
    }

private:
    test::network_namespace alone_;
};

/// A plain socket that sees with how many hops left a datagram came.
class hop_counter {
public:
    hop_counter() {
        const int on = 1;
        (void)::setsockopt(socket_.fd(), IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
        (void)::setsockopt(socket_.fd(), IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof on);
    }
    [[nodiscard]] std::uint16_t port() const { return socket_.port(); }
    /// Of the next datagram; 0 if none comes.
    [[nodiscard]] int receive() const {
        pollfd polled{socket_.fd(), POLLIN, 0};
        std::array<char, 100> data{};
        alignas(cmsghdr) std::array<char, 256> control{};
        iovec part{data.data(), data.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (::poll(&polled, 1, 10'000) != 1 || ::recvmsg(socket_.fd(), &message, 0) < 0) return 0;
        int hops = 0;
        for (auto* given = CMSG_FIRSTHDR(&message); given != nullptr; given = CMSG_NXTHDR(&message, given)) {
            if (read_control(*given, IPPROTO_IP, IP_TTL, hops)) return hops;
            if (read_control(*given, IPPROTO_IPV6, IPV6_HOPLIMIT, hops)) return hops;
        }
        return 0;
    }

private:
    datagram_socket socket_ = datagram_socket::open(0).value();
};

std::optional<datagram_socket::received> receive(datagram_socket& socket) {
    pollfd polled{socket.fd(), POLLIN, 0};
    bytes into(65536);
    if (::poll(&polled, 1, 10'000) != 1) return std::nullopt;
    return socket.receive(into);
}

/// The fragments of the next IPv4 datagram on the wire: for each whether it may be fragmented.
struct on_wire {
    std::size_t pieces = 0;
    bool dont_fragment = false;
};

on_wire watch(test::packet_tap& tap) {
    on_wire out;
    for (;;) {
        const auto piece = tap.receive();
        if (piece.size() < 20) return out;
        ++out.pieces;
        out.dont_fragment = (piece[6] & 0x40U) != 0;
        if ((piece[6] & 0x20U) == 0) return out;
    }
}

}  // namespace

TEST_CASE("a datagram tells to which own address it came", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    auto receiver = datagram_socket::open(0).value();
    for (const auto* address : {"127.0.0.1", "127.0.0.77", "127.1.2.3", "::1"}) {
        REQUIRE(sender.send(at(address, receiver.port()), bytes(10)) == send_outcome::taken);
        const auto got = receive(receiver);
        REQUIRE(got);
        CHECK(got->to == at(address, 0).address);
    }
}

TEST_CASE("a datagram leaves from the own address that is named", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    auto receiver = datagram_socket::open(0).value();
    for (const auto* from : {"127.0.0.5", "127.9.9.9", "127.0.0.1"}) {
        const send_options how{at(from, 0).address, std::nullopt};
        REQUIRE(sender.send(at("127.0.0.1", receiver.port()), bytes(10), how) == send_outcome::taken);
        const auto got = receive(receiver);
        REQUIRE(got);
        CHECK(got->from == at(from, sender.port()));
    }
    const send_options v6{at("::1", 0).address, std::nullopt};
    REQUIRE(sender.send(at("::1", receiver.port()), bytes(10), v6) == send_outcome::taken);
    CHECK(receive(receiver)->from == at("::1", sender.port()));
    // Of the other family it says nothing.
    REQUIRE(sender.send(at("127.0.0.1", receiver.port()), bytes(10), v6) == send_outcome::taken);
    CHECK(receive(receiver)->from == at("127.0.0.1", sender.port()));
}

TEST_CASE("an address that is not this machine's is no source", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    const auto to = sender.port();
    CHECK(sender.send(at("127.0.0.1", to), bytes(1), {at("192.0.2.1", 0).address, {}}) == send_outcome::no_source);
    CHECK(sender.send(at("::1", to), bytes(1), {at("2001:db8::1", 0).address, {}}) == send_outcome::no_source);
    CHECK(sender.send(at("127.0.0.1", to), bytes(1)) == send_outcome::taken);
}

TEST_CASE("a datagram lives for as many hops as it is given, and the next one for as many as always", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    const hop_counter receiver;
    for (const auto* address : {"127.0.0.1", "::1"}) {
        const auto to = at(address, receiver.port());
        for (const auto hops : std::initializer_list<std::uint8_t>{1, 2, 5, 255}) {
            REQUIRE(sender.send(to, bytes(1), {std::nullopt, hops}) == send_outcome::taken);
            CHECK(receiver.receive() == hops);
        }
        REQUIRE(sender.send(to, bytes(1), {to.address, std::uint8_t{3}}) == send_outcome::taken);
        CHECK(receiver.receive() == 3);
        REQUIRE(sender.send(to, bytes(1)) == send_outcome::taken);
        CHECK(receiver.receive() == 64);
    }
}

TEST_CASE("a datagram that is not to be fragmented leaves in one piece or not at all", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    auto receiver = datagram_socket::open(0).value();
    send_options whole;
    whole.dont_fragment = true;
    for (const auto* address : {"127.0.0.1", "::1"}) {
        const auto to = at(address, receiver.port());
        const std::size_t header = to.address.is_v4() ? 28 : 48;
        CHECK(sender.send(to, bytes(1500 - header), whole) == send_outcome::taken);
        CHECK(receive(receiver)->size == 1500 - header);
        CHECK(sender.send(to, bytes(1501 - header), whole) == send_outcome::too_large);
        CHECK(sender.send(to, bytes(1501 - header)) == send_outcome::taken);
        CHECK(receive(receiver)->size == 1501 - header);
    }
}

TEST_CASE("routers may fragment a datagram unless it says that they may not", "[netns]") {
    const small_network network;
    auto sender = datagram_socket::open(0).value();
    auto receiver = datagram_socket::open(0).value();
    const auto to = at("127.0.0.1", receiver.port());
    send_options whole;
    whole.dont_fragment = true;
    test::packet_tap tap("lo");
    for (int i = 0; i < 2; ++i) {
        REQUIRE(sender.send(to, bytes(1000)) == send_outcome::taken);
        const auto plain = watch(tap);
        CHECK(plain.pieces == 1);
        CHECK_FALSE(plain.dont_fragment);
        REQUIRE(sender.send(to, bytes(1000), whole) == send_outcome::taken);
        const auto strict = watch(tap);
        CHECK(strict.pieces == 1);
        CHECK(strict.dont_fragment);
    }
    REQUIRE(sender.send(to, bytes(3000)) == send_outcome::taken);
    const auto large = watch(tap);
    CHECK(large.pieces == 3);
    CHECK_FALSE(large.dont_fragment);
}

TEST_CASE("a socket that was opened elsewhere gets the same options; what is none is closed", "[netns]") {
    const small_network network;
    const int given = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    REQUIRE(::bind(given, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    auto adopted = datagram_socket::adopt(given);
    REQUIRE(adopted);
    CHECK_FALSE(adopted->has_v6());
    CHECK(adopted->port() != 0);
    auto sender = datagram_socket::open(0).value();
    REQUIRE(sender.send(at("127.0.0.9", adopted->port()), bytes(10)) == send_outcome::taken);
    CHECK(receive(*adopted)->to == at("127.0.0.9", 0).address);
    send_options whole;
    whole.dont_fragment = true;
    CHECK(adopted->send(at("127.0.0.1", sender.port()), bytes(1473), whole) == send_outcome::too_large);
    CHECK(adopted->send(at("127.0.0.1", sender.port()), bytes(1473)) == send_outcome::taken);
    CHECK(adopted->send(at("::1", sender.port()), bytes(1)) == send_outcome::not_taken);

    const int stream = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_FALSE(datagram_socket::adopt(stream));
    CHECK(::fcntl(stream, F_GETFD) < 0);
}
