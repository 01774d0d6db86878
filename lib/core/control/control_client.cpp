#include "buri/core/control/control_client.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/control/refusals.hpp"
#include "buri/core/control/sealed_channel.hpp"
#include "buri/core/control/transcript.hpp"
#include "buri/crypto/key_agreement.hpp"

namespace buri::core {
namespace {

std::string_view name_of(control_client_state state) {
    switch (state) {
        case control_client_state::asking_key:
            return "asking_key";
        case control_client_state::greeting:
            return "greeting";
        case control_client_state::proven:
            return "proven";
        case control_client_state::registering:
            return "registering";
        case control_client_state::authenticating:
            return "authenticating";
        case control_client_state::open:
            return "open";
        case control_client_state::failed:
            break;
    }
    return "failed";
}

}  // namespace

struct control_client::parts {
    parts(control_client_settings with, const crypto::identity_key& own, random_source& randomness, logger to,
          time_point now)
        : settings(std::move(with)),
          key(own),
          random(randomness),
          log(std::move(to)),
          deadline(now + handshake_timeout),
          signatures(settings.suite) {}

    control_client_settings settings;
    const crypto::identity_key& key;
    random_source& random;
    logger log;
    time_point deadline;
    control_client_state state = control_client_state::greeting;
    wire::frame_reader frames;
    std::deque<control_client_output> outputs;

    transcript signatures;
    wire::helo helo;
    bytes helo_payload;
    std::optional<crypto::ephemeral_key> ephemeral;
    std::optional<crypto::public_key> server_key;
    std::optional<sealed_channel> channel;
    bool has_answered_key = false;  ///< ask_key_only: all is done

    void start();
    [[nodiscard]] std::optional<error> unusable_settings() const;
    bool take_server_key(byte_view blob);
    void greet();
    void enter_account();
    void register_account();
    void authenticate();

    void on_frame(wire::frame frame);
    void on_key(const wire::key_reply& reply);
    void on_helo_ok(const wire::helo_ok& answer, byte_view payload);
    void on_register_ok(const wire::register_ok& answer, byte_view payload);
    void on_auth_ok(const wire::auth_ok& answer);
    void on_message(const wire::control_message& message, byte_view payload);

    void enter(control_client_state next);
    void fail_with(error why);
    void send_clear(byte_view payload) { outputs.emplace_back(send_bytes{wire::make_frame(0, payload)}); }
    void send_sealed(byte_view payload);
};

void control_client::parts::start() {
    if (auto problem = unusable_settings()) return fail_with(std::move(*problem));
    auto& server = settings.server;
    if (server.key && !server.fingerprint) server.fingerprint = crypto::sha256(*server.key);
    if (settings.ask_key_only || (settings.suite == suite_id::classic && !server.key)) {
        wire::key_request request;
        if (server.fingerprint)
            request.server_fingerprint.assign(server.fingerprint->begin(), server.fingerprint->end());
        enter(control_client_state::asking_key);
        return send_clear(wire::encode(request, settings.suite));
    }
    if (settings.suite == suite_id::classic && !take_server_key(*server.key)) return;
    greet();
}

std::optional<error> control_client::parts::unusable_settings() const {
    const auto& server = settings.server;
    if (server.key && server.fingerprint && crypto::sha256(*server.key) != *server.fingerprint) {
        return make_error(errc::server_key_changed,
                          "the key that is pinned here is not the one with the fingerprint that was named, SHA256:" +
                              to_base64(*server.fingerprint));
    }
    if (settings.ask_key_only) return std::nullopt;
    if (!server.key && !server.fingerprint) {
        return make_error(errc::server_key_unknown,
                          "the key of the mediation server is not known here, so it cannot be trusted; name its "
                          "fingerprint with 'vpn up --server HOST#SHA256:…'");
    }
    if (!key.fits(settings.suite)) {
        return make_error(errc::key_unsuitable, "the crypto suite " + std::string(describe(settings.suite).name) +
                                                    " needs an RSA identity key, and this node's is " +
                                                    std::string(crypto::to_string(key.type())) +
                                                    "; choose another suite, or key_type = \"rsa\" for a new node");
    }
    return std::nullopt;
}

/// False, and failed, if the key cannot be the server's in this suite.
bool control_client::parts::take_server_key(byte_view blob) {
    auto parsed = crypto::public_key::from_blob(blob);
    if (!parsed) {
        fail_with(
            make_error(errc::key_unsuitable, "the mediation server's key cannot be used: " + parsed.error().text));
        return false;
    }
    if (settings.suite == suite_id::classic && parsed->type() != crypto::key_type::rsa) {
        fail_with(make_error(errc::key_unsuitable,
                             "the crypto suite classic needs the mediation server's RSA key, and the one named here is "
                             "Ed25519; name the RSA key's fingerprint with 'vpn up --server HOST#SHA256:…'"));
        return false;
    }
    server_key = std::move(*parsed);
    return true;
}

void control_client::parts::greet() {
    const auto& sizes = describe(settings.suite);
    helo.suite = settings.suite;
    if (settings.suite == suite_id::classic) {
        const auto digest = crypto::sha1(server_key->blob());
        helo.server_fingerprint.assign(digest.begin(), digest.end());
    } else {
        helo.server_fingerprint.assign(settings.server.fingerprint->begin(), settings.server.fingerprint->end());
    }
    helo.nonce.resize(sizes.nonce_size);
    random.fill(helo.nonce);
    ephemeral = crypto::ephemeral_key::generate(settings.suite, random);
    const auto dh = ephemeral->public_value();
    helo.dh.assign(dh.begin(), dh.end());
    helo_payload = wire::encode(helo, settings.suite);
    signatures.add(helo_payload);
    enter(control_client_state::greeting);
    send_clear(helo_payload);
}

void control_client::parts::enter_account() {
    if (settings.identity) return authenticate();
    register_account();
}

void control_client::parts::register_account() {
    const wire::register_account request{key.public_part().blob(), settings.nickname};
    const auto payload = wire::encode(request, settings.suite);
    signatures.add(payload);
    enter(control_client_state::registering);
    send_sealed(payload);
}

void control_client::parts::authenticate() {
    wire::auth request{settings.identity, {}};
    request.signature = key.sign(settings.suite, signatures.signed_data(signature_of::auth, request));
    const auto payload = wire::encode(request, settings.suite);
    signatures.add(payload);
    enter(control_client_state::authenticating);
    send_sealed(payload);
}

void control_client::parts::on_frame(wire::frame frame) {
    byte_view payload = frame.payload();
    if (channel) {
        const auto opened = channel->open(frame);
        if (!opened) return fail_with(opened.error());
        payload = *opened;
    } else if (frame.id != 0) {
        return fail_with(make_error(errc::out_of_order, "a sealed message came before the keys were agreed on"));
    }
    const auto message = wire::parse_control_message(payload, settings.suite);
    if (!message) return fail_with(not_understood(message.error()));
    on_message(*message, payload);
}

/// The state alone tells whether a message was sealed: before `registering` there is no channel, from then on nothing
/// else.
void control_client::parts::on_message(const wire::control_message& message, byte_view payload) {
    using enum control_client_state;
    const bool is_greeting = state == greeting || state == asking_key;
    const auto refuse = [&] { fail_with(not_now(message)); };
    const auto visitor = overloaded{
        [&](const wire::key_reply& reply) { state == asking_key && !has_answered_key ? on_key(reply) : refuse(); },
        [&](const wire::helo_ok& answer) { state == greeting ? on_helo_ok(answer, payload) : refuse(); },
        [&](const wire::helo_err& answer) {
            is_greeting && !has_answered_key ? fail_with(from_helo_err(answer, settings)) : refuse();
        },
        [&](const wire::register_ok& answer) { state == registering ? on_register_ok(answer, payload) : refuse(); },
        [&](const wire::auth_ok& answer) { state == authenticating ? on_auth_ok(answer) : refuse(); },
        [&](const wire::control_err& answer) {
            is_greeting ? refuse() : fail_with(from_err(answer, channel_side::server));
        },
        [&](const wire::control_msg& received) {
            if (state != open) return refuse();
            outputs.emplace_back(message_received{received.cbor});
        },
        [&](const auto&) { refuse(); },
    };
    std::visit(visitor, message);
}

void control_client::parts::on_key(const wire::key_reply& reply) {
    const auto& named = settings.server.fingerprint;
    if (named && crypto::sha256(reply.server_key) != *named) {
        return fail_with(wrong_server_key(reply.server_key, settings));
    }
    if (!take_server_key(reply.server_key)) return;
    outputs.emplace_back(server_key_learned{reply.server_key});
    if (settings.ask_key_only) {
        has_answered_key = true;
        deadline = never;
        return;
    }
    greet();
}

void control_client::parts::on_helo_ok(const wire::helo_ok& answer, byte_view payload) {
    if (settings.suite != suite_id::classic) {
        if (crypto::sha256(answer.server_key) != *settings.server.fingerprint) {
            return fail_with(wrong_server_key(answer.server_key, settings));
        }
        if (!take_server_key(answer.server_key)) return;
        // Before anything is told: who the node is, or what it wants.
        if (!server_key->verify(settings.suite, signatures.signed_data(signature_of::helo_ok, answer),
                                answer.signature)) {
            return fail_with(make_error(errc::server_key_mismatch,
                                        "the mediation server did not prove that it has its key, or the greeting was "
                                        "changed on its way; another machine may answer in its place"));
        }
        if (!settings.server.key) outputs.emplace_back(server_key_learned{answer.server_key});
    }
    const auto shared = ephemeral->agree(answer.dh);
    if (!shared)
        return fail_with(make_error(errc::malformed, "the mediation server sent a DH value that is not allowed"));
    signatures.add(payload);
    signatures.set_exchange(helo, answer);
    channel.emplace(control_keys(helo, helo_payload, answer, *shared), channel_side::node);
    ephemeral.reset();
    if (!settings.wait_when_proven) return enter_account();
    enter(control_client_state::proven);
    outputs.emplace_back(server_proven{});
}

void control_client::parts::on_register_ok(const wire::register_ok& answer, byte_view payload) {
    if (!answer.identity) return fail_with(make_error(errc::malformed, "the mediation server gave no address"));
    signatures.add(payload);
    settings.identity = answer.identity;
    outputs.emplace_back(identity_given{answer.identity});
    authenticate();
}

void control_client::parts::on_auth_ok(const wire::auth_ok& answer) {
    if (!server_key->verify(settings.suite, signatures.signed_data(signature_of::auth_ok, answer), answer.signature)) {
        return fail_with(
            make_error(errc::server_key_mismatch,
                       "the mediation server did not prove that it has its key; another machine may answer "
                       "in its place"));
    }
    deadline = never;
    frames.set_limit(wire::max_frame);
    enter(control_client_state::open);
    outputs.emplace_back(channel_open{});
}

void control_client::parts::enter(control_client_state next) {
    log.debug("control channel of the node", {{"state", std::string(name_of(next))}});
    state = next;
}

void control_client::parts::fail_with(error why) {
    if (state == control_client_state::failed) return;
    log.debug("control channel of the node failed", {{"error", why.text}});
    state = control_client_state::failed;
    deadline = never;
    ephemeral.reset();
    channel.reset();
    outputs.emplace_back(channel_failed{std::move(why)});
}

void control_client::parts::send_sealed(byte_view payload) {
    auto raw = channel->seal(payload);
    if (!raw) return fail_with(std::move(raw.error()));
    outputs.emplace_back(send_bytes{std::move(*raw)});
}

control_client::control_client(control_client_settings settings, const crypto::identity_key& key, random_source& random,
                               logger log, time_point now)
    : parts_(std::make_unique<parts>(std::move(settings), key, random, std::move(log), now)) {
    parts_->start();
}

control_client::~control_client() = default;

void control_client::on_bytes(byte_view data, time_point now) {
    on_deadline(now);
    auto& self = *parts_;
    if (self.state == control_client_state::failed) return;
    self.frames.feed(data);
    while (self.state != control_client_state::failed) {
        auto frame = self.frames.next();
        if (!frame) break;
        self.on_frame(std::move(*frame));
    }
    if (self.frames.is_broken())
        self.fail_with(make_error(errc::malformed, "a frame of an impossible size came from the server"));
}

void control_client::on_deadline(time_point now) {
    if (now < parts_->deadline) return;
    parts_->fail_with(
        make_error(errc::timed_out, "the mediation server did not finish the handshake within 10 seconds"));
}

time_point control_client::next_deadline() const {
    return parts_->deadline;
}

void control_client::proceed() {
    if (parts_->state == control_client_state::proven) parts_->enter_account();
}

void control_client::send(byte_view cbor) {
    if (parts_->state != control_client_state::open) return;
    parts_->send_sealed(wire::encode(wire::control_msg{{cbor.begin(), cbor.end()}}, parts_->settings.suite));
}

std::optional<control_client_output> control_client::poll_output() {
    auto& outputs = parts_->outputs;
    if (outputs.empty()) return std::nullopt;
    std::optional<control_client_output> next(std::move(outputs.front()));
    outputs.pop_front();
    return next;
}

control_client_state control_client::state() const {
    return parts_->state;
}

}  // namespace buri::core
