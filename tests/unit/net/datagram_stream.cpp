#include "buri/net/datagram_stream.hpp"

#include "tests/support/loopback.hpp"
#include "tests/unit/net/tcp_pair.hpp"

#include <asio/read.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

namespace buri::net {
namespace {

using namespace std::chrono_literals;

/// A stream whose other side is asked for nothing but to be small, and to come in time.
class reading {
public:
    explicit reading(std::size_t largest, duration patience, bytes early = {}) : ends(world.context) {
        stream.emplace(make_tcp_stream(std::move(ends.near)), datagram_stream::limits{.bytes = 100, .read = 4},
                       std::move(early));
        const auto until = now() + patience;
        const auto take = [this](byte_view datagram) { got.emplace_back(datagram.begin(), datagram.end()); };
        const auto allowed = [=] { return datagram_stream::allowance{until, largest}; };
        asio::co_spawn(world.context, stream->run_reader(take, allowed),
                       [this](const std::exception_ptr&, error why) { ended = std::move(why); });
    }
    ~reading() {
        stream->close();
        turn();
    }
    void turn(std::chrono::milliseconds longest = 50ms) {
        world.context.restart();
        world.context.run_for(longest);
    }

    test::loopback world;
    test::tcp_pair ends;
    std::vector<bytes> got;
    std::optional<error> ended;
    std::optional<datagram_stream> stream;
};

TEST_CASE("what waits in a stream is bounded in datagrams and in bytes; the newest is dropped") {
    test::loopback world;
    test::tcp_pair ends(world.context);
    datagram_stream stream(make_tcp_stream(std::move(ends.near)), {.datagrams = 3, .bytes = 40, .read = 4});
    CHECK_FALSE(stream.send(bytes(37, 1)));
    CHECK(stream.has_room(36));
    CHECK(stream.send(bytes{1}));
    CHECK(stream.send(bytes{2}));
    CHECK_FALSE(stream.send(bytes(27, 1)));
    CHECK(stream.send(bytes(26, 3)));
    CHECK_FALSE(stream.send(bytes{}));
    CHECK(world.run(stream.async_flush()));
    bytes written(5 + 5 + 30);
    asio::read(ends.far, asio::buffer(written));
    CHECK(bytes(written.begin(), written.begin() + 11) == bytes{0, 0, 0, 1, 1, 0, 0, 0, 1, 2, 0});
    for (int i = 0; i < 3; ++i)
        CHECK(stream.send(bytes{4}));
    CHECK_FALSE(stream.send(bytes{4}));
    stream.close();
    CHECK_FALSE(stream.has_room(1));
}

TEST_CASE("a writer writes what is sent while it waits, and ends with its stream") {
    test::loopback world;
    test::tcp_pair ends(world.context);
    datagram_stream stream(make_tcp_stream(std::move(ends.near)), {.bytes = 40, .read = 4});
    bool is_over = false;
    asio::co_spawn(world.context, stream.run_writer(), [&](const std::exception_ptr&) { is_over = true; });
    world.context.run_for(10ms);
    CHECK(stream.send(bytes{7}));
    world.context.restart();
    world.context.run_for(10ms);
    bytes written(5);
    asio::read(ends.far, asio::buffer(written));
    CHECK(written == bytes{0, 0, 0, 1, 7});
    CHECK_FALSE(is_over);
    stream.close();
    world.context.restart();
    world.context.run_for(1s);
    CHECK(is_over);
}

TEST_CASE("a stream whose other side does not read is closed once patience ends") {
    test::loopback world;
    test::tcp_pair ends(world.context);
    constexpr std::size_t more_than_fits = std::size_t{64} << 20U;
    datagram_stream stream(make_tcp_stream(std::move(ends.near)),
                           {.bytes = more_than_fits + 4, .read = 4, .write_patience = 100ms});
    bool is_over = false;
    asio::co_spawn(world.context, stream.run_writer(), [&](const std::exception_ptr&) { is_over = true; });
    CHECK(stream.send(bytes(more_than_fits)));
    const auto begun = std::chrono::steady_clock::now();
    world.context.run_for(10s);
    CHECK(is_over);
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    CHECK_FALSE(stream.send(bytes{1}));
}

TEST_CASE("a datagram larger than is allowed ends a stream before it has come, and before room is made") {
    for (const std::size_t largest : {std::size_t{3}, std::size_t{60'000}}) {
        reading test(largest, 10s);
        const auto size = static_cast<std::uint16_t>(largest + 1);
        asio::write(test.ends.far, asio::buffer(bytes{0, 0, 0, 2, 8, 9}));
        asio::write(test.ends.far, asio::buffer(bytes{0, 0, std::uint8_t(size >> 8U), std::uint8_t(size)}));
        test.turn();
        CHECK(test.got == std::vector<bytes>{{8, 9}});
        REQUIRE(test.ended);
        CHECK(test.ended->code == errc::malformed);
        CHECK_FALSE(test.stream->send(bytes{1}));
    }
}

TEST_CASE("a stream ends at its time though bytes keep coming") {
    reading test(1'000, 200ms);
    asio::write(test.ends.far, asio::buffer(bytes{0, 0, 3, 0}));
    const auto begun = std::chrono::steady_clock::now();
    while (!test.ended && std::chrono::steady_clock::now() - begun < 5s) {
        asio::error_code ignored;
        asio::write(test.ends.far, asio::buffer(bytes{1}), ignored);
        test.turn(1ms);
    }
    REQUIRE(test.ended);
    CHECK(test.ended->code == errc::timed_out);
    CHECK(test.got.empty());
}

TEST_CASE("datagrams that were read early come first, a part of one too") {
    reading test(1'000, 10s, {0, 0, 0, 1, 5, 0, 0, 0, 2, 6});
    test.turn();
    CHECK(test.got == std::vector<bytes>{{5}});
    asio::write(test.ends.far, asio::buffer(bytes{7, 0, 0, 0, 1, 8}));
    test.turn();
    CHECK(test.got == std::vector<bytes>{{5}, {6, 7}, {8}});
    CHECK_FALSE(test.ended);
}

}  // namespace
}  // namespace buri::net
