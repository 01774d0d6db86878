// From a state directory to a node that is ready to run.
#include "buri/crypto/aead_backend.hpp"
#include "buri/net/proxy.hpp"
#include "buri/node/node.hpp"
#include "buri/node/opened.hpp"
#include "buri/node/usable_suites.hpp"
#include "buri/store/files.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace buri::node {
namespace {

/// What the user named now, with what is pinned already. A new key for the same place is the user's decision, made by
/// naming it; another key at another place is another server, and this node's account is not there.
result<store::pinned_server> choose_server(const options& from, const store::node_state& state) {
    if (!from.server && !state.server) {
        return fail(errc::usage,
                    "no server is known in " + from.state.string() +
                        ". Name it: 'vpn up --server HOST#SHA256:…', as 'vpn server init' printed it on the server.");
    }
    if (!from.server) return *state.server;
    auto wanted = *from.server;
    if (!state.server) return wanted;
    const auto& pinned = *state.server;
    const bool is_same_place = wanted.host == pinned.host && wanted.port == pinned.port;
    const bool is_same_key = wanted.fingerprint == pinned.fingerprint;
    if (is_same_place && (wanted.fingerprint.empty() || is_same_key)) return pinned;
    if (is_same_key) {
        wanted.key_blob = pinned.key_blob;
        return wanted;
    }
    if (!state.identity || (is_same_place && !wanted.fingerprint.empty())) return wanted;
    return fail(errc::server_key_changed,
                from.state.string() + " belongs to the server '" + pinned.host + "' with the key " +
                    pinned.fingerprint + ", and " +
                    (wanted.fingerprint.empty() ? "no key" : "the key " + wanted.fingerprint) + " was named for '" +
                    wanted.host + "'. For another server use another --state directory.");
}

/// The configuration's, or the environment's. What is wrong with the latter must not keep a node from its other ways.
std::optional<proxy_settings> choose_proxy(const store::node_config& config, const logger& log) {
    if (config.proxy || !config.environment_proxy) return config.proxy;
    auto found = net::proxy_from_environment();
    if (found) return std::move(*found);
    log.warning("the proxy is not used", {{"reason", found.error().text}});
    return std::nullopt;
}

std::string machine_nickname() {
    std::array<char, 256> name{};
    const bool known = ::gethostname(name.data(), name.size() - 1) == 0;
    const std::string_view host = known ? std::string_view(name.data()) : "node";
    return nickname_from(host.substr(0, host.find('.')));
}

result<udp::datagram_socket> open_port(std::uint16_t wanted, bool is_free_choice, random_source& random) {
    constexpr std::uint16_t first = 32768;
    constexpr std::uint16_t last = 60999;
    for (int tries = 0;; ++tries) {
        const auto port = is_free_choice ? static_cast<std::uint16_t>(first + random.below(last - first + 1)) : wanted;
        auto socket = udp::datagram_socket::open(port);
        if (socket || !is_free_choice || socket.error().code != errc::port_in_use || tries == 20) return socket;
    }
}

/// The same after each start, so that what was mapped before is renewed.
bytes mapping_secret(const crypto::identity_key& key) {
    const auto pem = key.to_pem();
    const auto made = crypto::sha256(as_bytes("buri port mapping" + pem));
    return {made.begin(), made.end()};
}

core::node_settings settings_from(const options& from) {
    core::node_settings settings;
    settings.suites = from.config.suites;
    settings.software = from.software;
    settings.allow_unencrypted = from.config.allow_unencrypted;
    settings.mtu = from.config.mtu;
    settings.may_spray = from.config.spray;
    return settings;
}

void tell_who_seals(const logger& log) {
    const auto& aes = crypto::backend_of(suite_id::aes);
    const auto& chacha = crypto::backend_of(suite_id::chacha);
    log.debug("sealing", {{"aes", std::string(aes.name)}, {"chacha", std::string(chacha.name)}});
    if (aes.has_failed_test || chacha.has_failed_test) {
        log.warning(
            "ipsec-mb gave wrong results in its self-test on this processor: OpenSSL is used instead, which is slower");
    }
}

}  // namespace

result<std::unique_ptr<node>> node::open(asio::io_context& context, options from) {
    if (from.config.suites.empty()) from.config.suites = usual_suites();
    crypto::system_random random;
    const auto made = store::make_directory(from.state, 0750);
    if (!made) return fail(made.error());
    auto lock = store::state_lock::acquire(from.state);
    if (!lock) return fail(lock.error());
    auto state = store::load_node_state(from.state);
    if (!state) return fail(state.error());
    auto server = choose_server(from, *state);
    if (!server) return fail(server.error());
    const bool is_kept = state->server == *server;
    // The account belongs to the node's key: a server that has it gives the same address again.
    if (state->server && state->server->fingerprint != server->fingerprint) state->identity = {};
    state->server = std::move(*server);
    auto self = identity::open(from.state, from.config.key_type, from.key_type, random);
    if (!self) return fail(self.error());
    const auto suite = first_usable(from.config.suites, self->key());
    if (!suite) return fail(suite.error());
    const auto wanted_port = from.config.port != 0 ? from.config.port : state->udp_port;
    auto socket = open_port(wanted_port, wanted_port == 0, random);
    if (!socket) return fail(socket.error());
    state->udp_port = socket->port();
    auto tun = dataplane::tun_device::open(from.config.interface);
    if (!tun) return fail(tun.error());
    auto watch = net::address_watch::open(context.get_executor());
    if (!watch) return fail(watch.error());
    auto nickname = from.config.nickname.value_or(machine_nickname());
    opened parts{std::move(*lock),   std::move(*state), is_kept,           std::move(*self),   *suite,
                 std::move(*socket), std::move(*tun),   std::move(*watch), std::move(nickname)};
    return std::unique_ptr<node>(new node(context, std::move(from), std::move(parts)));
}

node::node(asio::io_context& context, options from, opened parts)
    : context_(context),
      options_(std::move(from)),
      log_(options_.log),
      lock_(std::move(parts.lock)),
      state_(std::move(parts.state)),
      identity_(std::move(parts.self)),
      machine_(settings_from(options_), identity_.key(), random_, log_),
      interface_(parts.tun.name(), options_.config.mtu, log_),
      watch_(std::move(parts.watch)),
      reports_wait_(context.get_executor()),
      udp_port_(parts.socket.port()),
      plane_(std::make_unique<dataplane::plane>(
          std::move(parts.tun), std::move(parts.socket), [this] { reports_wait_.notify(); }, log_)),
      links_([this](dataplane::command what) { plane_->post(std::move(what)); }),
      proxy_(choose_proxy(options_.config, log_)),
      channels_(context.get_executor(), proxy_, log_, channel_events()),
      mapper_(context.get_executor(), random_, {mapping_secret(identity_.key()), interface_.name()}, log_,
              [this](const auto& present) { on_port_mappings(present); }),
      link_(context.get_executor(), identity_.key(), random_, log_),
      timer_(context.get_executor()),
      tasks_(context.get_executor()),
      requests_(context.get_executor()),
      echoes_(context.get_executor()),
      changed_(context.get_executor()),
      retry_(context),
      suite_(parts.suite),
      initial_nickname_(std::move(parts.nickname)),
      kept_server_(parts.is_kept) {
    link_listener_ = {
        [this](bytes blob) { return on_server_key(std::move(blob)); },
        [this](node_id given) { return on_identity(given); },
        [this] { on_open(); },
        [this](byte_view cbor) { on_message(cbor); },
    };
    tell_who_seals(log_);
    say("key", std::string(identity_.is_made() ? "made  " : "") + fingerprint() + " (" +
                   std::string(to_string(identity_.key().type())) + ")");
}

const std::string& node::nickname() const {
    if (!machine_.nickname().empty()) return machine_.nickname();
    return initial_nickname_;
}

std::string node::fingerprint() const {
    return crypto::fingerprint(identity_.key().public_part().blob());
}

}  // namespace buri::node
