#include "buri/link/race.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/proxy.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tcp_connect.hpp"
#include "buri/net/tls_stream.hpp"
#include "buri/net/tokens.hpp"

#include <asio/this_coro.hpp>

#include <algorithm>

namespace buri::link {
namespace {

/// What somebody says who is not the server and does not know its language.
bool is_another_language(errc code) {
    return code == errc::malformed || code == errc::out_of_order || code == errc::server_closed ||
           code == errc::timed_out || code == errc::intercepted;
}

std::string name_of(const way& by, const std::optional<proxy_settings>& proxy) {
    return to_string(by) + (by.kind == way_kind::tls_via_proxy ? " " + to_string(proxy->at) : "");
}

}  // namespace

std::vector<ip_address> in_turns(const std::vector<ip_address>& addresses) {
    std::vector<ip_address> of_first;
    std::vector<ip_address> of_other;
    for (const auto& each : addresses)
        (each.is_v4() == addresses.front().is_v4() ? of_first : of_other).push_back(each);
    std::vector<ip_address> out;
    for (std::size_t i = 0; i < std::max(of_first.size(), of_other.size()); ++i) {
        if (i < of_first.size()) out.push_back(of_first[i]);
        if (i < of_other.size()) out.push_back(of_other[i]);
    }
    return out;
}

race::race(const asio::any_io_executor& executor, race_settings settings, prover prove)
    : settings_(std::move(settings)),
      prove_(std::move(prove)),
      order_(settings_.first, settings_.places.size(), net::now()),
      tasks_(executor),
      wakes_(executor) {}

void race::begin() {
    for (auto& each : settings_.ways)
        order_.add(each);
    for (const auto& each : settings_.places) {
        const bool has_proxy = settings_.proxy && each.tls_port != 0 && !is_excepted(*settings_.proxy, each.host);
        if (has_proxy) order_.add({way_kind::tls_via_proxy, each.host, each.tls_port, {}});
        tasks_.spawn(run_lookup(each));
    }
}

asio::awaitable<result<race_winner>> race::run() {
    // Ended by cancel() alone: it must not go away before its tasks.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    begin();
    while (!is_over()) {
        start_what_is_due();
        wakes_.expires_at(net::to_steady(std::min(order_.next_deadline(), until_)));
        co_await wakes_.async_wait(net::as_tuple);
    }
    tasks_.cancel();
    co_await tasks_.join();
    if (cancelled_) co_return fail(errc::cancelled);
    if (!winner_) co_return fail(join_failures(failures_, settings_.whom));
    co_return std::move(*winner_);
}

void race::cancel() {
    cancelled_ = true;
    tasks_.cancel();
    wakes_.cancel();
}

bool race::is_over() const {
    if (cancelled_ || winner_ || net::now() >= until_) return true;
    return running_ == 0 && order_.is_exhausted();
}

void race::start_what_is_due() {
    while (auto next = order_.take(net::now())) {
        ++running_;
        tasks_.spawn(run_attempt(std::move(*next)));
    }
}

asio::awaitable<void> race::run_lookup(place where) {
    const auto found = co_await net::async_look_up(where.host, net::now() + lookup_patience);
    order_.on_lookup_done();
    if (!found) co_return on_failure("", found.error());
    std::vector<ip_address> addresses;
    for (const auto& each : *found)
        addresses.push_back(net::to_endpoint(asio::ip::tcp::endpoint(each, 0)).address);
    for (const auto& each : in_turns(addresses)) {
        if (where.tcp_port != 0) order_.add({way_kind::tcp, where.host, where.tcp_port, {each, where.tcp_port}});
        if (where.tls_port != 0) order_.add({way_kind::tls, where.host, where.tls_port, {each, where.tls_port}});
    }
    wakes_.cancel();
}

asio::awaitable<void> race::run_attempt(way by) {
    auto stream = co_await async_open(by);
    if (!stream) {
        --running_;
        co_return on_failure(name_of(by, settings_.proxy), stream.error());
    }
    const auto proven = co_await prove_(**stream);
    --running_;
    if (!proven) co_return on_failure("", explain(by, **stream, proven.error()));
    if (!winner_) winner_ = race_winner{by, std::move(*stream)};
    wakes_.cancel();
}

void race::on_failure(std::string what, error why) {
    if (is_decisive(why.code)) until_ = std::min(until_, net::now() + second_opinion);
    failures_.push_back({std::move(what), std::move(why)});
    order_.on_failure(net::now());
    wakes_.cancel();
}

error race::explain(const way& by, const net::byte_stream& stream, const error& why) const {
    if (is_decisive(why.code)) return why;
    const auto* const shown = stream.certificate();
    const bool is_own = shown != nullptr && settings_.is_expected_key && settings_.is_expected_key(shown->key_blob);
    if (shown == nullptr || is_own || !is_another_language(why.code)) {
        // Whoever has the server's own key does not stand in its way, whatever it says.
        const auto code = is_own && why.code == errc::intercepted ? errc::server_unreachable : why.code;
        return make_error(code, name_of(by, settings_.proxy) + ": " + why.text);
    }
    return make_error(errc::intercepted, name_of(by, settings_.proxy) + " is intercepted: the certificate is by '" +
                                             shown->issuer + "', not the server's");
}

asio::awaitable<result<std::unique_ptr<net::byte_stream>>> race::async_open(const way& by) const {
    const bool is_proxied = by.kind == way_kind::tls_via_proxy;
    const auto until = net::now() + connect_patience;
    result<asio::ip::tcp::socket> socket = fail(errc::internal);
    if (is_proxied) {
        socket = co_await net::async_connect_via_proxy(*settings_.proxy, by.host, by.port, until);
    } else {
        socket = co_await net::async_connect(by.to, until);
    }
    if (!socket) co_return fail(socket.error());
    if (by.kind == way_kind::tcp) co_return net::make_tcp_stream(std::move(*socket));
    net::tls_client_settings settings{by.host, settings_.protocols};
    if (is_proxied) settings.way = "tls via proxy " + settings_.proxy->at.host;
    auto stream = co_await net::async_tls_connect(std::move(*socket), std::move(settings), net::now() + tls_patience);
    co_return std::move(stream);
}

}  // namespace buri::link
