#include "buri/link/server_link.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/control/control_server.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/seeded_random.hpp"

#include <asio/steady_timer.hpp>
#include <catch2/catch.hpp>

namespace buri::link {
namespace {

using namespace std::chrono_literals;
using test::loopback;

constexpr node_id account{0x64400001};

const core::server_host_keys& host_keys(std::uint64_t seed = 1) {
    static std::map<std::uint64_t, core::server_host_keys> made;
    if (!made.contains(seed)) {
        test::seeded_random random(seed);
        auto key = crypto::identity_key::generate_ed25519(random);
        made.emplace(seed, core::server_host_keys{std::move(key), crypto::identity_key::generate_rsa(2048)});
    }
    return made.at(seed);
}

/// A mediation server as far as the handshake goes. Outlives the fixture.
class control_peer {
public:
    explicit control_peer(const core::server_host_keys& keys, duration delay = {}) : keys_(keys), delay_(delay) {}

    asio::awaitable<void> run(std::unique_ptr<net::byte_stream> stream) {
        core::control_server machine(keys_, {suite_id::aes}, random_, logger(), net::now());
        std::array<std::uint8_t, 4096> buffer{};
        asio::steady_timer pause(stream->get_executor());
        for (;;) {
            const auto count = co_await stream->async_read(buffer, never);
            if (!count) co_return;
            pause.expires_after(delay_);
            co_await pause.async_wait(net::as_tuple);
            machine.on_bytes(std::span(buffer).first(*count), net::now());
            while (auto output = machine.poll_output()) {
                const auto* const data = std::get_if<core::send_bytes>(&*output);
                if (data != nullptr) {
                    const auto written = co_await stream->async_write(data->data);
                    if (!written) co_return;
                }
                on_output(machine, *output);
            }
        }
    }
    asio::awaitable<void> run_plain(asio::ip::tcp::socket socket) {
        auto stream = net::make_tcp_stream(std::move(socket));
        co_await run(std::move(stream));
    }
    asio::awaitable<void> run_tls(asio::ip::tcp::socket socket, net::tls_server_context context) {
        auto stream = co_await net::async_tls_accept(std::move(socket), context, net::now() + 5s);
        if (stream) co_await run(std::move(*stream));
    }

    int identities = 0;  ///< connections on which a node said who it is
    bytes node_blob;

private:
    void on_output(core::control_server& machine, const core::control_server_output& output) {
        if (!std::holds_alternative<core::account_wanted>(output)) return;
        ++identities;
        machine.on_account(node_blob, net::now());
    }

    const core::server_host_keys& keys_;
    duration delay_;
    test::seeded_random random_{7};
};

struct fixture {
    loopback world;
    test::seeded_random random{3};
    crypto::identity_key key = crypto::identity_key::generate_ed25519(random);
    server_link link{world.context.get_executor(), key, random, logger()};
    link_listener listener{[](bytes) { return true; }, [](node_id) { return true; },
                           [this] {
                               is_open = true;
                               way = link.way();
                               link.close();
                           },
                           [](byte_view) {}};
    bool is_open = false;
    std::string way;

    std::uint16_t plain(control_peer& peer) {
        peer.node_blob = key.public_part().blob();
        return world.serve([&](asio::ip::tcp::socket socket) { return peer.run_plain(std::move(socket)); });
    }
    std::uint16_t tls(control_peer& peer, const std::string& key_pem = "") {
        peer.node_blob = key.public_part().blob();
        const auto context =
            net::tls_server_context::make_self_signed("vpn.example.org", key_pem, {std::string(net::control_protocol)})
                .value();
        return world.serve(
            [&peer, context](asio::ip::tcp::socket socket) { return peer.run_tls(std::move(socket), context); });
    }
    error run(std::vector<place> places) {
        core::control_client_settings settings;
        settings.identity = account;
        settings.server.key = host_keys().ed25519.public_part().blob();
        server_ways ways;
        ways.places = std::move(places);
        return world.run(link.async_run(std::move(ways), std::move(settings), listener));
    }
};

TEST_CASE("a node says who it is on the way that won, and on no other") {
    control_peer slow(host_keys(), 400ms);
    control_peer quick(host_keys());
    fixture test;
    const auto tcp = test.plain(slow);
    const auto why = test.run({{"127.0.0.1", tcp, test.tls(quick)}});
    CHECK(why.code == errc::cancelled);
    CHECK(test.is_open);
    CHECK(test.way == "tls");
    CHECK(test.link.known() == known_way{way_kind::tls, "127.0.0.1"});
    CHECK(quick.identities == 1);
    CHECK(slow.identities == 0);
    CHECK(test.world.accepted == 2);
}

TEST_CASE("of several names of one server the next is used where one is away or another's") {
    control_peer stranger(host_keys(2));
    control_peer own(host_keys());
    fixture test;
    const auto there = test.plain(own);
    (void)test.run(
        {{"127.0.0.1", loopback::closed_port(), 0}, {"127.0.0.1", test.plain(stranger), 0}, {"localhost", there, 0}});
    CHECK(test.is_open);
    CHECK(stranger.identities == 0);
    CHECK(test.link.known()->host == "localhost");
}

TEST_CASE("a server with another key is told of as that, whichever ways are closed besides") {
    control_peer stranger(host_keys(2));
    fixture test;
    const auto why = test.run({{"127.0.0.1", test.plain(stranger), loopback::closed_port()}});
    CHECK((why.code == errc::server_key_changed || why.code == errc::server_key_mismatch));
    CHECK(stranger.identities == 0);
    CHECK_FALSE(test.is_open);
}

TEST_CASE("a server whose TLS certificate has its own key is recognised by that") {
    fixture test;
    const auto pem = net::tls_server_context::make_self_signed("x", host_keys().ed25519.to_pem(), {});
    REQUIRE(pem);
    const auto context = *pem;
    const auto port = test.world.serve([context](asio::ip::tcp::socket socket) {
        return test::tls_session(std::move(socket), context, "HTTP/1.1 400 Bad Request\r\n");
    });
    CHECK(test.run({{"127.0.0.1", 0, port}}).code == errc::server_unreachable);
}

TEST_CASE("a key is asked for by any way, without saying who asks") {
    control_peer peer(host_keys());
    fixture test;
    bytes shown;
    test.listener.on_server_key = [&](bytes blob) {
        shown = std::move(blob);
        return false;
    };
    core::control_client_settings settings;
    settings.ask_key_only = true;
    server_ways ways;
    ways.places = {{"127.0.0.1", loopback::closed_port(), test.tls(peer)}};
    const auto why = test.world.run(test.link.async_run(std::move(ways), std::move(settings), test.listener));
    CHECK(why.code == errc::cancelled);
    CHECK(shown == host_keys().ed25519.public_part().blob());
    CHECK(peer.identities == 0);
}

asio::awaitable<void> run_finish(server_link& which) {
    asio::steady_timer pause(co_await asio::this_coro::executor, 50ms);
    co_await pause.async_wait(net::as_tuple);
    which.finish();
}

TEST_CASE("a link that is told to finish while it races ends at once, and makes no other connection") {
    fixture test;
    const auto silent =
        test.world.serve([](asio::ip::tcp::socket socket) { return test::plain_session(std::move(socket), ""); });
    test.world.background.spawn(run_finish(test.link));
    const auto begin = net::now();
    CHECK(test.run({{"127.0.0.1", silent, 0}}).code == errc::cancelled);
    CHECK(net::now() - begin < 1s);
    CHECK(test.run({{"127.0.0.1", silent, 0}}).code == errc::cancelled);
    CHECK(test.world.accepted == 1);
}

}  // namespace
}  // namespace buri::link
