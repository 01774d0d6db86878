#include "buri/relay/fleet_link.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tokens.hpp"

#include <asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace buri::relay {
namespace {

constexpr std::uint32_t hello_number = 1;

}  // namespace

fleet_link::fleet_link(const asio::any_io_executor& executor, const crypto::identity_key& key, random_source& random,
                       fleet_link_settings settings, fleet_link_listener listener, logger log)
    : executor_(executor),
      random_(random),
      settings_(std::move(settings)),
      listener_(std::move(listener)),
      log_(log),
      link_(executor, key, random, log),
      pause_(executor) {
    // A key that is kept is not told again.
    auto kept = crypto::public_key::from_blob(settings_.server.key_blob);
    if (kept && kept->type() == crypto::key_type::ed25519) server_key_ = std::move(*kept);
}

bool fleet_link::is_final(const error& why) const {
    // A fleet's token is refused only by a server that has proved who it is.
    if (why.code == errc::relay_token_invalid) return true;
    constexpr std::array decisions{errc::server_key_unknown, errc::server_key_mismatch,
                                   errc::server_key_changed, errc::suite_refused,
                                   errc::key_unsuitable,     errc::registration_closed,
                                   errc::pool_exhausted,     errc::state_unreadable,
                                   errc::disk_full,          errc::key_file};
    return !has_joined_ && std::ranges::find(decisions, why.code) != decisions.end();
}

asio::awaitable<result<void>> fleet_link::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping_) {
        auto ended = co_await async_connect();
        if (stopping_) break;
        const auto why = after_connection(std::move(ended));
        if (is_final(why)) co_return fail(why);
        // The server may have been made anew: the same key gets an account again.
        if (why.code == errc::account_unknown) settings_.identity = {};
        listener_.on_offline(why);
        pause_.expires_after(backoff_.next(random_));
        co_await pause_.async_wait(net::as_tuple);
    }
    co_return result<void>();
}

error fleet_link::after_connection(error why) {
    const auto joined = std::exchange(joined_, std::nullopt);
    if (!joined) return why;
    if (net::now() - *joined >= stable_after) {
        backoff_.reset();
    } else if (why.code == errc::server_closed) {
        return make_error(
            why.code,
            "the server ended the connection soon after this relay had joined: another relay with the same "
            "token may have taken over. Each needs its own, from 'vpn server relay add'.");
    }
    return why;
}

asio::awaitable<error> fleet_link::async_connect() {
    refusal_.reset();
    auto how = handshake();
    if (!how) co_return how.error();
    link::server_ways ways;
    ways.places.push_back({settings_.server.host, settings_.server.port, settings_.tls_port});
    ways.proxy = settings_.proxy;
    link::link_listener listener{
        [this](bytes blob) { return on_server_key(std::move(blob)); },
        [this](node_id given) { return on_identity(given); },
        [this] { on_open(); },
        [this](byte_view cbor) { on_message(cbor); },
    };
    net::task_group beating(executor_);
    beating.spawn(run_heartbeat());
    const auto why = co_await link_.async_run(std::move(ways), std::move(*how), listener);
    beating.cancel();
    co_await beating.join();
    co_return refusal_.value_or(why);
}

result<core::control_client_settings> fleet_link::handshake() const {
    core::control_client_settings out;
    out.identity = settings_.identity;
    out.nickname = settings_.nickname;
    if (settings_.server.fingerprint.empty()) {
        return fail(errc::server_key_unknown,
                    "the key of '" + settings_.server.host +
                        "' is not known here. Name its fingerprint, as 'vpn server init' printed it on the server: "
                        "'--server " +
                        settings_.server.host + "#SHA256:…'.");
    }
    const auto fingerprint = crypto::parse_fingerprint(settings_.server.fingerprint);
    if (!fingerprint) return fail(fingerprint.error());
    out.server.fingerprint = *fingerprint;
    if (!settings_.server.key_blob.empty()) out.server.key = settings_.server.key_blob;
    return out;
}

bool fleet_link::on_server_key(bytes blob) {
    auto key = crypto::public_key::from_blob(blob);
    if (!key || key->type() != crypto::key_type::ed25519) {
        give_up(make_error(errc::key_unsuitable,
                           "the fingerprint that was named is of the server's RSA key, and its Ed25519 key signs the "
                           "tokens of nodes. Name that one, which 'vpn server init' printed first."));
        return false;
    }
    server_key_ = std::move(*key);
    if (settings_.server.key_blob == blob) return true;
    settings_.server.key_blob = std::move(blob);
    const auto kept = listener_.keep(settings_.server, settings_.identity);
    if (!kept) give_up(kept.error());
    return kept.has_value();
}

bool fleet_link::on_identity(node_id given) {
    settings_.identity = given;
    const auto kept = listener_.keep(settings_.server, given);
    if (!kept) give_up(kept.error());
    return kept.has_value();
}

void fleet_link::on_open() {
    requests_ = 0;
    send(settings_.hello);
}

void fleet_link::send(wire::request body) {
    link_.send(wire::encode(wire::numbered_request{++requests_, std::move(body)}));
}

void fleet_link::give_up(error why) {
    refusal_ = std::move(why);
    link_.close();
}

void fleet_link::on_message(byte_view cbor) {
    const auto message = wire::parse_server_message(cbor);
    if (!message) {
        log_.debug("a message of the server was not understood", {{"reason", message.error().text}});
        return;
    }
    if (const auto* const answer = std::get_if<wire::numbered_answer>(&*message)) {
        on_answer(*answer);
        return;
    }
    const auto* const list = std::get_if<wire::relay_list>(&std::get<wire::numbered_event>(*message).body);
    if (list == nullptr || list->relays.empty() || !server_key_) return;
    has_joined_ = true;
    if (!joined_) joined_ = net::now();
    listener_.on_joined(list->relays.front(), *server_key_);
    send(listener_.load());
}

void fleet_link::on_answer(const wire::numbered_answer& answer) {
    const auto* const refused = std::get_if<wire::error_answer>(&answer.body);
    if (refused == nullptr) return;
    const auto code = error_from_wire(refused->code).value_or(errc::internal);
    if (answer.number == hello_number) {
        give_up(make_error(code, refused->text.empty() ? make_error(code).text : refused->text));
        return;
    }
    log_.debug("a request was refused", {{"reason", refused->text}});
}

/// Also tells the server that the connection lives.
asio::awaitable<void> fleet_link::run_heartbeat() {
    asio::steady_timer next(executor_);
    for (;;) {
        next.expires_after(heartbeat);
        co_await next.async_wait(net::as_tuple);
        if (has_joined_ && link_.is_open()) send(listener_.load());
    }
}

void fleet_link::stop() {
    stopping_ = true;
    if (link_.is_open()) send(wire::bye{});
    link_.finish();
    pause_.cancel();
}

}  // namespace buri::relay
