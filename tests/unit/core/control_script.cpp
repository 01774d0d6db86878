#include "tests/unit/core/control_script.hpp"

#include "buri/wire/frame.hpp"
#include "buri/wire/handshake_messages.hpp"

namespace buri::test::control {
namespace {

constexpr node_id known_identity{0x64400001};
constexpr node_id new_identity{0x64400002};

core::server_host_keys new_host_keys(std::uint64_t seed) {
    seeded_random random(seed);
    return {crypto::identity_key::generate_ed25519(random), crypto::identity_key::generate_rsa(2048)};
}

crypto::identity_key new_ed25519(std::uint64_t seed) {
    seeded_random random(seed);
    return crypto::identity_key::generate_ed25519(random);
}

bool uses_rsa_server(const scenario& what) {
    return what.suite == suite_id::classic || what.has_rsa_server;
}

const crypto::identity_key& node_key_of(const scenario& what) {
    const bool is_rsa = what.suite == suite_id::classic || what.has_rsa_node;
    return node_key(is_rsa ? crypto::key_type::rsa : crypto::key_type::ed25519);
}

}  // namespace

const core::server_host_keys& host_keys() {
    static const auto made = new_host_keys(101);
    return made;
}

const core::server_host_keys& other_host_keys() {
    static const auto made = new_host_keys(102);
    return made;
}

const crypto::identity_key& node_key(crypto::key_type type) {
    static const auto ed25519 = new_ed25519(103);
    static const auto rsa = crypto::identity_key::generate_rsa(2048);
    return type == crypto::key_type::rsa ? rsa : ed25519;
}

std::string scenario::name() const {
    return std::string(describe(suite).name) + (registers ? ", registers" : "") +
           (asks_key ? ", asks for the key" : "") + (has_rsa_server ? ", RSA server" : "") +
           (has_rsa_node ? ", RSA node" : "");
}

std::vector<scenario> all_scenarios() {
    std::vector<scenario> out;
    for (const auto& suite : all_suites()) {
        for (const bool registers : {false, true}) {
            for (const bool asks_key : {false, true})
                out.push_back({suite.id, registers, asks_key});
        }
    }
    return out;
}

core::control_client_settings script::settings_of(const scenario& what) {
    core::control_client_settings settings;
    settings.suite = what.suite;
    const auto& key = uses_rsa_server(what) ? host_keys().rsa : host_keys().ed25519;
    settings.server.fingerprint = crypto::sha256(key.public_part().blob());
    if (!what.asks_key) settings.server.key = key.public_part().blob();
    if (!what.registers) settings.identity = known_identity;
    settings.nickname = "laptop";
    return settings;
}

script::script(const scenario& what, std::uint64_t seed)
    : script(what, settings_of(what), {suite_id::classic, suite_id::aes, suite_id::chacha}, seed) {}

script::script(const scenario& what, core::control_client_settings settings, std::vector<suite_id> allowed,
               std::uint64_t seed)
    : random_(seed) {
    const auto& key = node_key_of(what);
    accounts[known_identity] = key.public_part().blob();
    server_ = std::make_unique<core::control_server>(host_keys(), std::move(allowed), random_, logger(), now);
    if (what.asks_key && what.suite != suite_id::classic) {
        const wire::key_request request{{settings.server.fingerprint->begin(), settings.server.fingerprint->end()}};
        server_->on_bytes(wire::make_frame(0, wire::encode(request, what.suite)), now);
        while (server_->poll_output()) {
        }
    }
    node_ = std::make_unique<core::control_client>(std::move(settings), key, random_, logger(), now);
}

void script::run() {
    while (drain_node() || drain_server()) {
    }
}

void script::run_out() {
    run();
    now += core::control_client::handshake_timeout;
    node_->on_deadline(now);
    server_->on_deadline(now);
    run();
}

bool script::both_open() const {
    return node_open() && server_open();
}

std::optional<error> script::node_failure() const {
    const auto* const failed = find_event<core::channel_failed>(node_events);
    if (failed == nullptr) return std::nullopt;
    return failed->why;
}

std::optional<error> script::server_failure() const {
    const auto* const failed = find_event<core::channel_failed>(server_events);
    if (failed == nullptr) return std::nullopt;
    return failed->why;
}

bool script::drain_node() {
    bool any = false;
    while (auto output = node_->poll_output()) {
        any = true;
        if (auto* const sent = std::get_if<core::send_bytes>(&*output)) {
            carry(sender::node, std::move(sent->data));
        } else {
            node_events.push_back(std::move(*output));
        }
    }
    return any;
}

bool script::drain_server() {
    bool any = false;
    while (auto output = server_->poll_output()) {
        any = true;
        if (auto* const sent = std::get_if<core::send_bytes>(&*output)) {
            carry(sender::server, std::move(sent->data));
        } else {
            answer(*output);
            server_events.push_back(std::move(*output));
        }
    }
    return any;
}

void script::carry(sender from, bytes frame) {
    steps_.push_back({steps_.size(), from, std::move(frame)});
    const auto sent = steps_.back();
    now += travel;
    const auto pieces = on_wire ? on_wire(sent) : std::vector<bytes>{sent.frame};
    for (const auto& piece : pieces) {
        if (from == sender::node) {
            server_->on_bytes(piece, now);
        } else {
            node_->on_bytes(piece, now);
        }
    }
}

void script::answer(const core::control_server_output& event) {
    if (const auto* const wanted = std::get_if<core::registration_wanted>(&event)) {
        accounts[new_identity] = wanted->key;
        server_->on_registered(new_identity, now);
    }
    if (const auto* const wanted = std::get_if<core::account_wanted>(&event)) {
        const auto found = accounts.find(wanted->identity);
        if (found == accounts.end()) return server_->on_account_unknown(now);
        server_->on_account(found->second, now);
    }
}

}  // namespace buri::test::control
