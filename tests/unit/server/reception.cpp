// One port for control channels and streams to the relay, plain and by TLS.
#include "buri/server/reception.hpp"

#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/system_random.hpp"
#include "buri/net/clock.hpp"

#include <asio/co_spawn.hpp>
#include <asio/connect.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

using namespace buri;
using namespace std::chrono_literals;
using server::reception;

namespace {

const bytes relay_begin{0, 0, 0, 25, 'B', 'U', 'R', 'I', 4};
const bytes control_begin{0, 0, 0, 10, 0, 0, 0, 0, 1};

/// A free port of this machine, a moment ago.
std::uint16_t free_port(asio::io_context& context) {
    asio::ip::tcp::acceptor probe(context, {asio::ip::address_v4::loopback(), 0});
    return probe.local_endpoint().port();
}

struct hall {
    hall()
        : tasks(context.get_executor()),
          door(
              tasks, context.get_executor(),
              [this](auto stream, auto who) {
                  guests.push_back(std::move(who));
                  control.push_back(std::move(stream));
              },
              [this](auto stream, auto who) {
                  relay_guests.push_back(std::move(who));
                  relay.push_back(std::move(stream));
              },
              logger()),
          plain(free_port(context)) {
        REQUIRE(door.listen({ip_address::v4(0x7f000001), plain}));
    }
    ~hall() {
        control.clear();
        relay.clear();
        tasks.cancel();
        asio::co_spawn(context, tasks.join(), asio::detached);
        context.restart();
        context.run_for(5s);
    }
    void serve_tls() {
        crypto::system_random random;
        key = crypto::identity_key::generate_ed25519(random);
        auto made = net::tls_server_context::make_self_signed(
            "vpn.example.org", key->to_pem(), {std::string(net::control_protocol), std::string(net::relay_protocol)});
        REQUIRE(made);
        tls = free_port(context);
        REQUIRE(door.listen_tls({ip_address::v4(0x7f000001), tls}, std::move(*made)));
    }
    asio::ip::tcp::socket connected(std::uint16_t port) {
        asio::ip::tcp::socket socket(context);
        socket.connect({asio::ip::address_v4::loopback(), port});
        return socket;
    }
    bool run_until(const std::function<bool()>& is_so) {
        context.restart();
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (!is_so() && std::chrono::steady_clock::now() < until)
            context.run_one_for(100ms);
        return is_so();
    }
    std::unique_ptr<net::byte_stream> secured(std::vector<std::string> protocols) {
        std::optional<result<std::unique_ptr<net::byte_stream>>> outcome;
        net::tls_client_settings settings;
        settings.server_name = "vpn.example.org";
        settings.protocols = std::move(protocols);
        asio::co_spawn(context, net::async_tls_connect(connected(tls), std::move(settings), net::now() + 8s),
                       [&](const std::exception_ptr&, result<std::unique_ptr<net::byte_stream>> made) {
                           outcome = std::move(made);
                       });
        REQUIRE(run_until([&] { return outcome.has_value(); }));
        if (!*outcome) return nullptr;
        return std::move(**outcome);
    }
    void write(net::byte_stream& to, const bytes& what) {
        bool is_done = false;
        asio::co_spawn(context, to.async_write(what),
                       [&](const std::exception_ptr&, const result<void>&) { is_done = true; });
        REQUIRE(run_until([&] { return is_done; }));
    }
    bytes read(net::byte_stream& from, std::size_t count) {
        bytes out;
        while (out.size() < count) {
            bytes buffer(count - out.size());
            std::optional<result<std::size_t>> got;
            asio::co_spawn(context, from.async_read(buffer, net::now() + 5s),
                           [&](const std::exception_ptr&, result<std::size_t> size) { got = std::move(size); });
            REQUIRE(run_until([&] { return got.has_value(); }));
            REQUIRE(*got);
            out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(**got));
        }
        return out;
    }

    asio::io_context context;
    net::task_group tasks;
    std::vector<std::unique_ptr<net::byte_stream>> control;
    std::vector<std::unique_ptr<net::byte_stream>> relay;
    std::vector<core::strangers::guest> guests;
    std::vector<core::strangers::guest> relay_guests;
    std::optional<crypto::identity_key> key;
    reception door;
    std::uint16_t plain;
    std::uint16_t tls = 0;
};

}  // namespace

TEST_CASE("the first eight bytes tell a control channel from a relay's stream, and are not lost", "[reception]") {
    hall at;
    at.door.start();
    auto one = at.connected(at.plain);
    auto two = at.connected(at.plain);
    // In pieces, as they may come.
    asio::write(one, asio::buffer(control_begin.data(), 3));
    asio::write(two, asio::buffer(relay_begin));
    REQUIRE(at.run_until([&] { return at.relay.size() == 1; }));
    CHECK(at.control.empty());
    asio::write(one, asio::buffer(control_begin.data() + 3, control_begin.size() - 3));
    REQUIRE(at.run_until([&] { return at.control.size() == 1; }));
    CHECK(at.read(*at.control.front(), control_begin.size()) == control_begin);
    CHECK(at.read(*at.relay.front(), relay_begin.size()) == relay_begin);
    CHECK(at.relay.size() == 1);
}

TEST_CASE("who is gone before it said what it wants is nobody", "[reception]") {
    hall at;
    at.door.start();
    {
        auto gone = at.connected(at.plain);
        asio::write(gone, asio::buffer(control_begin.data(), 7));
    }
    auto other = at.connected(at.plain);
    asio::write(other, asio::buffer(control_begin));
    REQUIRE(at.run_until([&] { return at.control.size() == 1; }));
    CHECK(at.guests.size() == 1);
}

TEST_CASE("from one address only so many strangers are let in", "[reception]") {
    hall at;
    at.door.start();
    std::vector<asio::ip::tcp::socket> all;
    for (std::size_t i = 0; i < reception::most.from_address + 5; ++i) {
        all.push_back(at.connected(at.plain));
        asio::error_code ignored;
        asio::write(all.back(), asio::buffer(control_begin), ignored);
    }
    REQUIRE(at.run_until([&] { return at.control.size() == reception::most.from_address; }));
    at.context.restart();
    at.context.run_for(200ms);
    CHECK(at.control.size() == reception::most.from_address);
    // One is known now: there is room for another.
    at.guests.pop_back();
    auto next = at.connected(at.plain);
    asio::write(next, asio::buffer(control_begin));
    CHECK(at.run_until([&] { return at.control.size() == reception::most.from_address + 1; }));
}

TEST_CASE("who has a stream to the relay stays a stranger until the relay lets go", "[reception]") {
    hall at;
    at.door.start();
    std::vector<asio::ip::tcp::socket> all;
    for (std::size_t i = 0; i < reception::most.from_address; ++i) {
        all.push_back(at.connected(at.plain));
        asio::write(all.back(), asio::buffer(relay_begin));
    }
    REQUIRE(at.run_until([&] { return at.relay.size() == reception::most.from_address; }));
    auto refused = at.connected(at.plain);
    asio::error_code ignored;
    asio::write(refused, asio::buffer(control_begin), ignored);
    at.context.restart();
    at.context.run_for(200ms);
    CHECK(at.control.empty());
    at.relay_guests.pop_back();
    auto next = at.connected(at.plain);
    asio::write(next, asio::buffer(control_begin));
    CHECK(at.run_until([&] { return at.control.size() == 1; }));
}

TEST_CASE("with TLS the protocol tells which it is, and without one the first bytes do", "[reception]") {
    hall at;
    at.serve_tls();
    at.door.start();
    const auto control = at.secured({std::string(net::control_protocol)});
    REQUIRE(control);
    REQUIRE(at.run_until([&] { return at.control.size() == 1; }));
    REQUIRE(control->certificate() != nullptr);
    CHECK(control->certificate()->key_blob == at.key->public_part().blob());
    const auto relay = at.secured({std::string(net::relay_protocol)});
    REQUIRE(relay);
    REQUIRE(at.run_until([&] { return at.relay.size() == 1; }));
    at.write(*relay, relay_begin);
    CHECK(at.read(*at.relay.front(), relay_begin.size()) == relay_begin);
    const auto silent = at.secured({});
    REQUIRE(silent);
    at.write(*silent, relay_begin);
    REQUIRE(at.run_until([&] { return at.relay.size() == 2; }));
    CHECK(at.read(*at.relay.back(), relay_begin.size()) == relay_begin);
    CHECK(at.control.size() == 1);
}

TEST_CASE("what is no TLS does not get past the TLS port", "[reception]") {
    hall at;
    at.serve_tls();
    at.door.start();
    auto stranger = at.connected(at.tls);
    asio::write(stranger, asio::buffer(control_begin));
    REQUIRE(at.secured({std::string(net::control_protocol)}));
    REQUIRE(at.run_until([&] { return at.control.size() == 1; }));
    CHECK(at.control.front()->protocol() == net::control_protocol);
}

TEST_CASE("a port that is taken is an error by name", "[reception]") {
    hall at;
    const auto again = at.door.listen({ip_address::v4(0x7f000001), at.plain});
    REQUIRE_FALSE(again);
    CHECK(again.error().code == errc::port_in_use);
}
