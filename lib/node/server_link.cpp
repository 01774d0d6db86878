#include "buri/node/server_link.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tcp_connect.hpp"

#include <array>
#include <utility>

namespace buri::node {
namespace {

constexpr auto connect_timeout = std::chrono::seconds(5);
/// The server answers pings; silence this long means that the connection is gone.
constexpr auto silence_limit = std::chrono::seconds(60);

asio::awaitable<result<asio::ip::tcp::socket>> async_connect(std::string host, std::uint16_t port) {
    const auto found = co_await net::async_look_up(host);
    if (!found) co_return fail(found.error());
    std::string reason = "it has no address";
    for (const auto& address : *found) {
        const auto to = net::to_endpoint(asio::ip::tcp::endpoint(address, port));
        auto socket = co_await net::async_connect(to, net::now() + connect_timeout);
        if (socket) co_return std::move(socket);
        reason = to_string(to) + ": " + socket.error().text;
    }
    co_return fail(errc::server_unreachable, "the server '" + host + "' cannot be reached (" + reason +
                                                 "). Check that it runs and that TCP port " + std::to_string(port) +
                                                 " is open to here.");
}

}  // namespace

asio::awaitable<error> server_link::async_run(std::string host, std::uint16_t port,
                                              core::control_client_settings settings, link_listener& listener) {
    auto connected = co_await async_connect(host, port);
    if (!connected) co_return connected.error();
    // Told to end while the connection was being made: nobody would close this one.
    if (finished_) co_return make_error(errc::cancelled);
    suite_ = settings.suite;
    const auto present =
        std::make_shared<connection>(std::move(*connected), std::move(settings), key_, random_, log_, net::now());
    remote_ = present->channel.remote();
    connection_ = present;
    listener_ = &listener;
    pump(*present);
    net::task_group both(executor_);
    both.spawn(present->channel.run_writer());
    both.spawn(run_reader(*present));
    co_await both.join();
    connection_.reset();
    co_return present->over.value_or(make_error(errc::cancelled));
}

asio::awaitable<void> server_link::run_reader(connection& present) {
    std::array<std::uint8_t, 16384> buffer{};
    while (!present.over) {
        const bool is_open = present.machine.state() == core::control_client_state::open;
        const auto limit = is_open ? net::now() + silence_limit : present.machine.next_deadline();
        const auto count = co_await present.channel.async_read(buffer, limit);
        if (count) {
            present.machine.on_bytes(std::span(buffer).first(*count), net::now());
        } else if (!is_open && count.error().code == errc::timed_out) {
            present.machine.on_deadline(net::now());
        } else if (!present.over) {
            present.over = count.error();
        }
        pump(present);
    }
    present.channel.finish();
}

/// What the listener does with one output may make more, send() above all: they wait their turn.
void server_link::pump(connection& present) {
    if (std::exchange(present.is_pumping, true)) return;
    while (auto output = present.machine.poll_output())
        carry_out(present, *output);
    present.is_pumping = false;
}

void server_link::carry_out(connection& present, core::control_client_output& output) {
    const auto stop_unless = [&](bool goes_on) {
        if (!goes_on && !present.over) present.over = make_error(errc::cancelled);
    };
    std::visit(overloaded{
                   [&](const core::send_bytes& what) { stop_unless(present.channel.send(what.data)); },
                   [&](core::server_key_learned& what) { stop_unless(listener_->on_server_key(std::move(what.blob))); },
                   [&](const core::identity_given& what) { stop_unless(listener_->on_identity(what.identity)); },
                   [&](const core::channel_open&) { listener_->on_open(); },
                   [&](const core::message_received& what) { listener_->on_message(what.cbor); },
                   [&](const core::channel_failed& what) { present.over = what.why; },
               },
               output);
}

bool server_link::is_open() const {
    return connection_ && !connection_->over && connection_->machine.state() == core::control_client_state::open;
}

bool server_link::send(byte_view cbor) {
    if (!is_open()) return false;
    const auto present = connection_;
    present->machine.send(cbor);
    pump(*present);
    return true;
}

void server_link::finish() {
    finished_ = true;
    if (!connection_) return;
    if (!connection_->over) connection_->over = make_error(errc::cancelled);
    connection_->channel.finish();
}

void server_link::close() {
    if (!connection_) return;
    if (!connection_->over) connection_->over = make_error(errc::cancelled);
    connection_->channel.close();
}

}  // namespace buri::node
