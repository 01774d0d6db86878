#include "buri/udp/datagram_socket.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

using namespace buri;
using buri::udp::datagram_socket;
using buri::udp::send_outcome;

namespace {

endpoint at(const char* address, std::uint16_t port) {
    return {ip_address::parse(address).value(), port};
}

bool sent(send_outcome outcome) {
    return outcome == send_outcome::taken;
}

/// Waits for what is on its way over loopback.
std::optional<datagram_socket::received> receive(datagram_socket& socket, byte_span into) {
    pollfd polled{socket.fd(), POLLIN, 0};
    if (::poll(&polled, 1, 5000) != 1) return std::nullopt;
    return socket.receive(into);
}

int buffer_of(const datagram_socket& socket, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    ::getsockopt(socket.fd(), SOL_SOCKET, option, &value, &length);
    return value;
}

}  // namespace

TEST_CASE("port 0 opens a free port and tells which") {
    const auto one = datagram_socket::open(0);
    const auto two = datagram_socket::open(0);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->port() != 0);
    CHECK(one->port() != two->port());
}

TEST_CASE("a port that is taken is an error that names it and a way out") {
    const auto holder = datagram_socket::open(0);
    REQUIRE(holder);
    const auto refused = datagram_socket::open(holder->port());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::port_in_use);
    CHECK_THAT(refused.error().text, Catch::Contains(std::to_string(holder->port())));
    CHECK_THAT(refused.error().text, Catch::Contains("port = 0"));
}

TEST_CASE("a port is free again when the socket is gone, also after moves") {
    std::uint16_t port = 0;
    {
        auto first = datagram_socket::open(0);
        REQUIRE(first);
        port = first->port();
        datagram_socket moved(std::move(*first));
        CHECK(moved.port() == port);
        auto second = datagram_socket::open(0);
        REQUIRE(second);
        *second = std::move(moved);
        CHECK(second->port() == port);
    }
    CHECK(datagram_socket::open(port));
}

TEST_CASE("datagrams of every size cross loopback with the sender's address, over IPv4 and IPv6") {
    auto sender = datagram_socket::open(0);
    auto receiver = datagram_socket::open(0);
    REQUIRE(sender);
    REQUIRE(receiver);
    std::vector<const char*> addresses = {"127.0.0.1"};
    if (receiver->has_v6() && sent(sender->send(at("::1", receiver->port()), {}))) {
        bytes into(1);
        REQUIRE(receive(*receiver, into));
        addresses.push_back("::1");
    }
    bytes into(65536);
    for (const auto* address : addresses) {
        for (const std::size_t size : {0U, 1U, 1400U, 1472U, 1473U, 9000U, 65507U}) {
            bytes datagram(size);
            for (std::size_t i = 0; i < size; ++i)
                datagram[i] = static_cast<std::uint8_t>(i * 31);
            REQUIRE(sent(sender->send(at(address, receiver->port()), datagram)));
            const auto got = receive(*receiver, into);
            REQUIRE(got);
            CHECK(got->from == at(address, sender->port()));
            CHECK(std::ranges::equal(byte_view(into).first(got->size), datagram));
        }
    }
    CHECK_FALSE(receiver->receive(into));
}

TEST_CASE("a datagram that is larger than the buffer is skipped, not cut") {
    auto sender = datagram_socket::open(0);
    auto receiver = datagram_socket::open(0);
    REQUIRE(sender);
    REQUIRE(receiver);
    const auto to = at("127.0.0.1", receiver->port());
    REQUIRE(sent(sender->send(to, bytes(100))));
    REQUIRE(sent(sender->send(to, bytes(10))));
    bytes into(50);
    const auto got = receive(*receiver, into);
    REQUIRE(got);
    CHECK(got->size == 10);
}

TEST_CASE("a closed port at the other side does not stop the traffic with others") {
    auto sender = datagram_socket::open(0);
    auto receiver = datagram_socket::open(0);
    REQUIRE(sender);
    REQUIRE(receiver);
    std::uint16_t closed = 0;
    {
        const auto gone = datagram_socket::open(0);
        REQUIRE(gone);
        closed = gone->port();
    }
    bytes into(100);
    for (int i = 0; i < 20; ++i) {
        CHECK(sent(sender->send(at("127.0.0.1", closed), bytes(1))));
        CHECK(sent(sender->send(at("127.0.0.1", receiver->port()), bytes(2))));
        CHECK(receive(*receiver, into));
        CHECK(sent(receiver->send(at("127.0.0.1", sender->port()), bytes(3))));
        CHECK(receive(*sender, into));
    }
}

TEST_CASE("what cannot be sent is told, and the socket lives on") {
    auto socket = datagram_socket::open(0);
    REQUIRE(socket);
    CHECK_FALSE(sent(socket->send(at("127.0.0.1", socket->port()), bytes(65508))));
    CHECK_FALSE(sent(socket->send(at("127.0.0.1", 0), bytes(1))));
    CHECK(sent(socket->send(at("127.0.0.1", socket->port()), bytes(5))));
    bytes into(10);
    const auto got = receive(*socket, into);
    REQUIRE(got);
    CHECK(got->size == 5);
}

TEST_CASE("the buffers are larger than the system's default") {
    const auto socket = datagram_socket::open(0);
    REQUIRE(socket);
    const int plain = ::socket(AF_INET, SOCK_DGRAM, 0);
    int standard = 0;
    socklen_t length = sizeof standard;
    ::getsockopt(plain, SOL_SOCKET, SO_RCVBUF, &standard, &length);
    ::close(plain);
    CHECK(buffer_of(*socket, SO_RCVBUF) >= standard);
    CHECK(buffer_of(*socket, SO_SNDBUF) >= standard);
}
