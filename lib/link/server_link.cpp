#include "buri/link/server_link.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace buri::link {
namespace {

/// The server answers pings; silence this long means that the connection is gone.
constexpr auto silence_limit = std::chrono::seconds(60);

std::string names_of(const std::vector<place>& places) {
    std::string out;
    for (const auto& each : places)
        out += (out.empty() ? "'" : "', '") + each.host;
    return "the server " + out + "'";
}

/// Nothing of ours begins so: it would be a frame of a gigabyte.
bool is_http(byte_view first) {
    constexpr std::string_view start = "HTTP/";
    return first.size() >= start.size() && buri::to_string(first.first(start.size())) == start;
}

error http_answers(byte_view first) {
    auto line = buri::to_string(first.first(std::min<std::size_t>(first.size(), 60)));
    line.resize(std::min(line.find_first_of("\r\n"), line.size()));
    std::ranges::replace_if(
        line, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return make_error(errc::intercepted, "a web server answers there ('" + line + "'), not the mediation server");
}

/// The key that a TLS certificate of the server itself has.
std::function<bool(byte_view)> key_check(const core::server_identity& server) {
    return [server](byte_view blob) {
        if (server.key) return std::ranges::equal(blob, *server.key);
        return server.fingerprint && crypto::sha256(blob) == *server.fingerprint;
    };
}

}  // namespace

asio::awaitable<error> server_link::async_run(server_ways ways, core::control_client_settings settings,
                                              link_listener& listener) {
    settings.wait_when_proven = true;
    suite_ = settings.suite;
    listener_ = &listener;
    greetings all;
    auto won = co_await async_race(std::move(ways), settings, all);
    if (!won) co_return won.error();
    auto greeted = std::move(all.at(won->stream.get()));
    all.clear();
    co_return co_await async_use(std::move(*won), std::move(greeted));
}

asio::awaitable<result<race_winner>> server_link::async_race(server_ways ways,
                                                             const core::control_client_settings& settings,
                                                             greetings& all) {
    if (finished_) co_return fail(errc::cancelled);
    race_settings what;
    what.whom = names_of(ways.places);
    what.places = std::move(ways.places);
    what.proxy = std::move(ways.proxy);
    what.protocols = {std::string(net::control_protocol)};
    what.first = std::move(ways.first);
    what.is_expected_key = key_check(settings.server);
    race present(executor_, std::move(what),
                 [&](net::byte_stream& stream) { return async_greet(settings, all, stream); });
    race_ = &present;
    auto outcome = co_await present.run();
    race_ = nullptr;
    co_return std::move(outcome);
}

asio::awaitable<result<void>> server_link::async_greet(const core::control_client_settings& settings, greetings& all,
                                                       net::byte_stream& stream) {
    // Another stream may have been at this address before.
    auto& greeted = all[&stream];
    greeted.held.clear();
    greeted.machine = std::make_unique<core::control_client>(settings, key_, random_, log_, net::now());
    auto& machine = *greeted.machine;
    std::array<std::uint8_t, 16384> buffer{};
    for (;;) {
        while (auto output = machine.poll_output()) {
            if (const auto* const failed = std::get_if<core::channel_failed>(&*output)) co_return fail(failed->why);
            if (std::holds_alternative<core::server_proven>(*output)) co_return result<void>();
            const auto* const data = std::get_if<core::send_bytes>(&*output);
            if (data == nullptr) {
                greeted.held.push_back(std::move(*output));
                if (settings.ask_key_only) co_return result<void>();
                continue;
            }
            const auto written = co_await stream.async_write(data->data);
            if (!written) co_return fail(written.error());
        }
        const auto count = co_await stream.async_read(buffer, machine.next_deadline());
        const auto got = std::span(buffer).first(count.value_or(0));
        if (is_http(got)) co_return fail(http_answers(got));
        if (count) {
            machine.on_bytes(got, net::now());
        } else if (count.error().code == errc::timed_out) {
            machine.on_deadline(net::now());
        } else {
            co_return fail(count.error());
        }
    }
}

asio::awaitable<error> server_link::async_use(race_winner won, greeting greeted) {
    way_ = won.stream->way();
    known_ = known_way{won.by.kind, won.by.host};
    remote_ = won.stream->remote();
    const auto present = std::make_shared<connection>(std::move(won.stream), std::move(greeted.machine));
    connection_ = present;
    for (auto& output : greeted.held)
        carry_out(*present, output);
    if (!present->over) present->machine->proceed();
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
        const bool is_open = present.machine->state() == core::control_client_state::open;
        const auto limit = is_open ? net::now() + silence_limit : present.machine->next_deadline();
        const auto count = co_await present.channel.async_read(buffer, limit);
        if (count) {
            present.machine->on_bytes(std::span(buffer).first(*count), net::now());
        } else if (!is_open && count.error().code == errc::timed_out) {
            present.machine->on_deadline(net::now());
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
    while (auto output = present.machine->poll_output())
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
                   [&](const core::server_proven&) {},
                   [&](const core::identity_given& what) { stop_unless(listener_->on_identity(what.identity)); },
                   [&](const core::channel_open&) { listener_->on_open(); },
                   [&](const core::message_received& what) { listener_->on_message(what.cbor); },
                   [&](const core::channel_failed& what) { present.over = what.why; },
               },
               output);
}

bool server_link::is_open() const {
    return connection_ && !connection_->over && connection_->machine->state() == core::control_client_state::open;
}

bool server_link::send(byte_view cbor) {
    if (!is_open()) return false;
    const auto present = connection_;
    present->machine->send(cbor);
    pump(*present);
    return true;
}

void server_link::finish() {
    finished_ = true;
    if (race_) race_->cancel();
    if (!connection_) return;
    if (!connection_->over) connection_->over = make_error(errc::cancelled);
    connection_->channel.finish();
}

void server_link::close() {
    if (race_) race_->cancel();
    if (!connection_) return;
    if (!connection_->over) connection_->over = make_error(errc::cancelled);
    connection_->channel.close();
}

}  // namespace buri::link
