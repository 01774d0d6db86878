// What the kernel makes of the answers to packets that do not fit.
#include "buri/udp/socket_address.hpp"
#include "tests/unit/dataplane/plane_fixture.hpp"

#include <catch2/catch.hpp>

#include <linux/ipv6.h>

using namespace buri;
using namespace buri::dataplane;

namespace {

constexpr std::uint16_t path_mtu = 1300;

/// Gives the interface addresses as control does: the whole pool is behind it.
void set_addresses(const std::string& interface, const test::tunnel_end& end) {
    std::ofstream("/proc/sys/net/ipv6/conf/" + interface + "/disable_ipv6") << 0;
    std::ofstream("/proc/sys/net/ipv6/conf/" + interface + "/accept_dad") << 0;
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(end.self.value);
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    const int v4 = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool done = ::ioctl(v4, SIOCSIFADDR, &request) == 0;
    address.sin_addr.s_addr = htonl(0xffc00000);
    std::memcpy(&request.ifr_netmask, &address, sizeof address);
    done = done && ::ioctl(v4, SIOCSIFNETMASK, &request) == 0;
    ::close(v4);
    in6_ifreq of_v6{};
    std::ranges::copy(end.v6().v6_bytes(), std::begin(of_v6.ifr6_addr.s6_addr));
    of_v6.ifr6_prefixlen = 64;
    of_v6.ifr6_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    const int v6 = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    done = done && ::ioctl(v6, SIOCSIFADDR, &of_v6) == 0;
    ::close(v6);
    if (!done) throw std::runtime_error("cannot set the addresses of " + interface);
}

/// A program on this machine that talks to the peer and sends nothing in fragments.
class program {
public:
    program(const ip_address& from, const ip_address& peer) : v4_(peer.is_v4()) {
        fd_ = ::socket(v4_ ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int strictly = IP_PMTUDISC_DO;
        bool done = v4_ ? ::setsockopt(fd_, IPPROTO_IP, IP_MTU_DISCOVER, &strictly, sizeof strictly) == 0
                        : ::setsockopt(fd_, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &strictly, sizeof strictly) == 0;
        done = done && use(from, ::bind) && use(peer, ::connect);
        if (!done) throw std::runtime_error("no socket through the interface");
    }
    ~program() { ::close(fd_); }
    program(const program&) = delete;
    program& operator=(const program&) = delete;

    /// An IP packet of this size; false if the kernel finds it too large.
    bool send(std::size_t size) {
        const bytes data(size - (v4_ ? 28 : 48));
        // The first failure may be an error that came back for an earlier packet.
        const bool sent = ::send(fd_, data.data(), data.size(), 0) >= 0;
        return sent || ::send(fd_, data.data(), data.size(), 0) >= 0;
    }
    /// What the kernel knows of the path.
    [[nodiscard]] int mtu() const {
        int out = 0;
        socklen_t length = sizeof out;
        const bool done = v4_ ? ::getsockopt(fd_, IPPROTO_IP, IP_MTU, &out, &length) == 0
                              : ::getsockopt(fd_, IPPROTO_IPV6, IPV6_MTU, &out, &length) == 0;
        return done ? out : 0;
    }

private:
    bool use(const ip_address& address, int (*how)(int, const sockaddr*, socklen_t)) const {
        udp::socket_address to;
        const auto length = write_address({address, 5000}, !v4_, to);
        return how(fd_, &to.any, length) == 0;
    }
    bool v4_;
    int fd_ = -1;
};

}  // namespace

TEST_CASE("the kernel learns the path's MTU from the first packet that does not fit, and sends smaller ones",
          "[netns]") {
    test::plane_pair pair;
    set_addresses("alice", pair.alice);
    pair.alice.link.mtu = path_mtu;
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    const bool v4 = GENERATE(true, false);
    program from_alice(v4 ? pair.alice.v4() : pair.alice.v6(), v4 ? pair.bob.v4() : pair.bob.v6());
    REQUIRE(from_alice.mtu() == 1500);
    REQUIRE(from_alice.send(path_mtu));
    CHECK(pair.bob_side.tap.receive().size() == path_mtu);

    REQUIRE(from_alice.send(1400));
    while (pair.alice_side.plane->dropped(drop_reason::over_mtu) == 0)
        REQUIRE(pair.alice_side.settle());
    for (int i = 0; i < 1000 && from_alice.mtu() != path_mtu; ++i)
        REQUIRE(pair.alice_side.settle());
    CHECK(from_alice.mtu() == path_mtu);
    CHECK_FALSE(from_alice.send(1400));
    CHECK(from_alice.send(path_mtu));
    CHECK(pair.bob_side.tap.receive().size() == path_mtu);
    CHECK(pair.alice_side.plane->dropped(drop_reason::not_taken) == 0);
}

TEST_CASE("a flood of packets that do not fit is answered so many times a second only", "[netns]") {
    test::plane_pair pair;
    pair.alice.link.mtu = path_mtu;
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    auto packet = test::v4_packet(pair.alice.v4(), pair.bob.v4(), 1400);
    packet[6] |= 0x40U;
    constexpr std::uint64_t flood = 400;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < flood; ++i) {
        while (!pair.alice_side.tap.send(packet)) {
        }
    }
    while (pair.alice_side.plane->dropped(drop_reason::over_mtu) < flood)
        REQUIRE(pair.alice_side.settle());
    const auto took = std::chrono::steady_clock::now() - start;
    std::uint64_t answers = 0;
    while (!pair.alice_side.tap.receive_now().empty())
        ++answers;
    const auto most = 101 + static_cast<std::uint64_t>(took / std::chrono::milliseconds(10));
    CHECK(answers >= 100);
    CHECK(answers <= most);
}
