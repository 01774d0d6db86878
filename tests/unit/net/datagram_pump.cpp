#include "buri/net/datagram_pump.hpp"

#include "tests/support/loopback.hpp"
#include "tests/unit/net/tcp_pair.hpp"

#include <asio/read.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

namespace buri::net {
namespace {

class fixture {
public:
    explicit fixture(bytes early = {}, std::optional<duration> patience = {}) : ends(world.context) {
        pump = datagram_pump::make(make_tcp_stream(std::move(ends.near)), std::move(early)).value();
        fd = pump->take_descriptor();
        asio::co_spawn(world.context, pump->run(patience),
                       [this](std::exception_ptr, error why) { ended = std::move(why); });
    }
    ~fixture() {
        pump->close();
        turn();
        ::close(fd);
    }

    void turn(std::chrono::milliseconds longest = std::chrono::milliseconds(50)) {
        world.context.restart();
        world.context.run_for(longest);
    }
    void send_far(const bytes& data) { asio::write(ends.far, asio::buffer(data)); }
    [[nodiscard]] std::optional<bytes> receive() const {
        bytes out(70'000);
        const auto size = ::recv(fd, out.data(), out.size(), MSG_DONTWAIT);
        if (size < 0) return std::nullopt;
        out.resize(static_cast<std::size_t>(size));
        return out;
    }
    [[nodiscard]] bool send(const bytes& data) const {
        return ::send(fd, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
    }

    test::loopback world;
    test::tcp_pair ends;
    std::unique_ptr<datagram_pump> pump;
    int fd = -1;
    std::optional<error> ended;
};

bytes operator+(bytes left, const bytes& right) {
    append(left, right);
    return left;
}

TEST_CASE("datagrams of the stream come out one by one, however it is cut") {
    const bytes stream = bytes{0, 0, 0, 1, 7, 0, 0, 0, 3, 1, 2, 3} + bytes{0, 0, 0xff, 0xff} + bytes(65'535, 9);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{11}, stream.size() - 1}) {
        fixture test;
        test.send_far({stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(cut)});
        test.turn();
        test.send_far({stream.begin() + static_cast<std::ptrdiff_t>(cut), stream.end()});
        test.turn();
        CHECK(test.receive() == bytes{7});
        CHECK(test.receive() == bytes{1, 2, 3});
        CHECK((test.receive() == bytes(65'535, 9)));
        CHECK_FALSE(test.receive());
        CHECK_FALSE(test.ended);
    }
}

TEST_CASE("a stream in which nothing comes ends when patience does") {
    fixture test({}, std::chrono::milliseconds(300));
    for (int i = 0; i < 10; ++i) {
        test.send_far({0, 0, 0, 1, 7});
        test.turn();
        CHECK(test.receive() == bytes{7});
    }
    CHECK_FALSE(test.ended);
    test.turn(std::chrono::milliseconds(600));
    REQUIRE(test.ended);
    CHECK(test.ended->code == errc::timed_out);
}

TEST_CASE("what was read before belongs to the stream") {
    fixture test({0, 0, 0, 2, 5});
    test.send_far({6});
    test.turn();
    CHECK(test.receive() == bytes{5, 6});
}

TEST_CASE("datagrams go into the stream with their size before them") {
    fixture test;
    REQUIRE(test.send({1, 2, 3}));
    REQUIRE(test.send({4}));
    test.turn();
    bytes got(12);
    asio::read(test.ends.far, asio::buffer(got));
    CHECK(got == bytes{0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 4});
}

TEST_CASE("a size of zero, or of more than a datagram has, ends it") {
    for (const bytes& bad : {bytes{0, 0, 0, 0}, bytes{0, 1, 0, 0}, bytes{0xff, 0xff, 0xff, 0xff}}) {
        fixture test;
        test.send_far(bytes{0, 0, 0, 1, 7} + bad);
        test.turn();
        CHECK(test.receive() == bytes{7});
        REQUIRE(test.ended);
        CHECK(test.ended->code == errc::malformed);
        CHECK(test.receive() == bytes());  // the end
    }
}

TEST_CASE("either end that goes away ends it") {
    SECTION("the stream") {
        fixture test;
        test.ends.far.close();
        test.turn();
        REQUIRE(test.ended);
        CHECK(test.ended->code == errc::server_closed);
    }
    SECTION("the data plane") {
        fixture test;
        ::shutdown(test.fd, SHUT_RDWR);
        test.turn();
        REQUIRE(test.ended);
        CHECK(test.ended->code == errc::cancelled);
    }
}

TEST_CASE("a stream that nobody reads makes the data plane drop, and never holds more than a bounded amount") {
    fixture test;
    const bytes datagram(1400, 1);
    std::size_t taken = 0;
    for (int quiet = 0; quiet < 20;) {
        quiet = test.send(datagram) ? 0 : quiet + 1;
        if (quiet == 0) ++taken;
        if (quiet != 0) test.turn(std::chrono::milliseconds(5));
    }
    CHECK_FALSE(test.ended);
    // The kernel's own buffers of a TCP connection on loopback hold a few megabytes.
    CHECK(taken * datagram.size() < (std::size_t{16} << 20U));
    CHECK_FALSE(test.send(datagram));
}

TEST_CASE("a data plane that does not read loses datagrams, not the stream") {
    fixture test;
    bytes frame = bytes{0, 0, 0x05, 0x78} + bytes(1400, 1);
    for (int i = 0; i < 2000; ++i) {
        test.send_far(frame);
        if (i % 50 == 0) test.turn(std::chrono::milliseconds(1));
    }
    test.turn();
    CHECK_FALSE(test.ended);
    CHECK(test.pump->dropped() > 0);
    CHECK(test.receive() == bytes(1400, 1));
}

}  // namespace
}  // namespace buri::net
