#include "buri/net/tls_stream.hpp"

#include "buri/net/tcp_connect.hpp"
#include "tests/support/loopback.hpp"

#include <catch2/catch.hpp>

#include <numeric>

namespace buri::net {
namespace {

using test::loopback;

const auto patience = std::chrono::seconds(10);

endpoint local(std::uint16_t port) {
    return {ip_address::v4(0x7f000001), port};
}

asio::awaitable<result<std::unique_ptr<byte_stream>>> async_dial(std::uint16_t port, tls_client_settings settings) {
    auto socket = co_await async_connect(local(port), now() + patience);
    if (!socket) co_return fail(socket.error());
    auto stream = co_await async_tls_connect(std::move(*socket), std::move(settings), now() + patience);
    co_return std::move(stream);
}

asio::awaitable<result<bytes>> async_read_all(byte_stream& stream) {
    bytes out;
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
        const auto count = co_await stream.async_read(buffer, now() + patience);
        if (!count) co_return out;
        append(out, std::span(buffer).first(*count));
    }
}

/// Gives back what it reads, and ends when the client does.
asio::awaitable<void> echo_session(asio::ip::tcp::socket socket, tls_server_context context) {
    auto stream = co_await async_tls_accept(std::move(socket), context, now() + patience);
    if (!stream) co_return;
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
        const auto count = co_await (*stream)->async_read(buffer, now() + patience);
        if (!count) break;
        const auto part = std::span(buffer).first(*count);
        (void)co_await (*stream)->async_write(part);
    }
    co_await (*stream)->async_finish();
}

asio::awaitable<void> run_write(byte_stream& stream, const bytes& data) {
    const auto written = co_await stream.async_write(data);
    CHECK(written);
    co_await stream.async_finish();
}

asio::awaitable<result<bytes>> async_exchange(std::uint16_t port, const bytes& data) {
    const tls_client_settings settings{"vpn.example.org", {}};
    auto stream = co_await async_dial(port, settings);
    if (!stream) co_return fail(stream.error());
    task_group writer((*stream)->get_executor());
    writer.spawn(run_write(**stream, data));
    auto back = co_await async_read_all(**stream);
    co_await writer.join();
    co_return std::move(back);
}

TEST_CASE("a megabyte passes both ways at the same time, and the end is seen") {
    loopback world;
    const auto context = tls_server_context::make_self_signed("vpn.example.org", "", {}).value();
    const auto port =
        world.serve([&](asio::ip::tcp::socket socket) { return echo_session(std::move(socket), context); });
    bytes data(1 << 20);
    std::iota(data.begin(), data.end(), std::uint8_t{});
    const auto back = world.run(async_exchange(port, data));
    REQUIRE(back);
    CHECK((*back == data));
}

TEST_CASE("the server's choice of a protocol, its key and its issuer are known") {
    loopback world;
    const auto context = tls_server_context::make_self_signed("vpn.example.org", "", {"b", "a"}).value();
    const auto port =
        world.serve([&](asio::ip::tcp::socket socket) { return echo_session(std::move(socket), context); });
    const auto stream = world.run(async_dial(port, {"vpn.example.org", {"a", "x"}, "tls via proxy p"}));
    REQUIRE(stream);
    CHECK((*stream)->protocol() == "a");
    CHECK((*stream)->way() == "tls via proxy p");
    CHECK((*stream)->remote() == local(port));
    REQUIRE((*stream)->certificate() != nullptr);
    CHECK((*stream)->certificate()->issuer == "CN=vpn.example.org");
    CHECK((*stream)->certificate()->key_blob.empty());

    const auto refused = world.run(async_dial(port, {"vpn.example.org", {"x"}}));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::StartsWith("the TLS handshake failed: "));
}

TEST_CASE("what is not TLS, or says nothing, is no stream") {
    loopback world;
    const auto port = world.serve(
        [](asio::ip::tcp::socket socket) { return test::plain_session(std::move(socket), "SSH-2.0-x\r\n"); });
    const auto stream = world.run(async_dial(port, {"127.0.0.1", {}}));
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == errc::server_closed);
}

TEST_CASE("a certificate needs a key that can be read") {
    CHECK_FALSE(tls_server_context::make_self_signed("a", "not PEM", {}));
    CHECK_FALSE(tls_server_context::make("not PEM", "not PEM", {}));
}

}  // namespace
}  // namespace buri::net
