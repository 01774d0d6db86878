// The control channel when nobody disturbs it.
#include "buri/wire/frame.hpp"
#include "tests/unit/core/control_script.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

std::vector<scenario> more_scenarios() {
    auto out = all_scenarios();
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        out.push_back({suite, true, false, true, false});
        out.push_back({suite, true, false, false, true});
        out.push_back({suite, false, true, true, true});
    }
    return out;
}

std::vector<bytes> received(const std::vector<core::control_client_output>& events) {
    std::vector<bytes> out;
    for (const auto& event : events) {
        if (const auto* const message = std::get_if<core::message_received>(&event)) out.push_back(message->cbor);
    }
    return out;
}

std::vector<bytes> received(const std::vector<core::control_server_output>& events) {
    std::vector<bytes> out;
    for (const auto& event : events) {
        if (const auto* const message = std::get_if<core::message_received>(&event)) out.push_back(message->cbor);
    }
    return out;
}

void exchange_messages(script& channel) {
    const std::vector<bytes> up{{0xa0}, {0xa1, 0x61, 0x74, 0x01}, bytes(100'000, 0x5a)};
    const std::vector<bytes> down{bytes(3, 1), bytes(17, 2), bytes(500'000, 3)};
    for (const auto& message : up)
        channel.node().send(message);
    for (const auto& message : down)
        channel.server().send(message);
    channel.run();
    CHECK(received(channel.server_events) == up);
    CHECK(received(channel.node_events) == down);
    CHECK(channel.both_open());
}

}  // namespace

TEST_CASE("every scenario opens the channel, and messages of all sizes pass both ways") {
    for (const auto& what : more_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            script channel(what);
            channel.run();
            REQUIRE(channel.both_open());
            CHECK(find_event<core::channel_open>(channel.node_events) != nullptr);
            CHECK(find_event<core::node_authenticated>(channel.server_events)->identity.value ==
                  (what.registers ? 0x64400002U : 0x64400001U));
            CHECK(channel.server().suite() == what.suite);
            CHECK(channel.node().next_deadline() == never);
            CHECK(channel.server().next_deadline() == never);
            exchange_messages(channel);
        }
    }
}

TEST_CASE("a registering node is told its identity before it authenticates with it") {
    for (const auto suite : {suite_id::classic, suite_id::aes}) {
        script channel({suite, true});
        channel.run();
        REQUIRE(channel.both_open());
        const auto* const given = find_event<core::identity_given>(channel.node_events);
        REQUIRE(given != nullptr);
        CHECK(given->identity == node_id{0x64400002});
        CHECK(find_event<core::registration_wanted>(channel.server_events)->nickname == "laptop");
    }
}

TEST_CASE("identity_given leaves before the AUTH that uses it") {
    script channel({suite_id::aes, true});
    bool was_told = false;
    channel.on_wire = [&](const step& sent) {
        if (sent.from == sender::node && sent.number >= 4) was_told = !channel.node_events.empty();
        return std::vector<bytes>{sent.frame};
    };
    channel.run();
    CHECK(channel.both_open());
    CHECK(was_told);
}

TEST_CASE("a node that is to wait says nothing of itself until it is told to go on") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            auto settings = script::settings_of(what);
            settings.wait_when_proven = true;
            script channel(what, settings, {what.suite});
            channel.node().proceed();
            channel.run();
            REQUIRE(channel.node().state() == core::control_client_state::proven);
            CHECK(find_event<core::server_proven>(channel.node_events) != nullptr);
            CHECK(channel.server().state() == core::control_server_state::identifying);
            CHECK(channel.server_events.empty());
            const auto said = channel.steps().size();
            channel.node().send(bytes{0xa0});
            channel.run();
            CHECK(channel.steps().size() == said);

            channel.node().proceed();
            channel.node().proceed();
            channel.run();
            CHECK(channel.both_open());
        }
    }
}

TEST_CASE("a node that is left waiting fails at its deadline, as in every other state") {
    const scenario what{suite_id::aes};
    auto settings = script::settings_of(what);
    settings.wait_when_proven = true;
    script channel(what, settings, {suite_id::aes});
    channel.run_out();
    REQUIRE(channel.node_failure());
    CHECK(channel.node_failure()->code == errc::timed_out);
}

TEST_CASE("a key that was not pinned is given out for pinning, once, and one that was is not") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            script channel(what);
            channel.run();
            const auto* const learned = find_event<core::server_key_learned>(channel.node_events);
            REQUIRE((learned != nullptr) == what.asks_key);
            if (learned == nullptr) continue;
            CHECK(crypto::sha256(learned->blob) == *script::settings_of(what).server.fingerprint);
        }
    }
}

TEST_CASE("a pinned key without its fingerprint is enough") {
    const scenario what{suite_id::aes};
    auto settings = script::settings_of(what);
    settings.server.fingerprint.reset();
    script channel(what, settings, {suite_id::aes});
    channel.run();
    CHECK(channel.both_open());
}

TEST_CASE("asking only for the key shows the preferred one, or the one that was named, and stops there") {
    const auto named = GENERATE(false, true);
    const scenario what{suite_id::aes};
    core::control_client_settings settings;
    settings.ask_key_only = true;
    const auto& rsa = host_keys().rsa.public_part().blob();
    if (named) settings.server.fingerprint = crypto::sha256(rsa);
    script channel(what, settings, {suite_id::aes});
    channel.run();
    const auto* const learned = find_event<core::server_key_learned>(channel.node_events);
    REQUIRE(learned != nullptr);
    CHECK(learned->blob == (named ? rsa : host_keys().ed25519.public_part().blob()));
    CHECK(channel.steps().size() == 2);
    CHECK(channel.node().next_deadline() == never);
    CHECK_FALSE(channel.node_failure());
}

TEST_CASE("the stream may be cut into pieces anywhere") {
    for (const auto& what : all_scenarios()) {
        for (const std::size_t piece_size : {1U, 2U, 3U, 7U, 8U, 9U, 64U}) {
            DYNAMIC_SECTION(what.name() << ", pieces of " << piece_size) {
                script channel(what);
                channel.on_wire = [&](const step& sent) {
                    std::vector<bytes> pieces;
                    for (std::size_t at = 0; at < sent.frame.size(); at += piece_size) {
                        const auto part =
                            byte_view(sent.frame).subspan(at).first(std::min(piece_size, sent.frame.size() - at));
                        pieces.emplace_back(part.begin(), part.end());
                    }
                    return pieces;
                };
                channel.run();
                REQUIRE(channel.both_open());
            }
        }
    }
}

TEST_CASE("AUTH OK and the first messages may come in one piece, larger than a handshake's frame") {
    script channel({suite_id::aes});
    bytes held;
    channel.on_wire = [&](const step& sent) -> std::vector<bytes> {
        if (sent.from == sender::node || sent.number == 1) return {sent.frame};
        append(held, sent.frame);
        return {};
    };
    channel.run();
    REQUIRE(channel.server_open());
    channel.server().send(bytes(200'000, 7));
    channel.server().send(bytes(1, 8));
    channel.run();
    CHECK_FALSE(channel.node_open());
    channel.node().on_bytes(held, channel.now);
    channel.run();
    CHECK(channel.both_open());
    CHECK(received(channel.node_events) == std::vector<bytes>{bytes(200'000, 7), bytes(1, 8)});
}

TEST_CASE("a message past the limit of frames ends the channel with a reason, and nothing is sent before it is open") {
    script channel({suite_id::aes});
    channel.node().send(bytes(1, 1));
    channel.server().send(bytes(1, 1));
    channel.run();
    REQUIRE(channel.both_open());
    CHECK(received(channel.server_events).empty());
    channel.server().send(bytes(wire::max_frame, 1));
    channel.run();
    REQUIRE(channel.server_failure());
    CHECK(channel.server_failure()->code == errc::internal);
    CHECK(channel.server_failure()->text.find("larger") != std::string::npos);
}

}  // namespace buri::test::control
