// What a node keeps of its networks between runs.
#include "buri/core/node/memory.hpp"
#include "buri/core/node/own_candidates.hpp"
#include "buri/crypto/digest.hpp"
#include "tests/unit/core/node_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;

namespace {

memory full_memory() {
    memory out;
    out.all.id = node_id{0x64400001};
    out.all.nickname = "anna";
    out.all.pool = "100.64.0.0/10";
    out.all.ula = "fd00:1:2:3::/64";
    wire::network_info network;
    network.settings.network = *network_name::parse("lab-net");
    network.settings.owner = node_id{0x64400001};
    for (std::uint32_t number = 2; number < 260; ++number) {
        const node_id id{0x64400000 + number};
        out.all.peers.push_back({id, "node" + std::to_string(number), "SHA256:x", number % 2 == 0});
        network.members.push_back({id, "node" + std::to_string(number), {}});
        wire::tunnel_open offer;
        offer.peer = id;
        offer.key = bytes(51, 7);
        offer.in = spi{0x80000000 + number * 8};
        offer.out = spi{0x80000004 + number * 8};
        offer.suite = 2;
        offer.punch = bytes(16, static_cast<std::uint8_t>(number));
        offer.candidates = {{wire::candidate_kind::host, {*ip_address::parse("192.168.1.2"), 41641}}};
        out.offers.push_back(std::move(offer));
    }
    out.all.networks.push_back(std::move(network));
    return out;
}

/// As a later or a broken version may have written it: the digest is right.
bytes with_digest(bytes events) {
    const auto digest = crypto::sha256(events);
    events.insert(events.end(), digest.begin(), digest.end());
    return events;
}

bytes events_of(const memory& what) {
    auto data = encode(what);
    data.resize(data.size() - crypto::sha256_digest().size());
    return data;
}

memory memory_of_lab() {
    memory out;
    out.all = node_test::lab_with({node_test::me, node_test::anna, node_test::bodo});
    out.offers = {node_test::offer_of(node_test::anna, 0x80000010), node_test::offer_of(node_test::bodo, 0x80000020)};
    return out;
}

std::size_t tunnels_of(const node_machine& machine) {
    const auto views = machine.peers();
    return static_cast<std::size_t>(
        std::ranges::count_if(views, [](const peer_view& view) { return view.tunnel.has_value(); }));
}

}  // namespace

TEST_CASE("what is remembered of a network with many members is read as it was written", "[core][memory]") {
    const auto was = full_memory();
    const auto read = parse_memory(encode(was));
    REQUIRE(read);
    CHECK(*read == was);
}

TEST_CASE("what is remembered of networks larger than a message is read as it was written", "[core][memory]") {
    memory was;
    was.all.id = node_id{0x64400001};
    was.all.pool = "100.64.0.0/10";
    was.all.ula = "fd00:1:2:3::/64";
    for (const auto* const name : {"one-net", "two-net", "lone-net"}) {
        auto& network = was.all.networks.emplace_back();
        network.settings.network = *network_name::parse(name);
        const std::uint32_t size = was.all.networks.size() == 3 ? 0 : 30'000;
        for (std::uint32_t number = 0; number < size; ++number)
            network.members.push_back({node_id{0x64400001 + number}, "node" + std::to_string(number), {}});
        for (std::uint32_t number = 0; number < members_in_one_event + 1; ++number)
            network.applicants.push_back(
                {node_id{0x64500001 + number}, "new" + std::to_string(number), "SHA256:x", {}});
    }
    const auto read = parse_memory(encode(was));
    REQUIRE(read);
    CHECK(*read == was);
}

// ---- damage -------------------------------------------------------------------------------------------------------------

TEST_CASE("what is remembered is taken whole or not at all", "[core][memory]") {
    const auto data = encode(full_memory());
    for (std::size_t size = 0; size < data.size(); size += 97)
        CHECK(parse_memory(byte_view(data).first(size)).error().code == errc::malformed);
    auto twice = data;
    twice.insert(twice.end(), data.begin(), data.end());
    CHECK_FALSE(parse_memory(twice));
    for (std::size_t at = 0; at < data.size(); at += 131) {
        auto damaged = data;
        damaged[at] ^= static_cast<std::uint8_t>(1U << at % 8);
        CHECK(parse_memory(damaged).error().code == errc::malformed);
    }
}

TEST_CASE("events that are cut are no memory, whoever wrote the digest", "[core][memory]") {
    const auto events = events_of(full_memory());
    for (std::size_t size = 0; size < events.size(); size += 97) {
        const auto read =
            parse_memory(with_digest({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(size)}));
        // Cut between two events: fewer peers are known, and each of them is right.
        if (read) CHECK(read->all.id == node_id{0x64400001});
        if (!read) CHECK(read.error().code == errc::malformed);
    }
    CHECK_FALSE(parse_memory(with_digest({})));
    auto twice = events;
    twice.insert(twice.end(), events.begin(), events.end());
    CHECK_FALSE(parse_memory(with_digest(twice)));
}

TEST_CASE("an introduction whose secret is too short or too long opens no tunnel, and the others do",
          "[core][memory]") {
    for (const std::size_t size : {0, 1, 15, 17, 64}) {
        INFO(size << " bytes");
        node_test::fixture test;
        auto kept = memory_of_lab();
        kept.offers.front().punch.assign(size, 7);
        auto read = parse_memory(encode(kept));
        if (read) REQUIRE(test.machine.recall(std::move(*read), test.now));
        test.run_for(std::chrono::seconds(5));
        CHECK(tunnels_of(test.machine) == (read ? 1U : 0U));
    }
}

TEST_CASE("whatever bytes a memory has, a node starts with it or without it", "[core][memory]") {
    const auto events = events_of(memory_of_lab());
    std::size_t used = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        test::seeded_random random(seed);
        auto damaged = events;
        for (auto flips = 1 + random.u32() % 4; flips > 0; --flips)
            damaged[random.u32() % damaged.size()] ^= static_cast<std::uint8_t>(1 + random.u32() % 255);
        auto read = parse_memory(with_digest(damaged));
        if (!read) continue;
        node_test::fixture test;
        if (!test.machine.recall(std::move(*read), test.now)) continue;
        ++used;
        test.run_for(std::chrono::seconds(3));
    }
    CHECK(used > 10);
}
