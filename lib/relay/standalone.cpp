#include "buri/relay/standalone.hpp"

#include "buri/net/proxy.hpp"
#include "buri/store/files.hpp"
#include "buri/store/key_file.hpp"

#include <asio/this_coro.hpp>

#include <unistd.h>

#include <array>
#include <utility>

namespace buri::relay {
namespace {

constexpr std::uint16_t usual_tls_port = 443;
/// Of ALPN: what a node asks for that wants a stream to a relay.
constexpr std::string_view protocol = "buri-relay";

result<store::pinned_server> choose_server(const standalone_settings& from, const store::node_state& state) {
    if (!from.server && !state.server) {
        return fail(errc::usage, "no server is known in " + from.state.string() +
                                     ". Name it: 'vpn relay run --server HOST#SHA256:…', as 'vpn server init' printed "
                                     "it on the server.");
    }
    if (!from.server) return *state.server;
    auto wanted = *from.server;
    if (!state.server) return wanted;
    const auto& pinned = *state.server;
    if (wanted.fingerprint.empty() && wanted.host == pinned.host && wanted.port == pinned.port) return pinned;
    if (wanted.fingerprint == pinned.fingerprint) wanted.key_blob = pinned.key_blob;
    return wanted;
}

/// Made on first use.
result<crypto::identity_key> open_key(const std::filesystem::path& state) {
    const auto path = state / "identity.pem";
    const auto pem = store::load_private_key(path);
    if (!pem) return fail(pem.error());
    if (*pem) {
        auto key = crypto::identity_key::from_pem(**pem);
        if (!key) return fail(key.error().code, path.string() + ": " + key.error().text);
        return std::move(*key);
    }
    crypto::system_random random;
    auto made = crypto::identity_key::generate_ed25519(random);
    const auto saved = store::save_private_key(path, made.to_pem());
    if (!saved) return fail(saved.error());
    return made;
}

std::string machine_name() {
    std::array<char, 256> name{};
    const bool is_known = ::gethostname(name.data(), name.size() - 1) == 0;
    const std::string_view host = is_known ? std::string_view(name.data()) : "relay";
    return nickname_from(host.substr(0, host.find('.')));
}

service_settings service_of(const standalone_settings& from) {
    service_settings out;
    out.stun = {.addresses = from.addresses, .ports = {from.udp_port}};
    return out;
}

const std::array<ip_address, 2> everywhere{ip_address(), ip_address::v6({})};

}  // namespace

result<std::unique_ptr<standalone>> standalone::open(asio::io_context& context, standalone_settings settings) {
    const auto made = store::make_directory(settings.state, 0750);
    if (!made) return fail(made.error());
    auto lock = store::state_lock::acquire(settings.state);
    if (!lock) return fail(lock.error());
    auto state = store::load_node_state(settings.state);
    if (!state) return fail(state.error());
    auto server = choose_server(settings, *state);
    if (!server) return fail(server.error());
    if (state->server && state->server->fingerprint != server->fingerprint) state->identity = {};
    state->server = std::move(*server);
    auto key = open_key(settings.state);
    if (!key) return fail(key.error());
    std::unique_ptr<standalone> out(
        new standalone(context, std::move(settings), {std::move(*lock), std::move(*state), std::move(*key)}));
    const auto listening = out->listen();
    if (!listening) return fail(listening.error());
    out->link_.emplace(out->executor_, out->key_, out->random_, out->link_settings(), out->listener(), out->log_);
    return out;
}

standalone::standalone(asio::io_context& context, standalone_settings settings, opened parts)
    : executor_(context.get_executor()),
      settings_(std::move(settings)),
      log_(settings_.log),
      lock_(std::move(parts.lock)),
      state_(std::move(parts.state)),
      key_(std::move(parts.key)),
      service_(executor_, service_of(settings_), random_, log_),
      streams_(
          executor_,
          [this](std::unique_ptr<net::byte_stream> stream, std::shared_ptr<void> stranger) {
              return service_.run_stream(std::move(stream), std::move(stranger));
          },
          random_, log_),
      tasks_(executor_) {
    say("key", crypto::fingerprint(key_.public_part().blob()) + " (ed25519)");
}

result<void> standalone::listen() {
    hello_.token = settings_.token;
    hello_.software = settings_.software;
    hello_.host = settings_.host;
    const auto udp = listen_udp();
    if (!udp) return udp;
    if (settings_.tcp_port) {
        const auto tcp = listen_streams(*settings_.tcp_port, false, true);
        if (!tcp) return tcp;
    }
    return listen_streams(settings_.tls_port.value_or(usual_tls_port), true, settings_.tls_port.has_value());
}

result<void> standalone::listen_udp() {
    for (const auto& address : everywhere) {
        const auto done = service_.add_udp({address, settings_.udp_port});
        if (done) continue;
        // A machine may have no IPv6.
        if (address.is_v4() || done.error().code != errc::config) return done;
        log_.warning("no IPv6 here", {{"reason", done.error().text}});
    }
    hello_.udp = reached_at(settings_.udp_port);
    say("serving", "UDP " + std::to_string(settings_.udp_port));
    return {};
}

result<void> standalone::listen_streams(std::uint16_t port, bool is_tls, bool is_wanted) {
    std::optional<net::tls_server_context> context;
    if (is_tls) {
        const auto name = settings_.host.empty() ? std::string("relay") : settings_.host;
        auto made = net::tls_server_context::make_self_signed(name, key_.to_pem(), {std::string(protocol)});
        if (!made) return fail(made.error());
        context = std::move(*made);
    }
    for (const auto& address : everywhere) {
        const auto done = streams_.listen({address, port}, context);
        if (done) continue;
        if (address.is_v4() && is_wanted) return done;
        if (!address.is_v4() && done.error().code != errc::config) return done;
        log_.warning(is_tls ? "no TLS" : "no TCP", {{"reason", done.error().text}});
        if (address.is_v4()) return {};
    }
    (is_tls ? hello_.tls : hello_.tcp) = reached_at(port);
    say("serving", (is_tls ? "TLS " : "TCP ") + std::to_string(port));
    return {};
}

/// 0.0.0.0 stands for the address that the server sees.
std::vector<endpoint> standalone::reached_at(std::uint16_t port) const {
    if (settings_.addresses.empty()) return {{ip_address(), port}};
    std::vector<endpoint> out;
    for (const auto& address : settings_.addresses)
        out.push_back({address, port});
    return out;
}

fleet_link_settings standalone::link_settings() const {
    fleet_link_settings out;
    out.server = *state_.server;
    out.identity = state_.identity;
    out.nickname = machine_name();
    out.hello = hello_;
    auto proxy = net::proxy_from_environment();
    if (proxy) {
        out.proxy = std::move(*proxy);
    } else {
        log_.warning("the proxy is not used", {{"reason", proxy.error().text}});
    }
    return out;
}

fleet_link_listener standalone::listener() {
    return {
        [this](const store::pinned_server& server, node_id identity) { return keep(server, identity); },
        [this](const wire::relay_info& self, const crypto::public_key& server) { on_joined(self, server); },
        [this](const error& why) { on_offline(why); },
        [this] { return load(); },
    };
}

result<void> standalone::keep(const store::pinned_server& server, node_id identity) {
    state_.server = server;
    state_.identity = identity;
    return store::save_node_state(settings_.state, state_);
}

void standalone::on_joined(const wire::relay_info& self, const crypto::public_key& server) {
    service_.set_relay({.id = self.id, .server = server, .max_kbit = settings_.max_kbit});
    joined_as_ = self.name;
    last_problem_.clear();
    const auto name = self.name + (self.region.empty() ? "" : " in " + self.region);
    if (settings_.progress) {
        say("online", "relay " + name + " of " + state_.server->host);
    } else {
        log_.info("in the fleet", {{"relay", name}, {"number", std::to_string(self.id)}});
    }
}

void standalone::on_offline(const error& why) {
    if (why.text == last_problem_) return;
    last_problem_ = why.text;
    if (settings_.progress) {
        say("offline", why.text + (why.text.ends_with('.') ? "" : ".") + " Trying again.");
    } else {
        log_.warning("not connected to the server; trying again", {{"reason", why.text}});
    }
}

wire::relay_load standalone::load() const {
    const auto present = service_.statistics().relay;
    wire::relay_load out;
    out.bindings = static_cast<std::uint32_t>(present.bindings);
    out.kbit = present.kbit;
    if (present.is_full) out.full = true;
    return out;
}

void standalone::say(std::string_view label, const std::string& text) const {
    if (settings_.progress) settings_.progress(label, text);
}

asio::awaitable<result<void>> standalone::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    tasks_.spawn(service_.run());
    tasks_.spawn(streams_.run());
    auto outcome = co_await link_->run();
    tasks_.cancel();
    co_await tasks_.join();
    co_return std::move(outcome);
}

void standalone::stop() {
    link_->stop();
}

}  // namespace buri::relay
