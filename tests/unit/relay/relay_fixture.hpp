#pragma once
// A relay's service on loopback sockets, and nodes with sockets of their own. Nothing sleeps: the context runs until what is
// waited for has come, and at most ten seconds.
#include "buri/crypto/system_random.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/relay/service.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"
#include "buri/wire/stun.hpp"
#include "buri/wire/writer.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/udp.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace buri::test {

using namespace std::chrono_literals;

inline endpoint at(const std::string& text) {
    return parse_endpoint(text).value();
}
inline spi spi_of(std::uint32_t number) {
    return {0x80000000U | number << 2U};
}
inline bytes sealed(spi to, std::uint8_t filling, std::size_t size = 100) {
    bytes out(size, filling);
    wire::write_datagram_header({to, 1}, out);
    return out;
}

/// Runs what is due until the condition holds; false if it does not in time.
template <typename Condition>
bool runs_until(asio::io_context& context, Condition reached, std::chrono::seconds patience = 10s) {
    const auto limit = std::chrono::steady_clock::now() + patience;
    context.restart();
    while (!reached()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        context.run_one_for(1ms);
    }
    return true;
}

class relay_fixture {
public:
    static constexpr std::uint32_t number = 9;

    explicit relay_fixture(const std::vector<endpoint>& locals, duration time_to_bind = 10s)
        : key(crypto::identity_key::generate_ed25519(random)),
          service(context.get_executor(),
                  {.relay = core::relay_settings{.id = number, .server = key.public_part()},
                   .stun = {},
                   .time_to_bind = time_to_bind},
                  random, {}),
          tasks(context.get_executor()) {
        for (const auto& local : locals)
            REQUIRE(service.add_udp(local));
        tasks.spawn(service.run());
    }
    ~relay_fixture() {
        tasks.cancel();
        context.restart();
        context.run();
    }

    template <typename Condition>
    bool until(Condition reached) {
        return runs_until(context, reached);
    }

    [[nodiscard]] bytes token(std::uint32_t node, spi in) const {
        const auto wall = static_cast<std::uint64_t>(net::wall_now().time_since_epoch().count());
        const wire::relay_token claims{.relay = number, .node = {node}, .in = in, .kbit = 0, .expires = wall + 3600};
        return wire::with_signature(claims, key.sign(suite_id::aes, wire::signed_part(claims)));
    }
    [[nodiscard]] std::uint64_t dropped(core::relay_drop why) const { return service.statistics().relay.dropped(why); }

    asio::io_context context{1};
    crypto::system_random random;
    crypto::identity_key key;
    relay::service service;
    net::task_group tasks;
};

/// A node's UDP socket.
class udp_node {
public:
    udp_node(relay_fixture& world, const std::string& address, const endpoint& relay)
        : world_(world), socket_(world.context, {asio::ip::make_address(address), 0}) {
        relay_ = {asio::ip::make_address(to_string(relay.address)), relay.port};
        socket_.non_blocking(true);
    }

    void send(const bytes& data) { socket_.send_to(asio::buffer(data), relay_); }
    /// Nothing within ten seconds: an empty one.
    bytes receive() {
        bytes out;
        world_.until([&] {
            bytes room(65'536);
            asio::error_code problem;
            const auto size = socket_.receive_from(asio::buffer(room), from_, 0, problem);
            if (problem) return false;
            room.resize(size);
            out = std::move(room);
            return true;
        });
        return out;
    }
    [[nodiscard]] std::string from() const { return from_.address().to_string(); }
    [[nodiscard]] std::uint16_t from_port() const { return from_.port(); }
    [[nodiscard]] std::uint16_t port() const { return socket_.local_endpoint().port(); }

    wire::relay_pong ping() {
        send(wire::encode(wire::relay_ping{{1}}));
        const auto answer = wire::parse_relay_message(receive());
        REQUIRE(answer);
        return std::get<wire::relay_pong>(*answer);
    }
    void bind(std::uint32_t node, spi in) {
        send(wire::encode(wire::relay_bind{ping().cookie, world_.token(node, in)}));
        const auto answer = wire::parse_relay_message(receive());
        REQUIRE(answer);
        REQUIRE(std::get<wire::relay_bind_ok>(*answer).bound == in);
    }

private:
    relay_fixture& world_;
    asio::ip::udp::socket socket_;
    asio::ip::udp::endpoint relay_;
    asio::ip::udp::endpoint from_;
};

/// A node's end of a stream that the service has.
class stream_node {
public:
    explicit stream_node(relay_fixture& world, int buffer = 0, std::shared_ptr<void> stranger = {})
        : world_(world), socket_(world.context) {
        asio::ip::tcp::acceptor acceptor(world.context, {asio::ip::make_address("127.0.0.1"), 0});
        asio::ip::tcp::socket accepted(world.context);
        if (buffer > 0) acceptor.set_option(asio::socket_base::send_buffer_size(buffer));
        socket_.open(asio::ip::tcp::v4());
        if (buffer > 0) socket_.set_option(asio::socket_base::receive_buffer_size(buffer));
        socket_.connect(acceptor.local_endpoint());
        acceptor.accept(accepted);
        socket_.non_blocking(true);
        world.tasks.spawn(world.service.run_stream(net::make_tcp_stream(std::move(accepted)), std::move(stranger)));
    }

    void send_raw(const bytes& data) { asio::write(socket_, asio::buffer(data)); }
    void send(const bytes& datagram) {
        wire::writer out;
        out.u32(static_cast<std::uint32_t>(datagram.size())).raw(datagram);
        send_raw(out.data());
    }
    /// The next datagram; empty if none came in ten seconds, or the stream ended.
    bytes receive() {
        bytes out;
        world_.until([&] {
            read();
            if (held_.size() < 4) return is_over_;
            const std::size_t size = std::size_t{held_[2]} << 8U | held_[3];
            if (held_.size() < 4 + size) return is_over_;
            out.assign(held_.begin() + 4, held_.begin() + 4 + std::ptrdiff_t(size));
            held_.erase(held_.begin(), held_.begin() + 4 + std::ptrdiff_t(size));
            return true;
        });
        return out;
    }
    bool is_ended() {
        return world_.until([&] {
            read();
            return is_over_;
        });
    }
    void close() { socket_.close(); }

    void bind(std::uint32_t node, spi in) {
        send(wire::encode(wire::relay_bind{{}, world_.token(node, in)}));
        const auto answer = wire::parse_relay_message(receive());
        REQUIRE(answer);
        REQUIRE(std::get<wire::relay_bind_ok>(*answer).bound == in);
    }

private:
    void read() {
        bytes room(65'536);
        asio::error_code problem;
        const auto size = socket_.read_some(asio::buffer(room), problem);
        if (problem && problem != asio::error::would_block) is_over_ = true;
        held_.insert(held_.end(), room.begin(), room.begin() + std::ptrdiff_t(size));
    }

    relay_fixture& world_;
    asio::ip::tcp::socket socket_;
    bytes held_;
    bool is_over_ = false;
};

}  // namespace buri::test
