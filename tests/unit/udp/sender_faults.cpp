// What a sender does when the kernel refuses.
#include "tests/unit/udp/model_kernel.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using buri::test::model_kernel;
using buri::test::sent_message;
using buri::udp::datagram_socket;
using buri::udp::sender;

namespace {

const endpoint first{ip_address::v4(0x7f000001), 1001};
const endpoint second{ip_address::v4(0x7f000001), 1002};
const ip_address own = ip_address::v4(0x7f000005);

/// A socket that segments, a sender, and a kernel that tells what it got.
struct world {
    model_kernel kernel;
    sender out{kernel};
    datagram_socket socket = datagram_socket::open(0).value();
    std::deque<bytes> kept;

    world() { REQUIRE(socket.segments()); }

    /// Datagrams of `size` bytes whose first byte counts up from `from`.
    void add(const endpoint& to, std::size_t count, std::size_t size, std::uint8_t from,
             const std::optional<ip_address>& source = {}) {
        auto& data = kept.emplace_back(count * size);
        for (std::size_t i = 0; i < count; ++i)
            data[i * size] = static_cast<std::uint8_t>(from + i);
        out.add(socket, to, source, data, size);
    }
    /// The first bytes of what came to there, in order.
    [[nodiscard]] bytes seen(const endpoint& to) const {
        bytes all;
        for (const auto& each : kernel.datagrams)
            if (each.to == to) all.push_back(each.data.at(0));
        return all;
    }
    [[nodiscard]] const udp::send_counters& count() const { return out.counters(); }
};

bytes numbers(std::uint8_t from, std::uint8_t below) {
    bytes out;
    for (auto i = from; i < below; ++i)
        out.push_back(i);
    return out;
}

bool is_run(const sent_message& message) {
    return message.segment != 0;
}

}  // namespace

TEST_CASE("a sender sends the datagrams of an address as one run, from every buffer") {
    world with;
    with.add(first, 20, 100, 0);
    with.add(second, 10, 100, 0);
    with.add(first, 1, 100, 20);
    with.add(first, 1, 99, 21);
    with.add(first, 2, 100, 22);
    with.out.flush();
    CHECK(with.kernel.calls == 1);
    REQUIRE(with.kernel.messages_taken.size() == 3);
    CHECK(with.kernel.messages_taken[0].data.size() == 2199);
    CHECK(with.seen(first) == numbers(0, 24));
    CHECK(with.seen(second) == numbers(0, 10));
    CHECK(with.count().runs.value() == 3);
    CHECK(with.count().datagrams.value() == 34);
    CHECK(with.count().segmented.value() == 34);
}

TEST_CASE("a datagram never overtakes an earlier one to its address, whatever their sizes and sources") {
    world with;
    with.add(first, 2, 100, 0);
    with.add(first, 2, 200, 2);
    with.add(first, 2, 100, 4);
    with.add(first, 2, 100, 6, own);
    with.add(first, 2, 100, 8);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 10));
    CHECK(with.kernel.messages_taken.size() == 5);
}

TEST_CASE("more than a run holds is split over runs, by number and by bytes") {
    world with;
    with.add(first, 130, 100, 0);
    with.add(second, 100, 1400, 0);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 130));
    CHECK(with.seen(second) == numbers(0, 100));
    for (const auto& message : with.kernel.messages_taken) {
        CHECK(message.data.size() <= udp::send_run::max_v4_bytes);
        CHECK(message.data.size() <= message.segment * 63);
    }
    CHECK(with.kernel.messages_taken.size() == 3 + 3);
}

TEST_CASE("small datagrams go in runs that older kernels take, which count the headers") {
    world with;
    with.add(first, 40, 20, 0);
    with.out.flush();
    REQUIRE(with.kernel.messages_taken.size() == 2);
    CHECK(with.kernel.messages_taken[0].data.size() + 48 <= 64 * 20);
    CHECK(with.seen(first) == numbers(0, 40));
}

TEST_CASE("empty datagrams are sent too, each alone") {
    world with;
    with.out.add(with.socket, first, {}, {}, 0);
    with.out.add(with.socket, first, {}, {}, 100);
    with.add(first, 2, 10, 0);
    with.out.add(with.socket, first, {}, {}, 0);
    with.out.flush();
    REQUIRE(with.kernel.datagrams.size() == 5);
    CHECK(with.kernel.datagrams[0].data.empty());
    CHECK(with.kernel.datagrams[1].data.empty());
    CHECK(with.kernel.datagrams[4].data.empty());
}

TEST_CASE("a sender that is full, or is given another socket, flushes") {
    world with;
    for (std::uint8_t i = 0; i < sender::max_runs; ++i)
        with.add(first, 1, 100U + i, i);
    CHECK(with.kernel.calls == 0);
    with.add(first, 1, 300, 64);
    CHECK(with.kernel.calls == 1);
    auto other = datagram_socket::open(0).value();
    const bytes data(5);
    with.out.add(other, first, {}, data, 5);
    CHECK(with.kernel.calls == 2);
    CHECK(with.seen(first) == numbers(0, 65));
    with.out.flush();
    with.out.flush();
    CHECK(with.kernel.calls == 3);
    CHECK(with.kernel.datagrams.size() == 66);
}

TEST_CASE("what sendmmsg left is sent by the next call") {
    world with;
    for (std::uint8_t i = 0; i < 10; ++i)
        with.add(first, 1, 100U + i, i);
    with.kernel.script = {3, -EINTR, 1, 4};
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 10));
    CHECK(with.kernel.calls == 5);
    CHECK(with.count().runs.value() == 10);
    CHECK(with.count().refused.value() == 0);
}

TEST_CASE("after EIO nothing is segmented any more, and nothing is lost") {
    world with;
    with.kernel.judge = [](const sent_message& message) { return is_run(message) ? EIO : 0; };
    with.add(first, 1, 50, 0);
    with.add(first, 20, 100, 1);
    with.add(second, 10, 100, 0);
    with.out.flush();
    CHECK_FALSE(with.socket.segments());
    CHECK(with.seen(first) == numbers(0, 21));
    CHECK(with.seen(second) == numbers(0, 10));
    CHECK(with.count().fallbacks.value() == 2);
    CHECK(with.kernel.calls == 4);
    with.socket.forget_limits();
    with.add(first, 30, 100, 21);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 51));
    CHECK(with.kernel.calls == 5);
    CHECK(with.count().segmented.value() == 0);
}

TEST_CASE("a size that is refused as a run is not tried again, until the limits are forgotten") {
    const auto code = GENERATE(EINVAL, EMSGSIZE);
    world with;
    with.kernel.judge = [=](const sent_message& message) { return message.segment > 1000 ? code : 0; };
    with.add(first, 5, 1200, 0);
    with.add(second, 5, 900, 0);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 5));
    CHECK(with.count().fallbacks.value() == 1);
    CHECK(with.socket.segments());
    with.add(first, 5, 1300, 5);
    with.add(second, 5, 1100, 5);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 10));
    CHECK(with.seen(second) == numbers(0, 10));
    CHECK(with.count().fallbacks.value() == 2);
    with.add(first, 5, 1100, 10);
    with.add(second, 5, 1000, 10);
    with.out.flush();
    CHECK(with.count().fallbacks.value() == 2);
    CHECK(with.count().segmented.value() == 10);
    with.socket.forget_limits();
    with.add(first, 5, 1100, 15);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 20));
    CHECK(with.count().fallbacks.value() == 3);
}

TEST_CASE("what is refused alone as well says nothing about sizes") {
    world with;
    with.kernel.judge = [](const sent_message& message) { return message.to == first ? EMSGSIZE : 0; };
    with.add(first, 5, 1200, 0);
    with.add(second, 5, 1200, 0);
    with.out.flush();
    CHECK(with.count().too_large.value() == 5);
    CHECK(with.count().refused.value() == 0);
    CHECK(with.count().refused_bytes.value() == 6000);
    CHECK(with.seen(second) == numbers(0, 5));
    CHECK(with.socket.segmenting().works_for(true, 1200));
}

TEST_CASE("a full socket is waited for, and given up after some time") {
    world with;
    with.add(first, 5, 100, 0);
    with.add(second, 5, 100, 0);
    with.kernel.script = {-EAGAIN, 1, -EAGAIN, -EAGAIN};
    with.out.flush();
    CHECK(with.kernel.waits == 3);
    CHECK(with.count().waits.value() == 3);
    CHECK(with.kernel.datagrams.size() == 10);
    with.kernel.judge = [](const sent_message&) { return EAGAIN; };
    with.add(first, 5, 100, 5);
    with.add(second, 6, 100, 5);
    with.out.flush();
    CHECK(with.kernel.waits == 3 + sender::max_waits);
    CHECK(with.count().refused.value() == 11);
    CHECK(with.count().refused_bytes.value() == 1100);
    with.kernel.judge = [](const sent_message&) { return 0; };
    with.add(first, 1, 100, 5);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 6));
}

TEST_CASE("a run for which there is no memory is tried again, then skipped, and the others are sent") {
    world with;
    with.kernel.judge = [](const sent_message& message) { return message.to == first ? ENOBUFS : 0; };
    with.add(first, 5, 100, 0);
    with.add(second, 5, 100, 0);
    with.out.flush();
    CHECK(with.kernel.calls == 4);
    CHECK(with.count().refused.value() == 5);
    CHECK(with.seen(second) == numbers(0, 5));
    with.kernel.judge = [](const sent_message&) { return 0; };
    with.kernel.script = {-ENOBUFS, -ENOBUFS, 1};
    with.add(first, 5, 100, 0);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 5));
}

TEST_CASE("an error that ICMP left behind costs nothing; one that stays is this datagram's") {
    const auto code = GENERATE(ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPERM);
    world with;
    with.kernel.script = {-code, 1, -code};
    with.add(first, 5, 100, 0);
    with.add(second, 5, 100, 0);
    with.out.flush();
    CHECK(with.kernel.datagrams.size() == 10);
    with.kernel.judge = [=](const sent_message& message) { return message.to == first ? code : 0; };
    with.add(first, 5, 100, 5);
    with.add(second, 5, 100, 5);
    with.out.flush();
    CHECK(with.count().refused.value() == 5);
    CHECK(with.seen(second) == numbers(0, 10));
}

TEST_CASE("a source that is no longer ours is left out, and says nothing about sizes") {
    const auto code = GENERATE(EINVAL, EADDRNOTAVAIL, ENETUNREACH);
    world with;
    with.kernel.judge = [=](const sent_message& message) { return message.has_source ? code : 0; };
    with.add(first, 5, 100, 0, own);
    with.add(second, 1, 100, 0, own);
    with.add(second, 1, 100, 1);
    with.out.flush();
    CHECK(with.seen(first) == numbers(0, 5));
    CHECK(with.seen(second) == numbers(0, 2));
    CHECK(with.count().sourceless.value() == 2);
    CHECK(with.count().refused.value() == 0);
    CHECK(with.socket.segmenting().works_for(true, 100));
}

TEST_CASE("a socket without IPv6 refuses what goes there, and sends the rest") {
    const int plain = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto v4 = datagram_socket::adopt(plain);
    REQUIRE(v4);
    sender out;
    const bytes data(10);
    auto receiver = datagram_socket::open(0).value();
    out.add(*v4, {ip_address::parse("::1").value(), 1001}, {}, data, 5);
    out.add(*v4, {ip_address::v4(0x7f000001), receiver.port()}, {}, data, 5);
    out.flush();
    CHECK(out.counters().refused.value() == 2);
    CHECK(out.counters().datagrams.value() == 2);
}
