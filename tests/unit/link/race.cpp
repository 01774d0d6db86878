#include "buri/link/race.hpp"

#include "tests/support/loopback.hpp"

#include <asio/write.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

namespace buri::link {
namespace {

using namespace std::chrono_literals;
using test::loopback;

const std::string right = "the right server";

net::tls_server_context self_signed(const std::string& name) {
    return net::tls_server_context::make_self_signed(name, "", {}).value();
}

/// Proves by a greeting of the server.
asio::awaitable<result<void>> async_listen(net::byte_stream& stream) {
    bytes got;
    std::array<std::uint8_t, 64> buffer{};
    const auto until = net::now() + 3s;
    while (got.size() < right.size()) {
        const auto count = co_await stream.async_read(buffer, until);
        if (!count) co_return fail(count.error());
        append(got, std::span(buffer).first(*count));
    }
    if (std::ranges::equal(got, as_bytes(right))) co_return result<void>();
    co_return fail(errc::malformed, "that is another language");
}

struct fixture {
    loopback world;
    fixture() {
        settings.whom = "the server 'test'";
        settings.protocols = {"test"};
    }

    race_settings settings;

    std::uint16_t plain(const std::string& says) {
        return world.serve(
            [says](asio::ip::tcp::socket socket) { return test::plain_session(std::move(socket), says); });
    }
    std::uint16_t tls(const std::string& says, const std::string& name = "vpn.example.org") {
        const auto context = self_signed(name);
        return world.serve([says, context](asio::ip::tcp::socket socket) {
            return test::tls_session(std::move(socket), context, says);
        });
    }
    result<race_winner> run() {
        race all(world.context.get_executor(), settings, async_listen);
        return world.run(all.run());
    }
};

TEST_CASE("TCP wins where it works, and TLS is not even tried") {
    fixture test;
    const auto tls = test.tls(right);
    test.settings.places = {{"127.0.0.1", test.plain(right), tls}};
    const auto won = test.run();
    REQUIRE(won);
    CHECK(won->stream->way() == "tcp");
    CHECK(test.world.accepted == 1);
}

TEST_CASE("where TCP is refused TLS is tried at once") {
    fixture test;
    test.settings.places = {{"127.0.0.1", loopback::closed_port(), test.tls(right)}};
    const auto begin = net::now();
    const auto won = test.run();
    REQUIRE(won);
    CHECK(won->stream->way() == "tls");
    CHECK(won->by.kind == way_kind::tls);
    CHECK(net::now() - begin < race_order::stagger);
}

TEST_CASE("where TCP says nothing TLS is tried after 250 ms, and wins") {
    fixture test;
    const auto silent = test.plain("");
    test.settings.places = {{"127.0.0.1", silent, test.tls(right)}};
    const auto begin = net::now();
    const auto won = test.run();
    REQUIRE(won);
    CHECK(won->stream->way() == "tls");
    CHECK(net::now() - begin >= race_order::stagger);
    CHECK(net::now() - begin < 1s);
}

TEST_CASE("a wrong server loses against a right one, under whichever name that is") {
    fixture test;
    test.settings.places = {{"127.0.0.1", test.plain("the wrong server"), 0}, {"localhost", test.plain(right), 0}};
    const auto won = test.run();
    REQUIRE(won);
    CHECK(won->by.host == "localhost");
}

TEST_CASE("what worked last time is tried first") {
    fixture test;
    const auto tcp = test.plain(right);
    test.settings.places = {{"127.0.0.1", tcp, test.tls(right)}};
    test.settings.first = known_way{way_kind::tls, "127.0.0.1"};
    const auto won = test.run();
    REQUIRE(won);
    CHECK(won->stream->way() == "tls");
    CHECK(test.world.accepted == 1);
}

TEST_CASE("a box that ends TLS itself is named by its certificate") {
    fixture test;
    test.settings.places = {{"127.0.0.1", loopback::closed_port(), test.tls("HTTP/1.1 400 Bad Request\r\n", "Squid")}};
    const auto won = test.run();
    REQUIRE_FALSE(won);
    CHECK(won.error().code == errc::intercepted);
    CHECK_THAT(won.error().text,
               Catch::Contains("is intercepted: the certificate is by 'CN=Squid', not the server's") &&
                   Catch::Contains("Connection refused"));
}

TEST_CASE("with the server's own key in the certificate, its silence is no interception") {
    fixture test;
    test.settings.places = {{"127.0.0.1", 0, test.tls("HTTP/1.1 400 Bad Request\r\n")}};
    test.settings.is_expected_key = [](byte_view) { return true; };
    const auto won = test.run();
    REQUIRE_FALSE(won);
    CHECK(won.error().code == errc::server_unreachable);
    CHECK_THAT(won.error().text, Catch::Contains("that is another language"));
}

TEST_CASE("a name that does not exist does not keep the others waiting") {
    fixture test;
    test.settings.places = {{"no.such.host.invalid", 1, 0}, {"127.0.0.1", test.plain(right), 0}};
    CHECK(test.run());
    test.settings.places.pop_back();
    CHECK(test.run().error().code == errc::server_unresolved);
}

asio::awaitable<void> run_cancel(race& which) {
    asio::steady_timer pause(co_await asio::this_coro::executor, 50ms);
    co_await pause.async_wait(net::as_tuple);
    which.cancel();
}

TEST_CASE("a race that is cancelled ends at once and leaves nothing behind") {
    fixture test;
    test.settings.places = {{"127.0.0.1", test.plain(""), 0}};
    race all(test.world.context.get_executor(), test.settings, async_listen);
    test.world.background.spawn(run_cancel(all));
    const auto begin = net::now();
    const auto won = test.world.run(all.run());
    REQUIRE_FALSE(won);
    CHECK(won.error().code == errc::cancelled);
    CHECK(net::now() - begin < 1s);
}

// ---- proxies ------------------------------------------------------------------------------------------------------------

/// Takes CONNECT, then answers.
asio::awaitable<void> proxy_session(asio::ip::tcp::socket socket, std::string answer, std::string& asked) {
    std::array<char, 1024> buffer{};
    const auto [problem, size] = co_await socket.async_read_some(asio::buffer(buffer), net::as_tuple);
    asked.assign(buffer.data(), size);
    const auto all = asio::buffer(answer);
    co_await asio::async_write(socket, all, net::as_tuple);
    co_await socket.async_read_some(asio::buffer(buffer), net::as_tuple);
}

TEST_CASE("a proxy is asked for the server by its name, even where that cannot be resolved, and its no is said") {
    std::string asked;
    fixture test;
    const auto port = test.world.serve([&](asio::ip::tcp::socket socket) {
        return proxy_session(std::move(socket), "HTTP/1.1 407 Who are you\r\n\r\n", asked);
    });
    test.settings.proxy = proxy_settings{{"127.0.0.1", port}, "anna", "secret", ""};
    test.settings.places = {{"no.such.host.invalid", 12975, 443}};
    const auto won = test.run();
    REQUIRE_FALSE(won);
    CHECK(won.error().code == errc::server_unreachable);
    CHECK_THAT(asked, Catch::StartsWith("CONNECT no.such.host.invalid:443 HTTP/1.1\r\n") &&
                          Catch::Contains("Proxy-Authorization: Basic YW5uYTpzZWNyZXQ="));
    CHECK_THAT(won.error().text, Catch::Contains("through the proxy 127.0.0.1:" + std::to_string(port) +
                                                 ": it wants a user and password") &&
                                     !Catch::Contains("secret"));
}

TEST_CASE("a host that no_proxy names is not asked for at the proxy") {
    fixture test;
    test.settings.proxy = proxy_settings{{"127.0.0.1", test.plain("")}, "", "", "127.0.0.0/8"};
    test.settings.places = {{"127.0.0.1", loopback::closed_port(), loopback::closed_port()}};
    CHECK_FALSE(test.run());
    CHECK(test.world.accepted == 0);
}

}  // namespace
}  // namespace buri::link
