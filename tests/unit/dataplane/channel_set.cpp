#include "buri/dataplane/channel_set.hpp"

#include "tests/unit/dataplane/channel_fixture.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace buri;
using namespace buri::dataplane;
using test::is_open;
using test::stream_pair;

namespace {

/// Waits for what is on its way.
std::optional<channel_set::received> receive(channel_set& set, byte_span into) {
    pollfd polled{set.fd(), POLLIN, 0};
    if (::poll(&polled, 1, 10'000) != 1) return std::nullopt;
    return set.receive(into);
}

bool is_readable(const channel_set& set) {
    pollfd polled{set.fd(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a socket that was added carries datagrams in both directions, from its own port") {
    test::open_channels set;
    test::other_socket peer;
    const test::bound_socket bound;
    REQUIRE(set.add({7, bound.fd, std::nullopt}));
    CHECK(set.send({7, peer.where()}, bytes{1, 2}, {}) == udp::send_outcome::taken);
    CHECK(peer.receive() == bytes{1, 2});
    REQUIRE(peer.send(bound.where, bytes{3}));
    bytes into(10);
    const auto got = receive(set, into);
    REQUIRE(got);
    CHECK(got->from == path_address{7, peer.where()});
    CHECK(got->size == 1);
    CHECK(got->to == test::loopback);
    CHECK_FALSE(set.receive(into));
    CHECK_FALSE(is_readable(set));
}

TEST_CASE("a stream carries datagrams of every size whole, from its other end") {
    test::open_channels set;
    stream_pair pair;
    const auto server = parse_endpoint("192.0.2.1:443").value();
    REQUIRE(set.add({1, pair.mine, server}));
    bytes into(65535);
    for (const std::size_t size : {1U, 20U, 1400U, 65535U}) {
        const bytes datagram(size, static_cast<std::uint8_t>(size));
        CHECK(set.send({1, server}, datagram, {}) == udp::send_outcome::taken);
        CHECK(pair.receive() == datagram);
        REQUIRE(pair.send(datagram));
        const auto got = receive(set, into);
        REQUIRE(got);
        CHECK(got->from == path_address{1, server});
        CHECK_FALSE(got->to);
        CHECK(std::ranges::equal(byte_view(into).first(got->size), datagram));
    }
}

TEST_CASE("a stream whose queue is full takes no more, and takes again when it was read") {
    test::open_channels set;
    stream_pair pair;
    REQUIRE(set.add({1, pair.mine, test::loopback_endpoint}));
    const bytes datagram(1400);
    int taken = 0;
    while (taken < 100'000 && set.send({1, test::loopback_endpoint}, datagram, {}) == udp::send_outcome::taken)
        ++taken;
    CHECK(taken > 10);
    CHECK(set.send({1, test::loopback_endpoint}, datagram, {}) == udp::send_outcome::not_taken);
    for (int i = 0; i < taken; ++i)
        REQUIRE(pair.receive().size() == datagram.size());
    CHECK(set.send({1, test::loopback_endpoint}, datagram, {}) == udp::send_outcome::taken);
}

TEST_CASE("what a stream brought before its end is read, then it goes away and its descriptor is closed") {
    test::open_channels set;
    stream_pair pair;
    REQUIRE(set.add({1, pair.mine, test::loopback_endpoint}));
    REQUIRE(pair.send(bytes{1}));
    REQUIRE(pair.send(bytes{2}));
    pair.close_theirs();
    bytes into(10);
    CHECK(receive(set, into)->size == 1);
    CHECK(receive(set, into)->size == 1);
    CHECK_FALSE(receive(set, into));
    CHECK(set.size() == 0);
    CHECK_FALSE(is_open(pair.mine));
    CHECK_FALSE(is_readable(set));
    CHECK(set.send({1, test::loopback_endpoint}, bytes{1}, {}) == udp::send_outcome::no_channel);
}

TEST_CASE("an empty datagram is not the end of a stream") {
    test::open_channels set;
    stream_pair pair;
    REQUIRE(set.add({1, pair.mine, test::loopback_endpoint}));
    REQUIRE(pair.send({}));
    REQUIRE(pair.send(bytes{9}));
    bytes into(10);
    CHECK_FALSE(receive(set, into));
    const auto got = receive(set, into);
    REQUIRE(got);
    CHECK(into[0] == 9);
    CHECK(set.size() == 1);
}

TEST_CASE("a channel that was never there, or is there no longer, takes nothing") {
    test::open_channels set;
    const test::bound_socket bound;
    CHECK(set.send({3, test::loopback_endpoint}, bytes{1}, {}) == udp::send_outcome::no_channel);
    REQUIRE(set.add({3, bound.fd, std::nullopt}));
    set.remove(4);
    CHECK(is_open(bound.fd));
    set.remove(3);
    CHECK_FALSE(is_open(bound.fd));
    CHECK(set.send({3, test::loopback_endpoint}, bytes{1}, {}) == udp::send_outcome::no_channel);
}

TEST_CASE("a number that is in use, the main channel's and what is no socket are refused, and closed") {
    test::open_channels set;
    const test::bound_socket first;
    const test::bound_socket second;
    const test::bound_socket third;
    REQUIRE(set.add({1, first.fd, std::nullopt}));
    CHECK_FALSE(set.add({1, second.fd, std::nullopt}));
    CHECK_FALSE(is_open(second.fd));
    CHECK_FALSE(set.add({main_channel, third.fd, std::nullopt}));
    CHECK_FALSE(is_open(third.fd));
    const int no_socket = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_FALSE(set.add({2, no_socket, std::nullopt}));
    CHECK_FALSE(is_open(no_socket));
    CHECK_FALSE(set.add({2, -1, std::nullopt}));
    CHECK(is_open(first.fd));
    CHECK(set.size() == 1);
}

TEST_CASE("channels close their descriptors when the set goes away") {
    const test::bound_socket bound;
    stream_pair pair;
    {
        test::open_channels set;
        REQUIRE(set.add({1, bound.fd, std::nullopt}));
        REQUIRE(set.add({2, pair.mine, test::loopback_endpoint}));
    }
    CHECK_FALSE(is_open(bound.fd));
    CHECK_FALSE(is_open(pair.mine));
}

TEST_CASE("of three hundred busy channels each is read in turn") {
    constexpr channel_id channels = 300;
    constexpr int each = 20;
    test::open_channels set;
    std::vector<std::unique_ptr<stream_pair>> pairs;
    for (channel_id i = 1; i <= channels; ++i) {
        pairs.push_back(std::make_unique<stream_pair>());
        REQUIRE(set.add({i, pairs.back()->mine, test::loopback_endpoint}));
        for (int k = 0; k < each; ++k)
            REQUIRE(pairs.back()->send(bytes{1}));
    }
    std::map<channel_id, int> read;
    bytes into(10);
    int most = 0;
    while (const auto got = set.receive(into)) {
        most = std::max(most, ++read[got->from.channel]);
        // 64 are read in turn until they are empty; nobody else waits for longer.
        if (read.size() < channels) REQUIRE(read.size() + 64 >= static_cast<std::size_t>(most / each) * 64);
    }
    for (int round = 0; round < 10 && is_readable(set); ++round) {
        while (const auto got = set.receive(into))
            ++read[got->from.channel];
    }
    CHECK(read.size() == channels);
    CHECK(std::ranges::all_of(read, [](const auto& one) { return one.second == each; }));
}

TEST_CASE("a channel that is removed while it has something to read is not read again") {
    test::open_channels set;
    stream_pair one;
    stream_pair two;
    REQUIRE(set.add({1, one.mine, test::loopback_endpoint}));
    REQUIRE(set.add({2, two.mine, test::loopback_endpoint}));
    for (int i = 0; i < 3; ++i) {
        REQUIRE(one.send(bytes{1}));
        REQUIRE(two.send(bytes{2}));
    }
    bytes into(10);
    const auto first = set.receive(into);
    REQUIRE(first);
    set.remove(first->from.channel);
    int left = 0;
    for (; const auto got = set.receive(into); ++left)
        CHECK(got->from.channel != first->from.channel);
    CHECK(left == 3);
}
