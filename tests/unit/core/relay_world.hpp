#pragma once
// A relay, its server, and nodes at addresses, in virtual time.
#include "buri/core/relay/relay.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"
#include "buri/wire/writer.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>

namespace buri::test {

using namespace std::chrono_literals;
using core::relay_drop;

inline constexpr std::uint32_t relay_number = 7;
inline constexpr std::size_t sealed_size = 100;

inline path_address udp(const char* text, channel_id socket = 0) {
    return {socket, *parse_endpoint(text)};
}
inline path_address stream(channel_id number, const char* text = "203.0.113.9:50000") {
    return {core::first_stream_channel + number, *parse_endpoint(text)};
}
inline spi spi_of(std::uint32_t number) {
    return {0x80000000U | number << 2U};
}

class relay_world {
public:
    explicit relay_world(core::relay_settings changed) : relay(std::move(changed), random_, now) {}
    relay_world() : relay_world(settings()) {}

    /// As in the product.
    static core::relay_settings settings() { return {.id = relay_number, .server = server_key().public_part()}; }
    static const crypto::identity_key& server_key() {
        static seeded_random random(11);
        static const auto key = crypto::identity_key::generate_ed25519(random);
        return key;
    }

    [[nodiscard]] std::uint64_t wall_seconds() const {
        return static_cast<std::uint64_t>(wall().time_since_epoch().count());
    }
    [[nodiscard]] wall_time wall() const {
        return wall_time(1'800'000'000s) + std::chrono::floor<std::chrono::seconds>(now - time_point{});
    }
    [[nodiscard]] wire::relay_token claims(std::uint32_t node, spi in, std::uint32_t kbit = 0) const {
        return {.relay = relay_number, .node = {node}, .in = in, .kbit = kbit, .expires = wall_seconds() + 3600};
    }
    static bytes sign(const wire::relay_token& token, const crypto::identity_key& key = server_key()) {
        return wire::with_signature(token, key.sign(suite_id::aes, wire::signed_part(token)));
    }

    std::optional<wire::relay_message> control(const path_address& from, const wire::relay_message& message) {
        const auto request = wire::encode(message);
        const auto answer = relay.on_control(from, request, now, wall());
        if (!answer) return std::nullopt;
        CHECK(answer->size() <= request.size());
        const auto parsed = wire::parse_relay_message(*answer);
        REQUIRE(parsed);
        return parsed;
    }
    wire::relay_pong ping(const path_address& from) {
        const wire::relay_nonce nonce{1, 2, 3, 4, 5, 6, 7, 8};
        const auto answer = control(from, wire::relay_ping{nonce});
        REQUIRE(answer);
        const auto pong = std::get<wire::relay_pong>(*answer);
        CHECK(pong.nonce == nonce);
        return pong;
    }
    wire::relay_cookie cookie(const path_address& from) { return ping(from).cookie; }
    /// The error's code, or nothing if it was bound.
    std::optional<errc> bind(const path_address& from, const bytes& token, const wire::relay_cookie& with) {
        const auto answer = control(from, wire::relay_bind{with, token});
        REQUIRE(answer);
        if (const auto* const refusal = std::get_if<wire::relay_bind_err>(&*answer)) return errc(refusal->code);
        CHECK(std::get<wire::relay_bind_ok>(*answer).seconds == 60);
        return std::nullopt;
    }
    std::optional<errc> bind(const path_address& from, const bytes& token) { return bind(from, token, cookie(from)); }
    /// A node that is bound as it should be.
    void bind(const path_address& from, std::uint32_t node, spi in, std::uint32_t kbit = 0) {
        REQUIRE_FALSE(bind(from, sign(claims(node, in, kbit))));
    }

    static bytes sealed(spi to, std::size_t size = sealed_size) {
        bytes out(size, 0xab);
        wire::write_datagram_header({to, 1}, out);
        return out;
    }
    std::optional<path_address> send(const path_address& from, spi to, std::size_t size = sealed_size) {
        return relay.route(from, sealed(to, size), now);
    }
    random_source& random() { return random_; }
    [[nodiscard]] std::uint64_t dropped(relay_drop why) const { return relay.statistics(now).dropped(why); }

    void pass(duration time) {
        const auto until = now + time;
        while (relay.next_deadline() <= until) {
            now = std::max(now, relay.next_deadline());
            relay.on_deadline(now);
            REQUIRE(relay.next_deadline() > now);
        }
        now = until;
    }

private:
    seeded_random random_{42};

public:
    time_point now{1h};
    core::relay relay;
};

}  // namespace buri::test
