// What a node keeps of its networks between runs.
#include "buri/core/node/memory.hpp"
#include "buri/core/node/own_candidates.hpp"

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

}  // namespace

TEST_CASE("what is remembered of a network with many members is read as it was written", "[core][memory]") {
    const auto was = full_memory();
    const auto read = parse_memory(encode(was));
    REQUIRE(read);
    CHECK(*read == was);
}

TEST_CASE("what is remembered is taken whole or not at all", "[core][memory]") {
    const auto data = encode(full_memory());
    for (std::size_t size = 0; size < data.size(); size += 97) {
        const auto read = parse_memory(byte_view(data).first(size));
        if (!read) {
            CHECK(read.error().code == errc::malformed);
            continue;
        }
        // Cut between two events: fewer peers are known, and each of them is right.
        CHECK(read->all.id == node_id{0x64400001});
    }
    CHECK_FALSE(parse_memory({}));
    auto twice = data;
    twice.insert(twice.end(), data.begin(), data.end());
    CHECK_FALSE(parse_memory(twice));
    auto damaged = data;
    damaged[6] ^= 0x55U;
    CHECK_FALSE(parse_memory(damaged));
}
