#include "buri/core/control/control_server.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/control/refusals.hpp"
#include "buri/core/control/sealed_channel.hpp"
#include "buri/core/control/transcript.hpp"
#include "buri/crypto/key_agreement.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// KEY? answers are free for whoever asks; an honest node needs one, and one more to ask for the other key.
constexpr unsigned max_key_requests = 2;

std::string_view name_of(control_server_state state) {
    switch (state) {
        case control_server_state::greeting:
            return "greeting";
        case control_server_state::identifying:
            return "identifying";
        case control_server_state::registering:
            return "registering";
        case control_server_state::open:
            return "open";
        case control_server_state::failed:
            break;
    }
    return "failed";
}

/// The host key with this SHA-256 or SHA-1 fingerprint.
const crypto::identity_key* find_key(const server_host_keys& keys, byte_view fingerprint) {
    for (const auto* const key : {&keys.ed25519, &keys.rsa}) {
        const auto& blob = key->public_part().blob();
        if (std::ranges::equal(crypto::sha256(blob), fingerprint) ||
            std::ranges::equal(crypto::sha1(blob), fingerprint)) {
            return key;
        }
    }
    return nullptr;
}

error no_such_key() {
    return make_error(errc::server_key_mismatch, "this server has no key with the fingerprint that was named");
}

}  // namespace

struct control_server::parts {
    parts(const server_host_keys& own, std::vector<suite_id> allowed, random_source& randomness, logger to,
          time_point now)
        : keys(own),
          suites(std::move(allowed)),
          random(randomness),
          log(std::move(to)),
          deadline(now + handshake_timeout) {}

    const server_host_keys& keys;
    std::vector<suite_id> suites;
    random_source& random;
    logger log;
    time_point deadline;
    control_server_state state = control_server_state::greeting;
    wire::frame_reader frames;
    std::deque<control_server_output> outputs;

    unsigned key_requests = 0;
    std::optional<suite_id> suite;  ///< from a HELO that was accepted on
    const crypto::identity_key* own_key = nullptr;
    std::optional<transcript> signatures;
    std::optional<sealed_channel> channel;
    node_id registered;
    std::optional<wire::auth> checked;  ///< AUTH that waits for its account's key
    bytes auth_data;                    ///< and what its signature is over

    void on_frame(wire::frame frame);
    void on_message(const wire::control_message& message, byte_view payload);
    void on_key_request(const wire::key_request& request);
    void on_helo(const wire::helo& helo, byte_view payload);
    void on_register(const wire::register_account& request, byte_view payload);
    void on_auth(const wire::auth& request, byte_view payload);
    void accept(const wire::helo& helo, byte_view payload, const crypto::shared_secret& shared, byte_view dh);
    void check_account(byte_view key_blob);
    void open_channel();

    [[nodiscard]] suite_id present_suite() const { return suite.value_or(suite_id::aes); }
    bool expire(time_point now);
    void enter(control_server_state next);
    void refuse(const error& why) { refuse(why, why.text); }
    void refuse(const error& why, std::string_view told);
    void fail_with(error why);
    void send_clear(byte_view payload) { outputs.emplace_back(send_bytes{wire::make_frame(0, payload)}); }
    void send_sealed(byte_view payload);
};

void control_server::parts::on_frame(wire::frame frame) {
    byte_view payload = frame.payload();
    if (channel) {
        const auto opened = channel->open(frame);
        if (!opened) return fail_with(opened.error());
        payload = *opened;
    } else if (frame.id != 0) {
        return fail_with(make_error(errc::out_of_order, "a sealed message came before the keys were agreed on"));
    }
    const auto message = wire::parse_control_message(payload, present_suite());
    if (message) return on_message(*message, payload);
    if (message.error() == wire::parse_errc::unsupported_suite && !channel) {
        return refuse(not_understood(message.error()), suite_list(suites));
    }
    refuse(not_understood(message.error()));
}

/// The state alone tells whether a message was sealed: in `greeting` there is no channel, from then on nothing else.
void control_server::parts::on_message(const wire::control_message& message, byte_view payload) {
    using enum control_server_state;
    const bool is_free = state == identifying && !checked;
    const auto out_of_order = [&] { refuse(not_now(message)); };
    const auto visitor = overloaded{
        [&](const wire::key_request& request) { state == greeting ? on_key_request(request) : out_of_order(); },
        [&](const wire::helo& helo) { state == greeting ? on_helo(helo, payload) : out_of_order(); },
        [&](const wire::register_account& request) {
            is_free && !registered ? on_register(request, payload) : out_of_order();
        },
        [&](const wire::auth& request) { is_free ? on_auth(request, payload) : out_of_order(); },
        [&](const wire::control_err& given) {
            state == greeting ? out_of_order() : fail_with(from_err(given, channel_side::node));
        },
        [&](const wire::control_msg& received) {
            if (state != open) return out_of_order();
            outputs.emplace_back(message_received{received.cbor});
        },
        [&](const auto&) { out_of_order(); },
    };
    std::visit(visitor, message);
}

void control_server::parts::on_key_request(const wire::key_request& request) {
    if (++key_requests > max_key_requests) {
        return refuse(make_error(errc::too_many_requests, "KEY? was asked too often on one connection"));
    }
    const auto* const key =
        request.server_fingerprint.empty() ? &keys.ed25519 : find_key(keys, request.server_fingerprint);
    if (key == nullptr) return refuse(no_such_key());
    send_clear(wire::encode(wire::key_reply{key->public_part().blob()}, present_suite()));
}

void control_server::parts::on_helo(const wire::helo& helo, byte_view payload) {
    if (std::ranges::find(suites, helo.suite) == suites.end()) {
        return refuse(
            make_error(errc::suite_refused, "a node named the crypto suite " + std::string(describe(helo.suite).name) +
                                                ", which is not allowed here"),
            suite_list(suites));
    }
    const auto* const key = find_key(keys, helo.server_fingerprint);
    if (key == nullptr || !key->fits(helo.suite)) return refuse(no_such_key());
    const auto ephemeral = crypto::ephemeral_key::generate(helo.suite, random);
    const auto shared = ephemeral.agree(helo.dh);
    if (!shared) return refuse(make_error(errc::malformed, "HELO has a DH value that is not allowed"));
    own_key = key;
    accept(helo, payload, *shared, ephemeral.public_value());
}

void control_server::parts::accept(const wire::helo& helo, byte_view payload, const crypto::shared_secret& shared,
                                   byte_view dh) {
    suite = helo.suite;
    signatures.emplace(helo.suite);
    signatures->add(payload);
    wire::helo_ok answer;
    answer.nonce.resize(describe(helo.suite).nonce_size);
    random.fill(answer.nonce);
    answer.dh.assign(dh.begin(), dh.end());
    if (helo.suite != suite_id::classic) {
        answer.server_key = own_key->public_part().blob();
        answer.signature = own_key->sign(helo.suite, signatures->signed_data(signature_of::helo_ok, answer));
    }
    const auto answer_payload = wire::encode(answer, helo.suite);
    signatures->add(answer_payload);
    signatures->set_exchange(helo, answer);
    channel.emplace(control_keys(helo, payload, answer, shared), channel_side::server);
    enter(control_server_state::identifying);
    send_clear(answer_payload);
}

void control_server::parts::on_register(const wire::register_account& request, byte_view payload) {
    const auto key = crypto::public_key::from_blob(request.key);
    if (!key) return refuse(key.error());
    if (*suite == suite_id::classic && key->type() != crypto::key_type::rsa) {
        return refuse(make_error(errc::key_unsuitable, "the crypto suite classic needs an RSA identity key"));
    }
    if (const auto nickname = parse_nickname(request.nickname); !nickname) return refuse(nickname.error());
    signatures->add(payload);
    enter(control_server_state::registering);
    outputs.emplace_back(registration_wanted{request.key, request.nickname});
}

void control_server::parts::on_auth(const wire::auth& request, byte_view payload) {
    if (registered && request.identity != registered) {
        return refuse(make_error(errc::auth_failed, "AUTH names another account than the one just registered"));
    }
    checked = request;
    auth_data = signatures->signed_data(signature_of::auth, request);
    signatures->add(payload);
    outputs.emplace_back(account_wanted{request.identity});
}

void control_server::parts::check_account(byte_view key_blob) {
    const auto key = crypto::public_key::from_blob(key_blob);
    if (!key) return refuse(make_error(errc::internal, "the key that is kept for this account cannot be read"));
    if (*suite == suite_id::classic && key->type() != crypto::key_type::rsa) {
        return refuse(make_error(errc::key_unsuitable, "the crypto suite classic needs an RSA identity key"));
    }
    if (!key->verify(*suite, auth_data, checked->signature)) {
        return refuse(make_error(errc::auth_failed, "the signature does not match the key of the account " +
                                                        to_string(checked->identity) +
                                                        "; was this node's key exchanged for another?"));
    }
    open_channel();
}

void control_server::parts::open_channel() {
    wire::auth_ok answer;
    answer.signature = own_key->sign(*suite, signatures->signed_data(signature_of::auth_ok, answer));
    send_sealed(wire::encode(answer, *suite));
    const auto identity = checked->identity;
    checked.reset();
    signatures.reset();
    deadline = never;
    frames.set_limit(wire::max_frame);
    enter(control_server_state::open);
    outputs.emplace_back(node_authenticated{identity});
}

bool control_server::parts::expire(time_point now) {
    if (now < deadline) return false;
    fail_with(make_error(errc::timed_out, "the node did not finish the handshake within 10 seconds"));
    return true;
}

void control_server::parts::enter(control_server_state next) {
    log.debug("control channel of the server", {{"state", std::string(name_of(next))}});
    state = next;
}

/// Tells the other side, and is done with it.
void control_server::parts::refuse(const error& why, std::string_view told) {
    const auto code = static_cast<std::uint16_t>(why.code);
    if (channel) {
        send_sealed(wire::encode(wire::control_err{code, std::string(told)}, present_suite()));
    } else {
        send_clear(wire::encode(wire::helo_err{code, std::string(told)}, present_suite()));
    }
    fail_with(why);
}

void control_server::parts::fail_with(error why) {
    if (state == control_server_state::failed) return;
    log.debug("control channel of the server failed", {{"error", why.text}});
    state = control_server_state::failed;
    deadline = never;
    channel.reset();
    outputs.emplace_back(channel_failed{std::move(why)});
}

void control_server::parts::send_sealed(byte_view payload) {
    auto raw = channel->seal(payload);
    if (!raw) return fail_with(std::move(raw.error()));
    outputs.emplace_back(send_bytes{std::move(*raw)});
}

control_server::control_server(const server_host_keys& keys, std::vector<suite_id> suites, random_source& random,
                               logger log, time_point now)
    : parts_(std::make_unique<parts>(keys, std::move(suites), random, std::move(log), now)) {}

control_server::~control_server() = default;

void control_server::on_bytes(byte_view data, time_point now) {
    auto& self = *parts_;
    if (self.state == control_server_state::failed || self.expire(now)) return;
    self.frames.feed(data);
    while (self.state != control_server_state::failed) {
        auto frame = self.frames.next();
        if (!frame) break;
        self.on_frame(std::move(*frame));
    }
    if (self.frames.is_broken())
        self.fail_with(make_error(errc::malformed, "a frame of an impossible size came from the node"));
}

void control_server::on_registered(node_id identity, time_point now) {
    auto& self = *parts_;
    if (self.expire(now) || self.state != control_server_state::registering) return;
    const auto payload = wire::encode(wire::register_ok{identity}, *self.suite);
    self.signatures->add(payload);
    self.registered = identity;
    self.enter(control_server_state::identifying);
    self.send_sealed(payload);
}

void control_server::on_registration_refused(const error& why, time_point now) {
    auto& self = *parts_;
    if (self.expire(now) || self.state != control_server_state::registering) return;
    self.refuse(why);
}

void control_server::on_account(byte_view key_blob, time_point now) {
    auto& self = *parts_;
    if (self.expire(now) || self.state != control_server_state::identifying || !self.checked) return;
    self.check_account(key_blob);
}

void control_server::on_account_unknown(time_point now) {
    auto& self = *parts_;
    if (self.expire(now) || self.state != control_server_state::identifying || !self.checked) return;
    self.refuse(make_error(errc::account_unknown, "this server has no account " + to_string(self.checked->identity)));
}

void control_server::on_deadline(time_point now) {
    parts_->expire(now);
}

time_point control_server::next_deadline() const {
    return parts_->deadline;
}

void control_server::send(byte_view cbor) {
    if (parts_->state != control_server_state::open) return;
    parts_->send_sealed(wire::encode(wire::control_msg{{cbor.begin(), cbor.end()}}, *parts_->suite));
}

std::optional<control_server_output> control_server::poll_output() {
    auto& outputs = parts_->outputs;
    if (outputs.empty()) return std::nullopt;
    std::optional<control_server_output> next(std::move(outputs.front()));
    outputs.pop_front();
    return next;
}

control_server_state control_server::state() const {
    return parts_->state;
}

std::optional<suite_id> control_server::suite() const {
    return parts_->suite;
}

}  // namespace buri::core
