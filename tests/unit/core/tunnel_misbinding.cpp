// What an insider can do with messages of other people's exchanges, and what each end computes for strangers.
#include "buri/core/tunnel/key_exchange.hpp"
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>
#include <tuple>

namespace buri::test {
namespace {

constexpr spi spi_e{0x80000030};
constexpr spi spi_b_for_e{0x80000040};
constexpr node_id id_e{0x64400003};

introduction introduce(node_id own, std::size_t own_key, node_id peer, std::size_t peer_key, spi in, spi out,
                       suite_id suite) {
    const auto offer = offer_for(peer, key_for(suite, peer_key), in, out, suite, {});
    return introduction::from_offer(own, key_for(suite, own_key), offer, every_suite).value();
}

template <typename Message>
Message parsed(const bytes& datagram, suite_id suite) {
    return std::get<Message>(wire::parse_clear_datagram(datagram, suite)->message);
}

/// A and B, and the insider E, who has a tunnel to B (and A to E) and sits on the path between A and B.
struct three_nodes {
    explicit three_nodes(suite_id used) : suite(used) {}

    suite_id suite;
    seeded_random random{5};
    time_point now = time_point{} + 1h;
    introduction a_to_b = introduce(world::id_a, 0, world::id_b, 1, world::spi_a, world::spi_b, suite);
    introduction b_to_a = introduce(world::id_b, 1, world::id_a, 0, world::spi_b, world::spi_a, suite);
    introduction a_to_e = introduce(world::id_a, 0, id_e, 2, {0x80000050}, {0x80000060}, suite);
    introduction e_to_a = introduce(id_e, 2, world::id_a, 0, {0x80000060}, {0x80000050}, suite);
    introduction b_to_e = introduce(world::id_b, 1, id_e, 2, spi_b_for_e, spi_e, suite);
    introduction e_to_b = introduce(id_e, 2, world::id_b, 1, spi_e, spi_b_for_e, suite);
};

bool same_keys(const crypto::direction_keys& x, const crypto::direction_keys& y) {
    return std::ranges::equal(x.cipher.view(), y.cipher.view());
}

/// E passes A's KE1 to B as its own, B's KE2 to A, and signs KE3 itself. True if A and B then share keys, A meaning B, B meaning E.
bool misbinding_works(suite_id suite) {
    three_nodes all(suite);
    ke_initiator a(all.a_to_b);
    ke_responder b(all.b_to_e);
    a.start(0, all.random, all.now);
    const auto ke1 = parsed<wire::ke1>(*a.take_due(all.random, all.now), suite);
    const auto ke2 = parsed<wire::ke2>(*b.on_ke1(ke1, true, all.random, all.now), suite);
    const auto at_a = a.on_ke2(ke2, all.now);
    const exchange_values values{0, ke1.nonce, ke2.nonce, ke1.dh, ke2.dh};
    const wire::ke3 ke3{0, ke1.nonce, ke1.dh, key_for(suite, 2).sign(suite, signed_in_ke3(all.e_to_b, values))};
    const auto at_b = b.on_ke3(ke3, all.now);
    if (!at_a) REQUIRE(at_a.error() == ke_refusal::bad_signature);
    return at_a && at_b && same_keys(at_a->keys.to_responder, at_b->keys.to_responder);
}

}  // namespace

TEST_CASE("an insider cannot bind another's exchange to its own name", "[core][tunnel]") {
    REQUIRE_FALSE(misbinding_works(suite_id::aes));
    REQUIRE_FALSE(misbinding_works(suite_id::chacha));
    // Suite 1 signs no names, as its document says: the same script succeeds there, which shows that it bites.
    REQUIRE(misbinding_works(suite_id::classic));
}

TEST_CASE("an insider that signs on both sides does not make two strangers share keys", "[core][tunnel]") {
    const auto shared = [](suite_id suite) {
        three_nodes all(suite);
        ke_initiator a(all.a_to_e);
        ke_responder b(all.b_to_e);
        a.start(0, all.random, all.now);
        const auto ke1 = parsed<wire::ke1>(*a.take_due(all.random, all.now), suite);
        auto ke2 = parsed<wire::ke2>(*b.on_ke1(ke1, true, all.random, all.now), suite);
        const exchange_values values{0, ke1.nonce, ke2.nonce, ke1.dh, ke2.dh};
        ke2.signature = key_for(suite, 2).sign(suite, signed_in_ke2(all.e_to_a, values));
        const auto at_a = a.on_ke2(ke2, all.now);
        const wire::ke3 ke3{0, ke1.nonce, ke1.dh, key_for(suite, 2).sign(suite, signed_in_ke3(all.e_to_b, values))};
        const auto at_b = b.on_ke3(ke3, all.now);
        REQUIRE(at_a);
        REQUIRE(at_b);
        return same_keys(at_a->keys.to_responder, at_b->keys.to_responder);
    };
    REQUIRE_FALSE(shared(suite_id::aes));
    REQUIRE_FALSE(shared(suite_id::chacha));
    REQUIRE(shared(suite_id::classic));
}

TEST_CASE("the two ends of an exchange derive the same keys, mirrored, and sign different things", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        three_nodes all(suite);
        ke_initiator a(all.a_to_b);
        ke_responder b(all.b_to_a);
        a.start(2, all.random, all.now);
        const auto ke1 = parsed<wire::ke1>(*a.take_due(all.random, all.now), suite);
        const auto ke2 = parsed<wire::ke2>(*b.on_ke1(ke1, true, all.random, all.now), suite);
        const auto at_a = a.on_ke2(ke2, all.now);
        REQUIRE(at_a);
        const auto ke3 = parsed<wire::ke3>(*a.take_due(all.random, all.now), suite);
        REQUIRE(ke2.signature != ke3.signature);
        const auto at_b = b.on_ke3(ke3, all.now);
        REQUIRE(at_b);
        REQUIRE(at_b->epoch == 2);
        REQUIRE(same_keys(at_a->keys.to_responder, at_b->keys.to_responder));
        REQUIRE(same_keys(at_a->keys.to_initiator, at_b->keys.to_initiator));
        // The same keys never a second time: their ids would start anew.
        REQUIRE(b.is_accepted(ke3));
        REQUIRE(b.on_ke3(ke3, all.now).error() == ke_refusal::unexpected);
        REQUIRE(a.on_ke2(ke2, all.now).error() == ke_refusal::unexpected);
    }
}

TEST_CASE("a repeated KE1 gets the same KE2 without computing; others only so many in a second", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        three_nodes all(suite);
        ke_responder b(all.b_to_a);
        const auto question = [&] {
            ke_initiator a(all.a_to_b);
            a.start(0, all.random, all.now);
            return parsed<wire::ke1>(*a.take_due(all.random, all.now), suite);
        };
        const auto first = question();
        const auto answer = b.on_ke1(first, true, all.random, all.now);
        for (unsigned i = 0; i < 100; ++i)
            REQUIRE(b.on_ke1(first, false, all.random, all.now) == answer);
        unsigned answered = 0;
        for (unsigned i = 0; i < 20; ++i)
            answered += b.on_ke1(question(), false, all.random, all.now) ? 1U : 0U;
        REQUIRE(answered == 4);
        // What strangers used up elsewhere is not missing on the proven path.
        REQUIRE(b.on_ke1(question(), true, all.random, all.now));
        REQUIRE(b.on_ke1(question(), false, all.random, all.now + 1s));
    }
}

TEST_CASE("other KE1 for the same epoch do not displace the exchange that the peer goes on with", "[core][tunnel]") {
    three_nodes all(suite_id::classic);
    ke_initiator a(all.a_to_b);
    ke_responder b(all.b_to_a);
    a.start(0, all.random, all.now);
    const auto ke2 =
        *b.on_ke1(parsed<wire::ke1>(*a.take_due(all.random, all.now), all.suite), true, all.random, all.now);
    for (unsigned i = 0; i < 50; ++i) {
        all.now += 100ms;
        wire::ke1 noise{0, bytes(128), bytes(256)};
        all.random.fill(noise.nonce);
        all.random.fill(noise.dh);
        std::ignore = b.on_ke1(noise, false, all.random, all.now);
    }
    REQUIRE(a.on_ke2(parsed<wire::ke2>(ke2, all.suite), all.now));
    REQUIRE(b.on_ke3(parsed<wire::ke3>(*a.take_due(all.random, all.now), all.suite), all.now));
}

TEST_CASE("a DH value that is not allowed is refused even if the peer signed it", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        three_nodes all(suite);
        ke_initiator a(all.a_to_b);
        a.start(0, all.random, all.now);
        const auto ke1 = parsed<wire::ke1>(*a.take_due(all.random, all.now), suite);
        wire::ke2 ke2{0, bytes(describe(suite).nonce_size, 7), bytes(describe(suite).dh_size, 0), {}};
        const exchange_values values{0, ke1.nonce, ke2.nonce, ke1.dh, ke2.dh};
        ke2.signature = key_for(suite, 1).sign(suite, signed_in_ke2(all.b_to_a, values));
        REQUIRE(a.on_ke2(ke2, all.now).error() == ke_refusal::bad_value);
        REQUIRE(a.state() == ke_initiator::step::ke1_sent);
    }
}

TEST_CASE("every field that both ends know changes what they sign", "[core][tunnel]") {
    three_nodes all(suite_id::aes);
    const bytes n(32, 1), m(32, 2), g(32, 3), h(32, 4);
    const exchange_values values{1, n, m, g, h};
    const auto hash = transcript_hash(all.a_to_b, values);
    REQUIRE(hash == transcript_hash(all.b_to_a, values));
    const auto differs = [&](auto change) {
        auto other = introduce(world::id_a, 0, world::id_b, 1, world::spi_a, world::spi_b, suite_id::aes);
        auto with = values;
        change(other, with);
        return transcript_hash(other, with) != hash;
    };
    CHECK(differs([](introduction& i, exchange_values&) { i.suite = suite_id::chacha; }));
    CHECK(differs([](introduction&, exchange_values& v) { v.epoch = 2; }));
    CHECK(differs([](introduction& i, exchange_values&) { i.in = {0x80000014}; }));
    CHECK(differs([](introduction& i, exchange_values&) { i.out = {0x80000024}; }));
    CHECK(differs([](introduction& i, exchange_values&) { std::swap(i.in, i.out); }));
    CHECK(differs([](introduction& i, exchange_values&) { i.own = id_e; }));
    CHECK(differs([](introduction& i, exchange_values&) { i.peer = id_e; }));
    CHECK(differs([](introduction& i, exchange_values&) { i.own_key = &ed25519_key(2); }));
    CHECK(differs([](introduction& i, exchange_values&) { i.peer_key = ed25519_key(2).public_part(); }));
    CHECK(differs([](introduction& i, exchange_values&) { i.punch.writable()[15] ^= 1U; }));
    CHECK(differs([&](introduction&, exchange_values& v) { v.nonce_initiator = m; }));
    CHECK(differs([&](introduction&, exchange_values& v) { v.nonce_responder = n; }));
    CHECK(differs([&](introduction&, exchange_values& v) { v.dh_initiator = h; }));
    CHECK(differs([&](introduction&, exchange_values& v) { v.dh_responder = g; }));
}

}  // namespace buri::test
