// Every reason not to go on has its own error and sentence, at both ends.
#include "tests/unit/core/control_by_hand.hpp"
#include "tests/unit/core/control_script.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

using Catch::Contains;

bytes other_key() {
    return other_host_keys().ed25519.public_part().blob();
}

void check_failures(script& channel, errc at_node, errc at_server, std::string_view text) {
    channel.run();
    REQUIRE(channel.node_failure());
    REQUIRE(channel.server_failure());
    CHECK(channel.node_failure()->code == at_node);
    CHECK(channel.server_failure()->code == at_server);
    CHECK_THAT(channel.node_failure()->text, Contains(std::string(text)));
    CHECK(channel.node().next_deadline() == never);
    CHECK(channel.server().next_deadline() == never);
}

/// Our node with a server that answers its HELO with any frame.
error answer_helo(const core::control_client_settings& settings, byte_view frame) {
    seeded_random random(5);
    core::control_client node(settings, node_key(crypto::key_type::ed25519), random, logger(), time_point{});
    node.on_bytes(frame, time_point{});
    std::optional<error> why;
    while (auto output = node.poll_output()) {
        if (auto* const failed = std::get_if<core::channel_failed>(&*output)) why = failed->why;
    }
    REQUIRE(why);
    return *why;
}

bytes helo_err(errc code, std::string_view text) {
    return clear_frame(joined({number(0x03, 1), number(static_cast<std::uint16_t>(code), 2), var(as_bytes(text))}));
}

error first_failure(core::control_client_settings settings, const crypto::identity_key& key) {
    seeded_random random(5);
    core::control_client node(std::move(settings), key, random, logger(), time_point{});
    CHECK(node.state() == core::control_client_state::failed);
    const auto output = node.poll_output();
    REQUIRE(output);
    CHECK_FALSE(node.poll_output());
    return std::get<core::channel_failed>(*output).why;
}

}  // namespace

TEST_CASE("a fingerprint that the server does not have is a mismatch, or an alarm if the key was pinned") {
    for (const auto suite : {suite_id::classic, suite_id::aes, suite_id::chacha}) {
        const scenario what{suite, true, true};
        auto settings = script::settings_of(what);
        const auto& wrong = suite == suite_id::classic ? other_host_keys().rsa : other_host_keys().ed25519;
        settings.server.fingerprint = crypto::sha256(wrong.public_part().blob());
        script named({suite, true}, settings, {suite});
        check_failures(named, errc::server_key_mismatch, errc::server_key_mismatch,
                       "SHA256:" + to_base64(*settings.server.fingerprint));
        settings.server.key = wrong.public_part().blob();
        script pinned({suite, true}, settings, {suite});
        check_failures(pinned, errc::server_key_changed, errc::server_key_mismatch, "vpn up --server HOST#SHA256:");
    }
}

TEST_CASE("a server that shows another key than the named or pinned one is refused before the node tells its name") {
    const bool is_pinned = GENERATE(false, true);
    core::control_client_settings settings;
    settings.server.fingerprint = crypto::sha256(host_keys().ed25519.public_part().blob());
    if (is_pinned) settings.server.key = host_keys().ed25519.public_part().blob();
    seeded_random random(5);
    core::control_client node(settings, node_key(crypto::key_type::ed25519), random, logger(), time_point{});
    hand_end server(suite_id::aes);
    server.take_helo(std::get<core::send_bytes>(*node.poll_output()).data, host_keys().ed25519.public_part().blob());
    node.on_bytes(server.helo_ok(other_host_keys().ed25519), time_point{});
    const auto output = node.poll_output();
    REQUIRE(output);
    const auto& why = std::get<core::channel_failed>(*output).why;
    CHECK(why.code == (is_pinned ? errc::server_key_changed : errc::server_key_mismatch));
    CHECK_THAT(why.text, Contains(crypto::fingerprint(other_key())));
    CHECK_THAT(why.text, Contains(crypto::fingerprint(host_keys().ed25519.public_part().blob())));
    CHECK_FALSE(node.poll_output());
}

TEST_CASE("a KEY that does not have the fingerprint is refused") {
    core::control_client_settings settings;
    settings.suite = suite_id::classic;
    settings.ask_key_only = true;
    settings.server.fingerprint = crypto::sha256(host_keys().rsa.public_part().blob());
    const auto why = answer_helo(settings, clear_frame(joined({number(0x05, 1), var(other_key())})));
    CHECK(why.code == errc::server_key_mismatch);
    CHECK_THAT(why.text, Contains(crypto::fingerprint(other_key())));
}

TEST_CASE("what cannot work is said before a byte is sent") {
    const auto& ed25519 = node_key(crypto::key_type::ed25519);
    const auto& rsa = node_key(crypto::key_type::rsa);
    core::control_client_settings settings;
    settings.identity = node_id{1};
    CHECK(first_failure(settings, ed25519).code == errc::server_key_unknown);
    settings.suite = suite_id::classic;
    CHECK(first_failure(settings, rsa).code == errc::server_key_unknown);
    settings.server.fingerprint = crypto::sha256(host_keys().ed25519.public_part().blob());
    CHECK(first_failure(settings, ed25519).code == errc::key_unsuitable);
    settings.server.key = host_keys().ed25519.public_part().blob();
    const auto needs_rsa = first_failure(settings, rsa);
    CHECK(needs_rsa.code == errc::key_unsuitable);
    CHECK_THAT(needs_rsa.text, Contains("RSA"));
    settings.server.key = other_key();
    CHECK(first_failure(settings, rsa).code == errc::server_key_changed);
}

TEST_CASE("a suite that the server does not allow is refused with the list that it accepts") {
    const scenario what{suite_id::chacha};
    script channel(what, script::settings_of(what), {suite_id::classic, suite_id::aes});
    check_failures(channel, errc::suite_refused, errc::suite_refused, "it accepts classic, aes");
    CHECK_THAT(channel.node_failure()->text, Contains("chacha"));
    CHECK(to_string(byte_view(channel.steps().back().frame).last(3)) == "1,2");
}

TEST_CASE("a suite that this version does not know is refused with the list as well") {
    const scenario what{suite_id::aes};
    for (const std::uint8_t unknown : bytes{0, 4, 5, 255}) {
        script channel(what);
        channel.on_wire = [&](const step& sent) {
            auto frame = sent.frame;
            if (sent.number == 0) frame[10] = unknown;
            return std::vector<bytes>{frame};
        };
        check_failures(channel, errc::suite_refused, errc::suite_refused, "it accepts classic, aes, chacha");
    }
}

TEST_CASE("another version of the protocol is told which one is spoken") {
    script channel({suite_id::aes});
    channel.on_wire = [](const step& sent) {
        auto frame = sent.frame;
        if (sent.number == 0) frame[9] = 2;
        return std::vector<bytes>{frame};
    };
    check_failures(channel, errc::malformed, errc::malformed, "version 1");
}

TEST_CASE("an account that the server does not know, and a key that is not the account's, are told apart") {
    for (const auto suite : {suite_id::classic, suite_id::aes, suite_id::chacha}) {
        script unknown({suite});
        unknown.accounts.clear();
        check_failures(unknown, errc::account_unknown, errc::account_unknown, "100.64.0.1");
        script wrong({suite});
        wrong.accounts.begin()->second = host_keys().rsa.public_part().blob();
        check_failures(wrong, errc::auth_failed, errc::auth_failed, "key of the account 100.64.0.1");
    }
}

TEST_CASE("an account with an Ed25519 key cannot use suite 1") {
    script channel({suite_id::classic});
    channel.accounts.begin()->second = other_key();
    check_failures(channel, errc::key_unsuitable, errc::key_unsuitable, "RSA");
}

TEST_CASE("a registration that the driver refuses, or with a bad nickname, is told to the node") {
    scenario what{suite_id::aes, true};
    auto settings = script::settings_of(what);
    settings.nickname = "-no-";
    script channel(what, settings, {suite_id::aes});
    check_failures(channel, errc::nickname_invalid, errc::nickname_invalid, "nickname");

    seeded_random random(5);
    core::control_server server(host_keys(), {suite_id::aes}, random, logger(), time_point{});
    core::control_client node(script::settings_of(what), node_key(crypto::key_type::ed25519), random, logger(),
                              time_point{});
    server.on_bytes(std::get<core::send_bytes>(*node.poll_output()).data, time_point{});
    node.on_bytes(std::get<core::send_bytes>(*server.poll_output()).data, time_point{});
    server.on_bytes(std::get<core::send_bytes>(*node.poll_output()).data, time_point{});
    server.on_registration_refused(make_error(errc::pool_exhausted), time_point{});
    CHECK(std::holds_alternative<core::registration_wanted>(*server.poll_output()));
    node.on_bytes(std::get<core::send_bytes>(*server.poll_output()).data, time_point{});
    CHECK(std::get<core::channel_failed>(*server.poll_output()).why.code == errc::pool_exhausted);
    CHECK(std::get<core::channel_failed>(*node.poll_output()).why.code == errc::pool_exhausted);
}

TEST_CASE("HELO ERR is not authenticated, so none of its bytes reach a terminal as they are") {
    const auto settings = script::settings_of({suite_id::aes});
    const auto why = answer_helo(settings, helo_err(errc::too_many_requests, "\x1b[31mslow\ndown\xc2\x9b"));
    CHECK(why.code == errc::too_many_requests);
    CHECK_THAT(why.text, Contains("?[31mslow?down??"));
    CHECK(answer_helo(settings, helo_err(errc{9999}, "x")).code == errc::internal);
    const auto odd = answer_helo(settings, helo_err(errc::suite_refused, "2,9,rm -rf,3"));
    CHECK_THAT(odd.text, Contains("it accepts aes, 9."));
    CHECK_THAT(odd.text, !Contains("rm"));
    CHECK_THAT(answer_helo(settings, helo_err(errc::suite_refused, "")).text, !Contains("accepts"));
}

TEST_CASE("KEY? is answered twice on a connection, and an unknown fingerprint is refused") {
    seeded_random random(5);
    core::control_server server(host_keys(), {suite_id::aes}, random, logger(), time_point{});
    const auto& rsa = host_keys().rsa.public_part().blob();
    const auto ask = [&](byte_view fingerprint) {
        server.on_bytes(clear_frame(joined({number(0x04, 1), var(fingerprint)})), time_point{});
        const auto output = server.poll_output();
        return output ? std::get<core::send_bytes>(*output).data : bytes();
    };
    CHECK(ask(crypto::sha1(rsa)) == clear_frame(joined({number(0x05, 1), var(rsa)})));
    CHECK(ask(crypto::sha256(rsa)) == clear_frame(joined({number(0x05, 1), var(rsa)})));
    CHECK(ask({})[8] == 0x03);
    CHECK(server.state() == core::control_server_state::failed);

    core::control_server fresh(host_keys(), {suite_id::aes}, random, logger(), time_point{});
    fresh.on_bytes(clear_frame(joined({number(0x04, 1), var(crypto::sha256(other_key()))})), time_point{});
    CHECK(std::get<core::send_bytes>(*fresh.poll_output()).data[8] == 0x03);
    CHECK(std::get<core::channel_failed>(*fresh.poll_output()).why.code == errc::server_key_mismatch);
}

TEST_CASE("frames of impossible sizes end the connection at once") {
    for (const std::uint32_t size : {0U, 3U, 4097U, 0x7fffffffU, 0xffffffffU}) {
        seeded_random random(5);
        core::control_server server(host_keys(), {suite_id::aes}, random, logger(), time_point{});
        server.on_bytes(joined({number(size, 4), number(0, 4)}), time_point{});
        CHECK(std::get<core::channel_failed>(*server.poll_output()).why.code == errc::malformed);
        CHECK(answer_helo(script::settings_of({suite_id::aes}), number(size, 4)).code == errc::malformed);
    }
}

TEST_CASE("a DH value that is not allowed is refused at both ends") {
    for (const auto suite : {suite_id::classic, suite_id::aes, suite_id::chacha}) {
        const auto size = describe(suite).dh_size;
        script to_server({suite});
        to_server.on_wire = [&](const step& sent) {
            auto frame = sent.frame;
            if (sent.number == 0) std::fill(frame.end() - static_cast<long>(size), frame.end(), std::uint8_t{0});
            return std::vector<bytes>{frame};
        };
        check_failures(to_server, errc::malformed, errc::malformed, "DH value");
    }
    script to_node({suite_id::classic});
    to_node.on_wire = [](const step& sent) {
        auto frame = sent.frame;
        if (sent.number == 1) std::fill(frame.end() - 256, frame.end(), std::uint8_t{0});
        return std::vector<bytes>{frame};
    };
    to_node.run();
    CHECK(to_node.node_failure()->code == errc::malformed);
}

TEST_CASE("answers that come after the end, or that nobody asked for, do nothing") {
    seeded_random random(5);
    core::control_server server(host_keys(), {suite_id::aes}, random, logger(), time_point{});
    const auto now = time_point{};
    server.on_registered(node_id{7}, now);
    server.on_account(other_key(), now);
    server.on_account_unknown(now);
    server.on_registration_refused(make_error(errc::internal), now);
    CHECK_FALSE(server.poll_output());
    server.on_account(other_key(), now + core::control_server::handshake_timeout);
    CHECK(std::get<core::channel_failed>(*server.poll_output()).why.code == errc::timed_out);
    server.on_bytes(number(0, 4), now);
    server.on_deadline(never);
    CHECK_FALSE(server.poll_output());
}

}  // namespace buri::test::control
