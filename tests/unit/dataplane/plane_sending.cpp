// From where, and how, a plane's datagrams leave.
#include "tests/unit/dataplane/plane_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

namespace {

const auto own = ip_address::v4(0x7f000055);
const auto lost = ip_address::v4(0xc0000201);

/// The sender of the next datagram.
std::optional<endpoint> sender_of(test::other_socket& socket) {
    pollfd polled{socket.fd(), POLLIN, 0};
    sockaddr_in6 from{};
    socklen_t length = sizeof from;
    std::array<char, 2048> into{};
    auto* const any = reinterpret_cast<sockaddr*>(&from);
    if (::poll(&polled, 1, 10'000) != 1) return std::nullopt;
    if (::recvfrom(socket.fd(), into.data(), into.size(), 0, any, &length) < 0) return std::nullopt;
    std::array<std::uint8_t, 16> raw{};
    std::ranges::copy(from.sin6_addr.s6_addr, raw.begin());
    return endpoint{ip_address::v6(raw), ntohs(from.sin6_port)};
}

}  // namespace

TEST_CASE("a tunnel's packets leave from the path's own address", "[netns]") {
    test::plane_pair pair;
    test::other_socket peer;
    pair.alice.link.path = peer.where();
    pair.alice.link.from = own;
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    REQUIRE(pair.alice_side.tap.send(test::v4_packet(pair.alice.v4(), pair.bob.v4(), 10)));
    CHECK(sender_of(peer) == endpoint{own, pair.alice_side.where.port});
    pair.alice_side.plane->post(send_message{pair.alice.link.in, {0xf0}});
    CHECK(sender_of(peer) == endpoint{own, pair.alice_side.where.port});
}

TEST_CASE("packets still leave when the machine has lost the path's own address", "[netns]") {
    test::plane_pair pair;
    pair.alice.link.from = lost;
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    const auto packet = test::v4_packet(pair.alice.v4(), pair.bob.v4(), 10);
    REQUIRE(pair.alice_side.tap.send(packet));
    CHECK(pair.bob_side.tap.receive() == packet);
    CHECK(pair.alice_side.plane->dropped(drop_reason::not_taken) == 0);
}

TEST_CASE("a clear datagram leaves from the address that is named, or not at all", "[netns]") {
    test::plane_pair pair;
    test::other_socket peer;
    pair.alice_side.plane->post(send_datagram{peer.where(), bytes(20), lost});
    pair.alice_side.plane->post(send_datagram{peer.where(), bytes(20), own, std::uint8_t{3}});
    CHECK(sender_of(peer) == endpoint{own, pair.alice_side.where.port});
    CHECK(pair.alice_side.plane->dropped(drop_reason::not_taken) == 1);
}

TEST_CASE("a message that is not to be fragmented is dropped where it does not fit, and others are fragmented",
          "[netns]") {
    test::plane_pair pair;
    ifreq request{};
    std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_mtu = 1500;
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(::ioctl(fd, SIOCSIFMTU, &request) == 0);
    ::close(fd);
    auto& plane = *pair.alice_side.plane;
    bytes message(2000, 0xf0);
    plane.post(send_message{pair.alice.link.in, message, true});
    message.resize(1400);
    plane.post(send_message{pair.alice.link.in, message, true});
    message.resize(2000, 0xf0);
    plane.post(send_message{pair.alice.link.in, message});
    for (const std::size_t size : {1400U, 2000U}) {
        const auto got = pair.bob_side.wait_for<control_received>();
        REQUIRE(got);
        CHECK(got->inner.size() == size);
    }
    CHECK(plane.dropped(drop_reason::too_large) == 1);
}
