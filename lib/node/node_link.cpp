// The node's connection to its server: tried again and again, and what is learned on the way.
#include "buri/base/timestamp.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/portal_probe.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/node/node.hpp"
#include "buri/wire/relay_control.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace buri::node {
namespace {

/// Trying again cannot help; somebody has to decide something.
bool needs_a_decision(errc code) {
    constexpr std::array codes{errc::server_key_unknown, errc::server_key_mismatch,
                               errc::server_key_changed, errc::suite_refused,
                               errc::auth_failed,        errc::account_unknown,
                               errc::key_unsuitable,     errc::registration_closed,
                               errc::pool_exhausted,     errc::key_file};
    return std::ranges::find(codes, code) != codes.end();
}

/// Protocol section 6: relay tokens end so long after they were made.
constexpr std::chrono::hours token_life{48};
constexpr duration portal_patience = std::chrono::seconds(2);

constexpr std::array<std::pair<std::string_view, link::way_kind>, 3> way_names{
    {{"tcp", link::way_kind::tcp}, {"tls", link::way_kind::tls}, {"proxy", link::way_kind::tls_via_proxy}}};

std::optional<link::known_way> known_way_of(const store::pinned_server& server) {
    const auto* const row =
        std::ranges::find(way_names, server.way, &std::pair<std::string_view, link::way_kind>::first);
    if (row == way_names.end()) return std::nullopt;
    return link::known_way{row->second, server.way_host};
}

}  // namespace

asio::awaitable<void> node::run_link() {
    while (!stopping_) {
        const auto why = co_await async_try_server();
        machine_.on_disconnected(net::now());
        pump();
        if (stopping_) co_return;
        on_link_error(why);
        if (!was_online_) recall();
        if (fatal_) co_return;
        co_await async_look_for_portal();
        if (stopping_) co_return;
        retry_.expires_after(backoff_.next(random_));
        co_await retry_.async_wait(net::as_tuple);
    }
}

/// Something that answers HTTP for the server's host with a login page explains much.
asio::awaitable<void> node::async_look_for_portal() {
    const auto host = state_.server->host;
    const auto until = net::now() + portal_patience;
    const auto found = co_await net::async_look_up(host, until);
    portal_.clear();
    if (!found || found->empty()) co_return;
    const auto at = net::to_endpoint(asio::ip::tcp::endpoint(found->front(), 0)).address;
    auto seen = co_await net::async_find_portal(host, at, until);
    if (seen) portal_ = std::move(*seen);
}

asio::awaitable<error> node::async_try_server() {
    if (state_.server->fingerprint.empty()) {
        const auto refused = co_await async_learn_server_key();
        if (refused) co_return *refused;
    }
    auto settings = link_settings();
    if (!settings) co_return settings.error();
    co_return co_await link_.async_run(ways(), std::move(*settings), link_listener_);
}

asio::awaitable<std::optional<error>> node::async_learn_server_key() {
    core::control_client_settings settings;
    settings.suite = suite_;
    settings.ask_key_only = true;
    bytes shown;
    link::link_listener listener = link_listener_;
    listener.on_server_key = [&shown](bytes blob) {
        shown = std::move(blob);
        return false;
    };
    const auto why = co_await link_.async_run(ways(), std::move(settings), listener);
    if (shown.empty()) co_return why;
    const auto key = crypto::public_key::from_blob(shown);
    if (!key) co_return key.error();
    const auto fingerprint = crypto::fingerprint(shown);
    if (!options_.confirm_key || !options_.confirm_key(*state_.server, fingerprint, to_string(key->type()))) {
        co_return make_error(errc::server_key_unknown,
                             "the key of '" + state_.server->host + "' is not known here; it shows " + fingerprint +
                                 ". Compare that with what 'vpn server init' printed, then run 'vpn up --server " +
                                 state_.server->host + ":" + std::to_string(state_.server->port) + "#" + fingerprint +
                                 "'.");
    }
    state_.server->fingerprint = fingerprint;
    state_.server->key_blob = std::move(shown);
    co_return std::nullopt;
}

result<core::control_client_settings> node::link_settings() const {
    core::control_client_settings settings;
    settings.suite = suite_;
    settings.identity = state_.identity;
    settings.nickname = nickname();
    const auto fingerprint = crypto::parse_fingerprint(state_.server->fingerprint);
    if (!fingerprint) return fail(fingerprint.error());
    settings.server.fingerprint = *fingerprint;
    if (!state_.server->key_blob.empty()) settings.server.key = state_.server->key_blob;
    return settings;
}

/// The pinned name first, then those of the configuration: one server, one key.
link::server_ways node::ways() const {
    const auto& config = options_.config;
    link::server_ways out;
    out.places.push_back({state_.server->host, state_.server->port, config.tls_port});
    for (const auto& each : config.servers)
        out.places.push_back({each.host, each.port == 0 ? store::default_server_port : each.port, config.tls_port});
    out.proxy = proxy_;
    out.first = known_way_of(*state_.server);
    return out;
}

/// Tried first the next time.
void node::remember_way() {
    const auto& known = link_.known();
    auto& server = *state_.server;
    if (!known || known_way_of(server) == known) return;
    const auto* const row =
        std::ranges::find(way_names, known->kind, &std::pair<std::string_view, link::way_kind>::second);
    server.way = row->first;
    server.way_host = known->host;
    keep_state();
}

bool node::on_server_key(bytes key_blob) {
    const bool is_new = state_.server->key_blob != key_blob;
    state_.server->key_blob = std::move(key_blob);
    if (!was_online_) say("server", to_string(link_.remote()) + "  verified");
    if (!is_new && kept_server_) return true;
    kept_server_ = keep_state();
    if (!kept_server_) fatal_ = problem_;
    return kept_server_;
}

bool node::on_identity(node_id identity) {
    state_.identity = identity;
    if (keep_state()) return true;
    fatal_ = problem_;
    return false;
}

void node::on_open() {
    backoff_.reset();
    portal_.clear();
    remember_way();
    const auto is_new_key = identity_.on_accepted();
    if (!is_new_key || *is_new_key) on_key_adopted(is_new_key.map([](bool) {}));
    std::vector<endpoint> servers;
    // Through a proxy, the other end of the connection is the proxy.
    const bool is_proxied = link_.known() && link_.known()->kind == link::way_kind::tls_via_proxy;
    for (const auto port : stun_ports)
        if (!is_proxied) servers.push_back({link_.remote().address, port});
    machine_.on_stun_servers(std::move(servers), net::now());
    machine_.on_connected(state_.identity, net::now());
    pump();
}

void node::on_message(byte_view cbor) {
    const auto message = wire::parse_server_message(cbor);
    if (!message && message.error().code == errc::unknown_request) {
        log_.debug("a message of a later version was ignored", {{"reason", message.error().text}});
        machine_.on_unknown_event(net::now());
        pump();
        return;
    }
    if (!message) {
        log_.warning("a message of the server was not understood", {{"reason", message.error().text}});
        return;
    }
    if (const auto* const event = std::get_if<wire::numbered_event>(&*message)) {
        std::visit(
            [&](const auto& body) {
                log_.debug("event from the server", {{"kind", std::string(body.kind)}});
            },
            event->body);
    }
    note_server_time(*message);
    machine_.on_server_message(*message, net::now());
    pump();
}

/// The protocol has no message with the time, but fresh relay tokens tell when they were made.
void node::note_server_time(const wire::server_message& message) {
    const auto* const event = std::get_if<wire::numbered_event>(&message);
    const auto* const open = event != nullptr ? std::get_if<wire::tunnel_open>(&event->body) : nullptr;
    if (open == nullptr || !open->relays || open->relays->empty()) return;
    const auto token = wire::parse_relay_token(open->relays->front().token);
    if (!token) return;
    const wall_time end{std::chrono::seconds(token->claims.expires)};
    server_time_ = server_time{end - token_life, net::now()};
}

bool node::try_other_suite() {
    // Never from a modern suite down to the classic one: a refusal is not signed, and anybody could send it.
    const auto present = std::ranges::find(options_.config.suites, suite_);
    const auto next =
        std::find_if(present == options_.config.suites.end() ? present : present + 1, options_.config.suites.end(),
                     [&](suite_id it) {
                         return identity_.key().fits(it) && (it != suite_id::classic || suite_ == suite_id::classic);
                     });
    if (next == options_.config.suites.end()) return false;
    suite_ = *next;
    return true;
}

void node::on_link_error(const error& why) {
    if (fatal_) {
        stop();
        return;
    }
    if (why.code == errc::suite_refused && try_other_suite()) {
        backoff_.reset();
        return;
    }
    if (why.code == errc::auth_failed && identity_.try_other()) {
        backoff_.reset();
        return;
    }
    if (needs_a_decision(why.code) && !was_online_) {
        fail_for_good(why);
        return;
    }
    const bool is_news = !problem_ || problem_->text != why.text;
    problem_ = why;
    if (!is_news) return;
    if (options_.progress) {
        say("offline", why.text + (why.text.ends_with('.') ? "" : ".") + " Trying again.");
    } else {
        log_.warning("not connected to the server", {{"reason", why.text}});
    }
    if (!listener_) return;
    listener_({{"event", "problem"},
               {"time", to_rfc3339(net::wall_now())},
               {"name", describe(why.code).name},
               {"text", why.text}});
}

}  // namespace buri::node
