#include "tests/unit/dataplane/plane_fixture.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <time.h>

using namespace buri;
using namespace buri::dataplane;

namespace {

/// When the kernel took in the next datagram or packet.
std::chrono::nanoseconds arrival(int fd) {
    pollfd polled{fd, POLLIN, 0};
    std::array<char, 2048> data{};
    alignas(cmsghdr) std::array<char, 256> control{};
    iovec part{data.data(), data.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::poll(&polled, 1, 10'000) != 1 || ::recvmsg(fd, &message, 0) < 0) throw std::runtime_error("nothing came");
    for (const auto* note = CMSG_FIRSTHDR(&message); note != nullptr;
         note = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(note))) {
        if (note->cmsg_level != SOL_SOCKET || note->cmsg_type != SO_TIMESTAMPNS) continue;
        timespec when{};
        std::memcpy(&when, CMSG_DATA(note), sizeof when);
        return std::chrono::seconds(when.tv_sec) + std::chrono::nanoseconds(when.tv_nsec);
    }
    throw std::runtime_error("no time came with it");
}

std::vector<std::chrono::nanoseconds> arrivals(int fd, std::size_t count) {
    std::vector<std::chrono::nanoseconds> out;
    while (out.size() < count)
        out.push_back(arrival(fd));
    return out;
}

/// Holds a plane's thread in its first report.
struct gate {
    std::promise<void> entered;
    std::promise<void> opened;
    std::future<void> wait_opened = opened.get_future();
    void on_reports() {
        entered.set_value();
        wait_opened.wait();
    }
};

}  // namespace

TEST_CASE("neither direction starves while both queues are long", "[netns]") {
    const test::network_namespace alone;
    test::turn_off_v6();
    test::linked_pair pair(suite_id::aes);
    test::plane_parts parts("alice");
    test::packet_tap machine("alice");
    test::other_socket peer;
    const int on = 1;
    REQUIRE(::setsockopt(peer.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0);
    const auto where = parts.where();
    pair.alice.link.path = pair.bob.link.path = peer.where();
    test::both_forwarders bob;
    bob.install(pair.bob.snapshot());

    gate held;
    plane busy(
        std::move(parts.tun), std::move(parts.socket), [&] { held.on_reports(); }, logger(), plane::threads::one);
    busy.post(install_snapshot{pair.alice.snapshot()});
    busy.post(send_datagram{peer.where(), bytes(1)});
    REQUIRE(peer.receive());
    REQUIRE(peer.send(where, bytes(20)));
    REQUIRE(held.entered.get_future().wait_for(test::patience) == std::future_status::ready);

    constexpr std::size_t packets = 300;
    constexpr std::size_t datagrams = 2000;
    for (std::size_t i = 0; i < datagrams; ++i) {
        REQUIRE(peer.send(where, bob.sealed(test::v4_packet(pair.bob.v4(), pair.alice.v4(), 10))));
    }
    for (std::size_t i = 0; i < packets; ++i)
        REQUIRE(machine.send(test::v4_packet(pair.alice.v4(), pair.bob.v4(), 10)));
    held.opened.set_value();

    const auto out = arrivals(peer.fd(), packets);
    const auto in = arrivals(machine.fd(), datagrams);
    CHECK(out.back() < in[2 * packets]);
    CHECK(in[packets / 3] < out.back());
}

TEST_CASE("commands that were posted before the end are still carried out", "[netns]") {
    test::plane_pair pair;
    test::other_socket other;
    for (std::uint8_t i = 1; i <= 100; ++i)
        pair.alice_side.plane->post(send_datagram{other.where(), bytes(i, i)});
    pair.alice_side.plane.reset();
    for (std::uint8_t i = 1; i <= 100; ++i)
        CHECK(other.receive_now() == bytes(i, i));
}

TEST_CASE("a plane ends while packets flow", "[netns]") {
    test::plane_pair pair;
    for (int round = 0; round < 100; ++round)
        (void)pair.alice_side.tap.send(test::v4_packet(pair.alice.v4(), pair.bob.v4(), 100));
    pair.bob_side.plane.reset();
    CHECK(::if_nametoindex("bob") == 0);
    for (int round = 0; round < 100; ++round)
        (void)pair.alice_side.tap.send(test::v4_packet(pair.alice.v4(), pair.bob.v4(), 100));
    pair.alice_side.plane.reset();
    CHECK(::if_nametoindex("alice") == 0);
}

TEST_CASE("a plane whose interface is removed says so, and takes further commands in silence", "[netns]") {
    test::plane_pair pair;
    test::remove_interface("alice");
    const auto failed = pair.alice_side.wait_for<plane_failed>();
    REQUIRE(failed);
    CHECK_THAT(failed->why.text, Catch::Contains("alice"));
    for (int i = 0; i < 10; ++i)
        pair.alice_side.install(pair.alice);
    CHECK(pair.alice_side.count<plane_failed>() == 0);
}
