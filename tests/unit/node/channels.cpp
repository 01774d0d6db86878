#include "buri/node/channels.hpp"

#include "tests/support/loopback.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace buri::node {
namespace {

using namespace std::chrono_literals;
using test::loopback;

/// The node's side of channels: keeps what they say and the descriptors that the data plane would have.
class fixture {
public:
    fixture()
        : all(context.get_executor(), std::nullopt, logger(),
              {[this](dataplane::command what) { on_command(what); }, [this] { return ++last; },
               [this](channel_id channel, const auto&) { opened.push_back(channel); },
               [this](channel_id channel, const error& why) { closed.emplace(channel, why); },
               [this](channel_id channel, const endpoint&) { accepted.push_back(channel); }}) {
        asio::co_spawn(context, all.run(), [this](std::exception_ptr) { has_ended = true; });
    }
    ~fixture() {
        all.stop();
        until([this] { return has_ended; });
        for (const auto& [channel, fd] : descriptors)
            ::close(fd);
    }

    bool until(const std::function<bool()>& holds, std::chrono::milliseconds limit = 8s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        context.restart();
        bool is_so = holds();
        while (!is_so && std::chrono::steady_clock::now() < end) {
            context.run_one_for(10ms);
            is_so = holds();
        }
        return is_so;
    }

    asio::io_context context{1};
    std::map<channel_id, int> descriptors;
    std::vector<channel_id> opened;
    std::vector<channel_id> accepted;
    std::vector<channel_id> removed;
    std::map<channel_id, error> closed;
    channel_id last = 100;
    bool has_ended = false;
    channels all;

private:
    void on_command(const dataplane::command& what) {
        if (const auto* const add = std::get_if<dataplane::add_channel>(&what))
            descriptors.emplace(add->channel, add->fd);
        if (const auto* const remove = std::get_if<dataplane::remove_channel>(&what))
            removed.push_back(remove->channel);
    }
};

endpoint local(std::uint16_t port) {
    return {ip_address::v4(0x7f000001), port};
}

std::uint16_t port_of(int fd) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0);
    std::uint16_t port = 0;
    std::copy_n(reinterpret_cast<const char*>(&name) + 2, 2, reinterpret_cast<char*>(&port));
    return static_cast<std::uint16_t>(port >> 8U | port << 8U);
}

bytes receive(int fd) {
    bytes out(2048);
    const auto size = ::recv(fd, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
}

TEST_CASE("a further UDP socket has a port of its own; the data plane has it until it is closed") {
    fixture test;
    test.all.open_socket(1);
    CHECK(test.opened.empty());
    REQUIRE(test.until([&] { return test.opened == std::vector<channel_id>{1}; }));
    CHECK(port_of(test.descriptors.at(1)) != 0);
    test.all.close(1);
    test.all.close(1);
    CHECK(test.removed == std::vector<channel_id>{1});
    CHECK(test.closed.empty());
    CHECK(test.all.count() == 0);
}

TEST_CASE("two nodes' streams carry datagrams both ways, and the end of one ends the other") {
    fixture here;
    fixture there;
    const auto port = loopback::closed_port();
    REQUIRE(there.all.listen(port));
    here.all.open_stream(7, local(port), 0);
    REQUIRE(here.until([&] { return !here.opened.empty(); }));
    REQUIRE(there.until([&] { return there.accepted == std::vector<channel_id>{101}; }));
    CHECK(there.opened.empty());
    there.all.keep(101);

    const bytes datagram{1, 2, 3};
    REQUIRE(::send(here.descriptors.at(7), datagram.data(), datagram.size(), MSG_DONTWAIT) == 3);
    bytes got;
    REQUIRE(here.until(
        [&] { return there.until([&] { return !(got = receive(there.descriptors.at(101))).empty(); }, 50ms); }));
    CHECK(got == datagram);

    here.all.close(7);
    REQUIRE(there.until([&] { return there.closed.contains(101); }));
    CHECK(there.removed == std::vector<channel_id>{101});
}

TEST_CASE("a stream leaves from the port that was asked for, though another socket listens there") {
    fixture here;
    fixture there;
    const auto own = loopback::closed_port();
    const auto port = loopback::closed_port();
    REQUIRE(here.all.listen(own));
    std::optional<endpoint> from;
    loopback other;
    const auto far = other.serve([&](asio::ip::tcp::socket socket) {
        from = net::to_endpoint(socket.remote_endpoint());
        return test::plain_session(std::move(socket), "");
    });
    here.all.open_stream(7, local(far), own);
    REQUIRE(here.until([&] { return !here.opened.empty(); }));
    other.context.restart();
    other.context.run_for(100ms);
    CHECK(from == local(own));
    CHECK(port != own);
}

TEST_CASE("a stream that nobody takes is told of, once") {
    fixture test;
    test.all.open_stream(7, local(loopback::closed_port()), 0);
    REQUIRE(test.until([&] { return test.closed.contains(7); }));
    CHECK_THAT(test.closed.at(7).text, Catch::StartsWith("TCP to 127.0.0.1:") && Catch::Contains("refused"));
    CHECK(test.removed.empty());
    CHECK(test.opened.empty());
}

TEST_CASE("a stream that is closed while it is being made is never heard of") {
    fixture test;
    loopback other;
    const auto port =
        other.serve([](asio::ip::tcp::socket socket) { return test::plain_session(std::move(socket), ""); });
    test.all.open_stream(7, local(port), 0);
    test.all.close(7);
    test.all.open_socket(8);
    REQUIRE(test.until([&] { return !test.opened.empty(); }));
    test.until([] { return false; }, 100ms);
    CHECK(test.opened == std::vector<channel_id>{8});
    CHECK(test.closed.empty());
}

TEST_CASE("who does not prove itself within 5 s is gone, and one address has eight such streams at most") {
    fixture test;
    const auto port = loopback::closed_port();
    REQUIRE(test.all.listen(port));
    asio::io_context own;
    std::vector<asio::ip::tcp::socket> strangers;
    for (int i = 0; i < 12; ++i) {
        strangers.emplace_back(own);
        strangers.back().connect({asio::ip::address_v4::loopback(), port});
    }
    REQUIRE(test.until([&] { return test.accepted.size() == 8; }));
    test.until([] { return false; }, 200ms);
    CHECK(test.accepted.size() == 8);
    test.all.keep(test.accepted.front());
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(test.until([&] { return test.closed.size() == 7; }));
    CHECK(std::chrono::steady_clock::now() - begin > 4s);
    CHECK(test.closed.begin()->second.code == errc::timed_out);
    CHECK_FALSE(test.closed.contains(test.accepted.front()));
    CHECK(test.all.count() == 1);
}

TEST_CASE("of the streams of one address eight are kept at most") {
    fixture test;
    const auto port = loopback::closed_port();
    REQUIRE(test.all.listen(port));
    asio::io_context own;
    std::vector<asio::ip::tcp::socket> peers;
    for (std::size_t i = 1; i <= channels::max_per_host + 1; ++i) {
        peers.emplace_back(own);
        peers.back().connect({asio::ip::address_v4::loopback(), port});
        REQUIRE(test.until([&] { return test.accepted.size() == i; }));
        test.all.keep(test.accepted.back());
        CHECK(test.closed.empty());
    }
    REQUIRE(test.until([&] { return !test.closed.empty(); }, 2s));
    CHECK(test.closed.begin()->first == test.accepted.back());
    CHECK(test.closed.begin()->second.code == errc::too_many_requests);
    CHECK(test.all.count() == channels::max_per_host);
    // A place that was left is another's.
    test.all.close(test.accepted.front());
    peers.emplace_back(own);
    peers.back().connect({asio::ip::address_v4::loopback(), port});
    REQUIRE(test.until([&] { return test.accepted.size() == channels::max_per_host + 2; }));
    test.all.keep(test.accepted.back());
    test.until([] { return false; }, 100ms);
    CHECK(test.closed.size() == 1);
}

TEST_CASE("a port that is taken is said to be") {
    fixture test;
    asio::io_context own;
    asio::ip::tcp::acceptor other(own, asio::ip::tcp::endpoint(asio::ip::tcp::v6(), 0));
    const auto refused = test.all.listen(other.local_endpoint().port());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::port_in_use);
}

}  // namespace
}  // namespace buri::node
