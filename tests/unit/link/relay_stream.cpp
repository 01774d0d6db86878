#include "buri/link/relay_stream.hpp"

#include "buri/wire/relay_control.hpp"
#include "buri/wire/writer.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

namespace buri::link {
namespace {

using test::loopback;

endpoint local(std::uint16_t port) {
    return {ip_address::v4(0x7f000001), port};
}

bytes framed(byte_view datagram) {
    wire::writer out;
    out.u32(static_cast<std::uint32_t>(datagram.size())).raw(datagram);
    return out.take();
}

/// The answer to a framed PING, with a datagram behind it.
bytes answer_to(byte_view received, bool is_right) {
    const auto message = wire::parse_relay_message(received.subspan(4));
    REQUIRE(message);
    wire::relay_pong pong;
    pong.nonce = std::get<wire::relay_ping>(*message).nonce;
    if (!is_right) pong.nonce[0] ^= 1U;
    auto out = framed(wire::encode(wire::relay_message(pong)));
    append(out, framed(bytes{1, 2, 3}));
    return out;
}

/// Answers one PING in two pieces.
asio::awaitable<void> run_relay(std::unique_ptr<net::byte_stream> stream, bool is_right) {
    std::array<std::uint8_t, 256> buffer{};
    const auto count = co_await stream->async_read(buffer, never);
    if (!count) co_return;
    const auto answer = answer_to(std::span(buffer).first(*count), is_right);
    const auto first = byte_view(answer).first(3);
    const auto rest = byte_view(answer).subspan(3);
    (void)co_await stream->async_write(first);
    (void)co_await stream->async_write(rest);
    (void)co_await stream->async_read(buffer, never);
}

asio::awaitable<void> plain_relay(asio::ip::tcp::socket socket, bool is_right) {
    auto stream = net::make_tcp_stream(std::move(socket));
    co_await run_relay(std::move(stream), is_right);
}

asio::awaitable<void> tls_relay(asio::ip::tcp::socket socket, net::tls_server_context context) {
    const auto until = net::now() + std::chrono::seconds(5);
    auto stream = co_await net::async_tls_accept(std::move(socket), context, until);
    if (stream) co_await run_relay(std::move(*stream), true);
}

struct fixture {
    loopback world;
    test::seeded_random random{5};
    wire::relay_info relay;

    fixture() { relay.name = "fra1"; }

    endpoint plain(bool is_right = true) {
        return local(
            world.serve([is_right](asio::ip::tcp::socket socket) { return plain_relay(std::move(socket), is_right); }));
    }
    endpoint tls() {
        const auto context =
            net::tls_server_context::make_self_signed("fra1", "", {std::string(net::relay_protocol)}).value();
        return local(
            world.serve([context](asio::ip::tcp::socket socket) { return tls_relay(std::move(socket), context); }));
    }
    result<relay_stream> run() { return world.run(async_open_relay_stream(relay, std::nullopt, random)); }
};

TEST_CASE("a relay is proven by its PONG, and what follows that is not lost") {
    fixture test;
    test.relay.tcp = {test.plain()};
    const auto opened = test.run();
    REQUIRE(opened);
    CHECK(opened->stream->way() == "tcp");
    CHECK(opened->early == framed(bytes{1, 2, 3}));
}

TEST_CASE("over TLS the relay is asked for by ALPN") {
    fixture test;
    test.relay.tcp = {local(loopback::closed_port())};
    test.relay.tls = {test.tls()};
    const auto opened = test.run();
    REQUIRE(opened);
    CHECK(opened->stream->way() == "tls");
    CHECK(opened->stream->protocol() == net::relay_protocol);
}

TEST_CASE("a PONG to something else proves nothing") {
    fixture test;
    test.relay.tcp = {test.plain(false)};
    const auto opened = test.run();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == errc::server_unreachable);
    CHECK_THAT(opened.error().text, Catch::StartsWith("the relay 'fra1' cannot be reached") &&
                                        Catch::Contains("what answers is not a relay"));
}

TEST_CASE("a relay without any stream is told of at once") {
    fixture test;
    CHECK(test.run().error().code == errc::server_unreachable);
}

}  // namespace
}  // namespace buri::link
