// Somebody on the path, or at one end, who knows the protocol.
#include "tests/unit/core/control_by_hand.hpp"
#include "tests/unit/core/control_script.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

constexpr time_point start{std::chrono::hours(1)};

const crypto::identity_key& node_key_of(suite_id suite) {
    return node_key(suite == suite_id::classic ? crypto::key_type::rsa : crypto::key_type::ed25519);
}

const crypto::identity_key& server_key_of(suite_id suite) {
    return suite == suite_id::classic ? host_keys().rsa : host_keys().ed25519;
}

}  // namespace

TEST_CASE("a suite byte altered on the way is noticed by the node before it tells its name") {
    const auto from = GENERATE(suite_id::aes, suite_id::chacha);
    script channel({from});
    channel.on_wire = [](const step& sent) {
        auto frame = sent.frame;
        if (sent.number == 0) frame[10] ^= 1U;
        return std::vector<bytes>{frame};
    };
    channel.run();
    CHECK(channel.server().state() == core::control_server_state::identifying);
    REQUIRE(channel.node_failure());
    CHECK(channel.node_failure()->code == errc::server_key_mismatch);
    CHECK(channel.steps().size() == 2);
}

TEST_CASE("suite 1's AUTH does not verify under the name of another suite") {
    hand_end classic(suite_id::classic);
    classic.ni = classic.nr = bytes(128, 1);
    classic.gi = classic.gr = bytes(256, 2);
    const auto& key = node_key(crypto::key_type::rsa);
    auto data = classic.signed_data("buri AUTH", {});
    const auto signature = key.sign(suite_id::classic, data);
    CHECK(key.public_part().verify(suite_id::classic, data, signature));
    data[0] = 2;
    CHECK_FALSE(key.public_part().verify(suite_id::classic, data, signature));
    CHECK_FALSE(key.public_part().verify(suite_id::aes, data, signature));
}

TEST_CASE("a recorded connection played again to the server tells it nothing") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            script recorded(what, 1);
            recorded.run();
            REQUIRE(recorded.both_open());
            seeded_random random(999);
            core::control_server server(host_keys(), {what.suite}, random, logger(), start);
            for (const auto& sent : recorded.steps()) {
                if (sent.from == sender::node) server.on_bytes(sent.frame, start);
            }
            CHECK(server.state() == core::control_server_state::failed);
            while (const auto output = server.poll_output()) {
                CHECK_FALSE(std::holds_alternative<core::account_wanted>(*output));
                CHECK_FALSE(std::holds_alternative<core::registration_wanted>(*output));
            }
        }
    }
}

TEST_CASE("a recorded connection played again to the node does not fool it") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            script recorded(what, 1);
            recorded.run();
            REQUIRE(recorded.both_open());
            seeded_random random(999);
            core::control_client node(script::settings_of(what), node_key_of(what.suite), random, logger(), start);
            for (const auto& sent : recorded.steps()) {
                if (sent.from == sender::server) node.on_bytes(sent.frame, start);
            }
            CHECK(node.state() == core::control_client_state::failed);
        }
    }
}

TEST_CASE("a signature of AUTH taken from another connection is refused") {
    const auto suite = GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
    const auto& victim = node_key_of(suite);
    const auto& server_key = server_key_of(suite).public_part();
    const auto identity = number(0x64400001, 4);
    seeded_random random(5);
    std::optional<bytes> stolen;
    for (const bool is_attack : {false, true}) {
        core::control_server server(host_keys(), {suite}, random, logger(), start);
        hand_end node(suite);
        node.random.fill(node.own_nonce);
        server.on_bytes(node.helo(server_key.blob()), start);
        REQUIRE(node.take_helo_ok(std::get<core::send_bytes>(*server.poll_output()).data, server_key));
        const auto honest = node.signed_payload("buri AUTH", joined({number(0x12, 1), identity}), victim);
        server.on_bytes(node.keys.seal(true, 1, is_attack ? *stolen : honest), start);
        server.on_account(victim.public_part().blob(), start);
        CHECK(server.state() == (is_attack ? core::control_server_state::failed : core::control_server_state::open));
        stolen = honest;
    }
}

TEST_CASE("the node's own messages sent back to it are refused, at every step and when open") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            script plain(what);
            plain.run();
            for (const auto& reflected : plain.steps()) {
                if (reflected.from != sender::node) continue;
                script channel(what);
                channel.on_wire = [&](const step& sent) -> std::vector<bytes> {
                    if (sent.number != reflected.number) return {sent.frame};
                    channel.node().on_bytes(sent.frame, channel.now);
                    return {};
                };
                channel.run();
                CHECK(channel.node().state() == core::control_client_state::failed);
            }
            plain.on_wire = [&](const step& sent) -> std::vector<bytes> {
                plain.node().on_bytes(sent.frame, plain.now);
                return {};
            };
            plain.node().send(bytes(5, 5));
            plain.run();
            REQUIRE(plain.node_failure());
            CHECK(plain.node_failure()->code == errc::malformed);
            CHECK(find_event<core::message_received>(plain.node_events) == nullptr);
        }
    }
}

TEST_CASE("the server's own messages sent back to it are refused") {
    for (const auto& suite : all_suites()) {
        script channel({suite.id});
        channel.run();
        REQUIRE(channel.both_open());
        channel.on_wire = [&](const step& sent) -> std::vector<bytes> {
            channel.server().on_bytes(sent.frame, channel.now);
            return {};
        };
        channel.server().send(bytes(5, 5));
        channel.run();
        REQUIRE(channel.server_failure());
        CHECK(channel.server_failure()->code == errc::malformed);
    }
}

TEST_CASE("messages in the clear after the keys are agreed on, and sealed ones before, close the connection") {
    const auto msg = joined({number(0x20, 1), bytes{0xa0}});
    script open({suite_id::aes});
    open.run();
    open.node().on_bytes(clear_frame(msg), open.now);
    open.server().on_bytes(clear_frame(msg), open.now);
    open.run();
    CHECK(open.node_failure()->code == errc::out_of_order);
    CHECK(open.server_failure()->code == errc::out_of_order);

    for (const unsigned tag : {0x02U, 0x05U, 0x10U, 0x11U, 0x12U, 0x13U, 0x14U, 0x20U, 0x99U}) {
        seeded_random random(5);
        core::control_server server(host_keys(), {suite_id::aes}, random, logger(), start);
        server.on_bytes(clear_frame(number(tag, 1)), start);
        CHECK(server.state() == core::control_server_state::failed);
        core::control_server early(host_keys(), {suite_id::aes}, random, logger(), start);
        early.on_bytes(joined({number(30, 4), number(1, 4), bytes(26, static_cast<std::uint8_t>(tag))}), start);
        CHECK(std::get<core::channel_failed>(*early.poll_output()).why.code == errc::out_of_order);
    }
}

TEST_CASE("a node that registers cannot then authenticate as somebody else") {
    const auto suite = suite_id::aes;
    const auto& key = node_key_of(suite);
    const auto& server_key = server_key_of(suite).public_part();
    seeded_random random(5);
    core::control_server server(host_keys(), {suite}, random, logger(), start);
    hand_end node(suite);
    server.on_bytes(node.helo(server_key.blob()), start);
    REQUIRE(node.take_helo_ok(std::get<core::send_bytes>(*server.poll_output()).data, server_key));
    const auto request = joined({number(0x10, 1), var(key.public_part().blob()), var(as_bytes("laptop"))});
    append(node.transcript, request);
    server.on_bytes(node.keys.seal(true, 1, request), start);
    server.on_registered(node_id{9}, start);
    append(node.transcript, joined({number(0x11, 1), number(9, 4)}));
    const auto auth = node.signed_payload("buri AUTH", joined({number(0x12, 1), number(8, 4)}), key);
    server.on_bytes(node.keys.seal(true, 2, auth), start);
    CHECK(server.state() == core::control_server_state::failed);
    while (const auto output = server.poll_output())
        CHECK_FALSE(std::holds_alternative<core::account_wanted>(*output));
}

TEST_CASE("frames pipelined behind AUTH before its answer close the connection") {
    script channel({suite_id::aes});
    channel.on_wire = [](const step& sent) -> std::vector<bytes> {
        if (sent.number != 2) return {sent.frame};
        return {joined({sent.frame, sent.frame})};
    };
    channel.run();
    CHECK(channel.server_failure()->code == errc::out_of_order);
    CHECK_FALSE(channel.server_open());
}

}  // namespace buri::test::control
