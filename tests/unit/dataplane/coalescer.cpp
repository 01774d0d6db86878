#include "buri/dataplane/coalescer.hpp"

#include "buri/dataplane/checksum.hpp"
#include "tests/unit/dataplane/super_packet.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace buri;
using namespace buri::dataplane;

namespace {

constexpr coalescer::options everything{true, true};

std::vector<test::super_packet> coalesced(std::vector<bytes> packets, const coalescer::options& takes = everything) {
    coalescer into(takes);
    for (auto& one : packets)
        into.add(one);
    std::vector<test::super_packet> out;
    into.flush([&](const virtio_header& header, std::span<const iovec> parts) {
        test::super_packet one{header, {}};
        for (const auto& part : parts)
            append(one.packet, byte_view(static_cast<const std::uint8_t*>(part.iov_base), part.iov_len));
        out.push_back(std::move(one));
    });
    CHECK(into.is_empty());
    return out;
}

std::size_t count_after(std::vector<bytes> packets) {
    return coalesced(std::move(packets)).size();
}

std::vector<bytes> segments(const test::super_options& options) {
    return test::segments_of(test::make_super(options)).value();
}

/// Five segments of TCP over IPv4.
std::vector<bytes> five() {
    return segments({});
}

void mend_sums(bytes& packet) {
    test::put_u16(packet, 10, 0);
    test::put_u16(packet, 10, checksum().add(byte_view(packet).first(20)).value());
    test::put_u16(packet, 36, 0);
    const auto sum = test::pseudo_sum(packet, 20) + test::plain_sum(byte_view(packet).subspan(20));
    test::put_u16(packet, 36, 0xffffU - test::folded(sum));
}

/// Source and destination port as one number.
std::uint32_t flow_of(byte_view packet) {
    return get_u32(packet.subspan(packet[0] >> 4U == 4 ? 20 : 40));
}

}  // namespace

TEST_CASE("what was one super-packet is the same again") {
    test::seeded_random random(1);
    for (int i = 0; i < 3000; ++i) {
        test::super_options options;
        options.v4 = random.below(2) == 0;
        options.tcp = random.below(3) != 0;
        options.segment = 1 + random.below(1460);
        options.payload = options.segment + 1 +
                          random.below(static_cast<std::uint32_t>(std::min<std::size_t>(options.segment * 60, 60'000)));
        options.flags = static_cast<std::uint8_t>(test::flag_ack | (random.below(2) == 0 ? test::flag_psh : 0) |
                                                  (random.below(4) == 0 ? test::flag_ece : 0));
        options.option_bytes = random.below(11) * 4;
        options.sequence = random.below(0xffff'ffff);
        options.id = static_cast<std::uint16_t>(random.below(1U << 16U));
        const auto whole = test::make_super(options);
        const auto again = coalesced(test::segments_of(whole).value());
        REQUIRE(again.size() == 1);
        REQUIRE(again[0].header == whole.header);
        REQUIRE(again[0].packet == whole.packet);
    }
}

TEST_CASE("whatever comes, in whatever mixture, each flow's packets are there in their order") {
    test::seeded_random random(2);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::vector<bytes>> flows;
        for (std::uint32_t i = 0; i < 1 + random.below(24); ++i) {
            std::vector<bytes> flow;
            test::super_options options;
            options.v4 = random.below(2) == 0;
            options.tcp = random.below(3) != 0;
            options.port = static_cast<std::uint16_t>(1000 + i);
            options.dont_fragment = false;
            for (std::uint32_t k = 0; k < 1 + random.below(3); ++k) {
                options.segment = 1 + random.below(300);
                options.payload = random.below(1500);
                options.flags = random.below(8) == 0 ? static_cast<std::uint8_t>(random.below(256)) : test::flag_ack;
                for (auto& one : segments(options))
                    flow.push_back(std::move(one));
                if (random.below(2) == 0) options.sequence += static_cast<std::uint32_t>(options.payload);
                if (random.below(4) == 0 && flow.size() > 1) std::swap(flow.back(), flow[flow.size() - 2]);
            }
            flows.push_back(std::move(flow));
        }
        std::vector<bytes> mixed;
        std::map<std::uint32_t, std::vector<bytes>> expected;
        while (!flows.empty() && mixed.size() < coalescer::capacity) {
            auto& flow = flows[random.below(static_cast<std::uint32_t>(flows.size()))];
            const auto run = std::min<std::size_t>(flow.size(), 1 + random.below(6));
            for (std::size_t k = 0; k < run && mixed.size() < coalescer::capacity; ++k)
                mixed.push_back(flow[k]);
            flow.erase(flow.begin(), flow.begin() + static_cast<std::ptrdiff_t>(run));
            std::erase_if(flows, [](const auto& one) { return one.empty(); });
        }
        for (const auto& one : mixed)
            expected[flow_of(one)].push_back(one);
        std::map<std::uint32_t, std::vector<bytes>> got;
        for (const auto& one : coalesced(mixed)) {
            const auto again = test::segments_of(one);
            REQUIRE(again);
            for (const auto& segment : *again)
                got[flow_of(segment)].push_back(segment);
        }
        REQUIRE(got == expected);
    }
}

TEST_CASE("only what could be one packet's segments is put together") {
    auto packets = five();
    REQUIRE(count_after(packets) == 1);
    SECTION("a gap") {
        packets.erase(packets.begin() + 2);
        CHECK(count_after(packets) == 2);
    }
    SECTION("a repeated packet") {
        packets.insert(packets.begin() + 2, packets[1]);
        CHECK(count_after(packets) == 2);
    }
    SECTION("another time to live") {
        packets[2][8] = 63, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("a congestion mark") {
        packets[2][1] = 3, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("another acknowledgement") {
        packets[2][31] ^= 1, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("another window") {
        packets[2][34] ^= 1, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("another option") {
        packets[2][45] ^= 1, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("a flag beside ACK") {
        packets[2][33] |= test::flag_syn, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("a jump of the identification") {
        packets[2][4] ^= 1, mend_sums(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("a wrong checksum is not made right") {
        packets[2][36] ^= 1;
        const auto out = coalesced(packets);
        REQUIRE(out.size() == 3);
        CHECK(out[1].packet == packets[2]);
        CHECK(out[1].header == virtio_header{});
    }
    SECTION("a wrong checksum of the first") {
        packets[0][36] ^= 1;
        const auto out = coalesced(packets);
        REQUIRE(out.size() == 2);
        CHECK(out[0].packet == packets[0]);
    }
    SECTION("PSH ends it") {
        packets[2][33] |= test::flag_psh, mend_sums(packets[2]);
        CHECK(count_after(packets) == 2);
    }
    SECTION("an acknowledgement alone stays where it was") {
        auto alone = segments({.payload = 0});
        alone[0].swap(packets[2]);
        CHECK(count_after(packets) == 3);
    }
    SECTION("IP options") {
        bytes longer = packets[2];
        longer.insert(longer.begin() + 20, {1, 1, 1, 0});
        longer[0] = 0x46;
        test::put_u16(longer, 2, longer.size());
        packets[2] = longer;
        CHECK(count_after(packets) == 3);
    }
}

TEST_CASE("an identification that stays the same is no reason where nothing may be fragmented") {
    auto packets = five();
    for (auto& one : packets)
        test::put_u16(one, 4, 0), mend_sums(one);
    CHECK(count_after(packets) == 1);
    for (auto& one : packets)
        one[6] = 0, mend_sums(one);
    CHECK(count_after(packets) == 5);
}

TEST_CASE("a reader of plain packets gets them as they came") {
    const auto packets = five();
    const auto out = coalesced(packets, {});
    REQUIRE(out.size() == packets.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        CHECK((out[i].packet == packets[i] && out[i].header == virtio_header{}));
    auto datagrams = segments({.tcp = false});
    CHECK(coalesced(datagrams, {true, false}).size() == datagrams.size());
    CHECK(coalesced(datagrams, {true, true}).size() == 1);
}

TEST_CASE("datagrams without a checksum stay alone, and no more than 64 go together") {
    auto packets = segments({.tcp = false});
    for (auto& one : packets)
        test::put_u16(one, 26, 0);
    CHECK(count_after(packets) == packets.size());
    const auto many = coalesced(segments({.tcp = false, .segment = 10, .payload = 1000}));
    REQUIRE(many.size() == 2);
    CHECK(many[0].packet.size() == 28 + 640);
}

TEST_CASE("more flows at once than are kept open lose nothing") {
    std::vector<bytes> packets;
    for (int k = 0; k < 5; ++k) {
        for (std::uint16_t flow = 0; flow < 40; ++flow)
            packets.push_back(segments({.port = static_cast<std::uint16_t>(1000 + flow)})[static_cast<std::size_t>(k)]);
    }
    std::size_t total = 0;
    for (const auto& one : coalesced(packets))
        total += test::segments_of(one).value().size();
    CHECK(total == packets.size());
}
