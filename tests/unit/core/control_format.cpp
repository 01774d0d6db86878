// Our machines against a counterpart put together by hand: the bytes are those of protocol.md section 3.
#include "tests/unit/core/control_by_hand.hpp"
#include "tests/unit/core/control_script.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

constexpr time_point start{std::chrono::hours(1)};
const bytes identity = number(0x64400009, 4);
const bytes cbor{0xa1, 0x61, 0x74, 0x63, 0x62, 0x79, 0x65};

template <typename Machine>
std::optional<bytes> next_bytes(Machine& machine) {
    while (auto output = machine.poll_output()) {
        if (auto* const sent = std::get_if<core::send_bytes>(&*output)) return std::move(sent->data);
    }
    return std::nullopt;
}

const crypto::identity_key& server_key_of(suite_id suite) {
    return suite == suite_id::classic ? host_keys().rsa : host_keys().ed25519;
}

const crypto::identity_key& node_key_of(suite_id suite) {
    return node_key(suite == suite_id::classic ? crypto::key_type::rsa : crypto::key_type::ed25519);
}

}  // namespace

TEST_CASE("a node written by hand registers, authenticates and talks to our server") {
    const auto suite = GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
    const auto& key = node_key_of(suite);
    const auto& server_key = server_key_of(suite).public_part();
    seeded_random random(5);
    core::control_server server(host_keys(), {suite}, random, logger(), start);
    hand_end node(suite);

    server.on_bytes(node.helo(server_key.blob()), start);
    const auto helo_ok = next_bytes(server);
    REQUIRE(helo_ok);
    REQUIRE(node.take_helo_ok(*helo_ok, server_key));

    const auto request = joined({number(0x10, 1), var(key.public_part().blob()), var(as_bytes("laptop"))});
    append(node.transcript, request);
    server.on_bytes(node.keys.seal(true, 1, request), start);
    CHECK(server.state() == core::control_server_state::registering);
    server.on_registered(node_id{0x64400009}, start);
    const auto register_ok = node.keys.open(false, next_bytes(server).value());
    REQUIRE(register_ok);
    CHECK(*register_ok == joined({number(0x11, 1), identity}));
    append(node.transcript, *register_ok);

    const auto auth = node.signed_payload("buri AUTH", joined({number(0x12, 1), identity}), key);
    server.on_bytes(node.keys.seal(true, 2, auth), start);
    server.on_account(key.public_part().blob(), start);
    REQUIRE(server.state() == core::control_server_state::open);
    const auto auth_ok_frame = next_bytes(server).value();
    CHECK(byte_view(auth_ok_frame).subspan(4, 4)[3] == 2);
    const auto auth_ok = node.keys.open(false, auth_ok_frame);
    REQUIRE(auth_ok);
    field_taker fields(*auth_ok);
    CHECK(fields.take(1) == number(0x13, 1));
    CHECK(server_key.verify(suite, node.signed_data("buri AUTH OK", number(0x13, 1)), fields.take_var()));
    CHECK(fields.is_empty());

    server.send(cbor);
    CHECK(node.keys.open(false, next_bytes(server).value()) == joined({number(0x20, 1), cbor}));
    server.on_bytes(node.keys.seal(true, 3, joined({number(0x20, 1), cbor})), start);
    const auto output = server.poll_output();
    REQUIRE(output);
    CHECK(std::get<core::message_received>(*output).cbor == cbor);
}

TEST_CASE("a server written by hand takes our node in") {
    const auto suite = GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
    const auto& key = node_key_of(suite).public_part();
    const auto& server_key = server_key_of(suite);
    const auto& blob = server_key.public_part().blob();
    core::control_client_settings settings;
    settings.suite = suite;
    settings.server.fingerprint = crypto::sha256(blob);
    settings.nickname = "laptop";
    seeded_random random(6);
    core::control_client node(settings, node_key_of(suite), random, logger(), start);
    hand_end server(suite);

    if (suite == suite_id::classic) {
        CHECK(next_bytes(node) == clear_frame(joined({number(0x04, 1), var(crypto::sha256(blob))})));
        node.on_bytes(clear_frame(joined({number(0x05, 1), var(blob)})), start);
    }
    server.take_helo(next_bytes(node).value(), blob);
    node.on_bytes(server.helo_ok(server_key), start);
    if (suite == suite_id::classic) {
        const auto nr_gr = joined({number(0x02, 1), server.nr, server.gr});
        append(server.transcript, nr_gr);
    }

    const auto request = server.keys.open(true, next_bytes(node).value());
    REQUIRE(request);
    CHECK(*request == joined({number(0x10, 1), var(key.blob()), var(as_bytes("laptop"))}));
    append(server.transcript, *request);
    const auto register_ok = joined({number(0x11, 1), identity});
    append(server.transcript, register_ok);
    node.on_bytes(server.keys.seal(false, 1, register_ok), start);

    const auto auth = server.keys.open(true, next_bytes(node).value());
    REQUIRE(auth);
    field_taker fields(*auth);
    const auto auth_start = fields.take(5);
    CHECK(auth_start == joined({number(0x12, 1), identity}));
    CHECK(key.verify(suite, server.signed_data("buri AUTH", auth_start), fields.take_var()));
    CHECK(fields.is_empty());
    append(server.transcript, *auth);

    node.on_bytes(server.keys.seal(false, 2, server.signed_payload("buri AUTH OK", number(0x13, 1), server_key)),
                  start);
    REQUIRE(node.state() == core::control_client_state::open);
    node.send(cbor);
    CHECK(server.keys.open(true, next_bytes(node).value()) == joined({number(0x20, 1), cbor}));
}

}  // namespace buri::test::control
