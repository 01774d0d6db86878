// Senders and receivers over real sockets.
#include "buri/udp/receiver.hpp"
#include "buri/udp/sender.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <poll.h>

#include <algorithm>
#include <deque>
#include <map>

using namespace buri;
using buri::udp::datagram_socket;

namespace {

void set_mtu_of_lo(int bytes) {
    ifreq request{};
    std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_mtu = bytes;
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool done = ::ioctl(fd, SIOCSIFMTU, &request) == 0;
    ::close(fd);
    REQUIRE(done);
}

/// The datagrams that come to a socket, by sender.
class listener {
public:
    explicit listener(bool coalescing) {
        if (coalescing) REQUIRE(socket_.coalesce_received());
    }
    [[nodiscard]] std::uint16_t port() const { return socket_.port(); }
    [[nodiscard]] const udp::receive_counters& counters() const { return in_.counters(); }

    /// False if so many do not come in ten seconds.
    bool wait_for(std::size_t count) {
        while (came_ < count) {
            pollfd polled{socket_.fd(), POLLIN, 0};
            if (::poll(&polled, 1, 10'000) != 1) return false;
            take();
        }
        take();
        return came_ == count;
    }
    void take() {
        for (;;) {
            const auto came = in_.receive(socket_);
            for (const auto& train : came)
                split(train);
            if (in_.is_drained()) return;
        }
    }

    std::deque<bytes> datagrams;
    std::vector<udp::train> trains;

private:
    void split(const udp::train& train) {
        trains.push_back(train);
        for (std::size_t i = 0; i < train.count(); ++i) {
            const auto rest = train.data.subspan(i * train.segment);
            const auto one = rest.first(std::min(rest.size(), train.segment));
            datagrams.emplace_back(one.begin(), one.end());
            ++came_;
        }
    }

    datagram_socket socket_ = datagram_socket::open(0).value();
    udp::receiver in_;
    std::size_t came_ = 0;
};

bytes random_bytes(test::seeded_random& random, std::size_t size) {
    bytes out(size);
    random.fill(out);
    return out;
}

}  // namespace

TEST_CASE("whatever is added arrives once and in order, over IPv4 and IPv6, coalesced or not", "[netns]") {
    const test::network_namespace alone;
    const bool coalescing = GENERATE(true, false);
    const auto* const address = GENERATE("127.0.0.1", "::1");
    const int mtu = GENERATE(65536, 1500);
    const auto seed = GENERATE(range(1U, 6U));
    CAPTURE(coalescing, address, mtu, seed);
    set_mtu_of_lo(mtu);
    test::seeded_random random(seed);
    auto socket = datagram_socket::open(0).value();
    udp::sender out;
    std::array<listener, 3> listeners{listener(coalescing), listener(coalescing), listener(coalescing)};
    std::array<std::deque<bytes>, 3> wanted;
    for (int round = 0; round < 10; ++round) {
        std::deque<bytes> kept;
        for (auto adds = 1 + random.below(30); adds > 0; --adds) {
            const auto which = random.below(3);
            const auto segment = 1 + (random.below(8) == 0 ? random.below(3000) : 300 * random.below(6));
            const auto& data = kept.emplace_back(random_bytes(random, random.below(segment * (1 + random.below(80)))));
            const endpoint to{ip_address::parse(address).value(), listeners[which].port()};
            out.add(socket, to, {}, data, segment);
            for (std::size_t done = 0; done == 0 || done < data.size(); done += segment) {
                const auto one = byte_view(data).subspan(done, std::min<std::size_t>(segment, data.size() - done));
                wanted[which].emplace_back(one.begin(), one.end());
            }
        }
        out.flush();
        for (std::size_t i = 0; i < 3; ++i) {
            REQUIRE(listeners[i].wait_for(wanted[i].size()));
            CHECK((listeners[i].datagrams == wanted[i]));
        }
    }
    CHECK(out.counters().refused.value() == 0);
    CHECK(out.counters().calls.value() < out.counters().datagrams.value());
}

TEST_CASE("a run arrives as one train, with both addresses", "[netns]") {
    const test::network_namespace alone;
    auto socket = datagram_socket::open(0).value();
    REQUIRE(socket.segments());
    udp::sender out;
    listener in(true);
    const bytes data(50 * 1000 - 1);
    const auto own = ip_address::parse("127.0.0.7").value();
    const endpoint to{ip_address::parse("127.0.0.9").value(), in.port()};
    out.add(socket, to, own, data, 1000);
    out.flush();
    REQUIRE(in.wait_for(50));
    REQUIRE(in.trains.size() == 1);
    CHECK(in.trains[0].from == endpoint{own, socket.port()});
    CHECK(in.trains[0].to == to.address);
    CHECK(in.trains[0].segment == 1000);
    CHECK(in.trains[0].data.size() == data.size());
    CHECK(in.counters().trains.value() == 1);
    CHECK(in.counters().datagrams.value() == 50);
    CHECK(out.counters().segmented.value() == 50);
    CHECK(out.counters().calls.value() == 1);
}

TEST_CASE("datagrams that are larger than the link leave as fragments, and the size is remembered", "[netns]") {
    const test::network_namespace alone;
    set_mtu_of_lo(1500);
    auto socket = datagram_socket::open(0).value();
    udp::sender out;
    listener in(true);
    const auto* const address = GENERATE("127.0.0.1", "::1");
    const endpoint to{ip_address::parse(address).value(), in.port()};
    const bytes data(10 * 1480);
    out.add(socket, to, {}, data, 1480);
    out.flush();
    CHECK(in.wait_for(10));
    CHECK(out.counters().fallbacks.value() == 1);
    out.add(socket, to, {}, data, 1480);
    out.flush();
    CHECK(in.wait_for(20));
    CHECK(out.counters().fallbacks.value() == 1);
    CHECK_FALSE(socket.segmenting().works_for(to.address.is_v4(), 1480));
    CHECK(socket.segmenting().works_for(!to.address.is_v4(), 1480));
}

TEST_CASE("a source that is not this machine's is left out by a sender", "[netns]") {
    const test::network_namespace alone;
    auto socket = datagram_socket::open(0).value();
    udp::sender out;
    listener in(true);
    const bytes data(10 * 100);
    std::size_t sent = 0;
    for (const auto* pair : {"192.0.2.1 127.0.0.1", "2001:db8::1 ::1"}) {
        const std::string both(pair);
        const auto own = ip_address::parse(both.substr(0, both.find(' '))).value();
        const auto other = ip_address::parse(both.substr(both.find(' ') + 1)).value();
        out.add(socket, {other, in.port()}, own, data, 100);
        out.flush();
        sent += 10;
        REQUIRE(in.wait_for(sent));
        CHECK(in.trains.back().from.address == other);
    }
    CHECK(out.counters().sourceless.value() == 2);
}

TEST_CASE("a message that is cut is dropped and counted") {
    class cutting final : public udp::system_calls {
    public:
        int receive(int fd, std::span<mmsghdr> messages) override {
            messages[0].msg_hdr.msg_iov->iov_len = 50;
            const int came = system_calls::receive(fd, messages);
            messages[0].msg_hdr.msg_iov->iov_len = udp::receiver::message_size;
            return came;
        }
    } calls;
    auto socket = datagram_socket::open(0).value();
    auto other = datagram_socket::open(0).value();
    udp::receiver in(calls);
    const endpoint to{ip_address::v4(0x7f000001), socket.port()};
    REQUIRE(other.send(to, bytes(60)) == udp::send_outcome::taken);
    REQUIRE(other.send(to, bytes(70)) == udp::send_outcome::taken);
    const auto trains = in.receive(socket);
    REQUIRE(trains.size() == 1);
    CHECK(trains[0].data.size() == 70);
    CHECK(in.counters().truncated.value() == 1);
    CHECK(in.counters().trains.value() == 1);
}

TEST_CASE("errors of earlier sends do not stop the receiving; nothing waiting is not an error") {
    class failing final : public udp::system_calls {
    public:
        int receive(int fd, std::span<mmsghdr> messages) override {
            if (left-- > 0) return -code;
            return system_calls::receive(fd, messages);
        }
        int left = 0;
        int code = ECONNREFUSED;
    } calls;
    auto socket = datagram_socket::open(0).value();
    udp::receiver in(calls);
    CHECK(in.receive(socket).empty());
    CHECK(in.is_drained());
    const endpoint to{ip_address::v4(0x7f000001), socket.port()};
    REQUIRE(socket.send(to, bytes(1)) == udp::send_outcome::taken);
    calls.left = 5;
    CHECK(in.receive(socket).size() == 1);
    calls.left = 1'000'000;
    CHECK(in.receive(socket).empty());
    CHECK(calls.left > 999'900);
    calls.left = 1;
    calls.code = EBADF;
    CHECK(in.receive(socket).empty());
}

TEST_CASE("a batch is drained when fewer messages came than it holds") {
    auto socket = datagram_socket::open(0).value();
    udp::receiver in;
    const endpoint to{ip_address::v4(0x7f000001), socket.port()};
    for (std::size_t i = 0; i < udp::receiver::messages + 1; ++i)
        REQUIRE(socket.send(to, {}) == udp::send_outcome::taken);
    const auto trains = in.receive(socket);
    CHECK(trains.size() == udp::receiver::messages);
    CHECK(std::ranges::all_of(trains, [](const auto& each) { return each.count() == 1 && each.data.empty(); }));
    CHECK_FALSE(in.is_drained());
    CHECK(in.receive(socket).size() == 1);
    CHECK(in.is_drained());
}

TEST_CASE("a socket tells what the kernel does for it, also after moves") {
    auto socket = datagram_socket::open(0).value();
    CHECK(socket.segments());
    CHECK_FALSE(socket.coalesces());
    CHECK(socket.coalesce_received());
    socket.segmenting().end();
    CHECK(socket.receive_buffer() > 100'000);
    datagram_socket moved(std::move(socket));
    CHECK(moved.coalesces());
    CHECK_FALSE(moved.segments());
    auto other = datagram_socket::open(0).value();
    other = std::move(moved);
    CHECK(other.coalesces());
    CHECK_FALSE(other.segments());
}
