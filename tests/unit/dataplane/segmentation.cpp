#include "buri/dataplane/segmentation.hpp"

#include "buri/dataplane/checksum.hpp"
#include "tests/unit/dataplane/super_packet.hpp"

#include <catch2/catch.hpp>

#include <cstring>

using namespace buri;
using namespace buri::dataplane;

namespace {

std::uint32_t sequence_of(const bytes& packet, std::size_t transport_at) {
    return get_u32(byte_view(packet).subspan(transport_at + 4));
}

test::super_options random_options(test::seeded_random& random) {
    test::super_options out;
    out.v4 = random.below(2) == 0;
    out.tcp = random.below(3) != 0;
    out.segment = 1 + random.below(random.below(4) == 0 ? 40 : 1460);
    out.payload = 1 + random.below(static_cast<std::uint32_t>(std::min<std::size_t>(out.segment * 50, 60'000)));
    out.flags = static_cast<std::uint8_t>(test::flag_ack | (random.below(2) == 0 ? test::flag_psh : 0));
    out.option_bytes = random.below(11) * 4;
    out.sequence = random.below(0xffff'ffff);
    out.id = static_cast<std::uint16_t>(random.below(1U << 16U));
    return out;
}

}  // namespace

TEST_CASE("a sum of words is the RFC's, at every length and offset") {
    test::seeded_random random(1);
    bytes data(4000);
    random.fill(data);
    for (int i = 0; i < 4000; ++i) {
        const auto from = static_cast<std::size_t>(random.below(64));
        const auto part =
            byte_view(data).subspan(from, static_cast<std::size_t>(random.below(i % 2 == 0 ? 200 : 3000)));
        REQUIRE(sum_words(part) % 0xffff == test::folded(test::plain_sum(part)) % 0xffff);
    }
    CHECK(sum_words(bytes(3000, 0xff)) == 0xffff);
    CHECK(sum_words({}) == 0);
}

TEST_CASE("each segment is a whole packet with its part of the payload, in order, with valid checksums") {
    test::seeded_random random(2);
    for (int i = 0; i < 3000; ++i) {
        const auto options = random_options(random);
        const auto given = test::make_super(options);
        const auto segments = test::segments_of(given);
        REQUIRE(segments);
        REQUIRE(segments->size() == (options.payload + options.segment - 1) / options.segment);
        const std::size_t ip = options.v4 ? 20 : 40;
        const auto header = ip + (options.tcp ? 20 + options.option_bytes : 8);
        bytes payload;
        for (std::size_t k = 0; k < segments->size(); ++k) {
            const auto& one = (*segments)[k];
            REQUIRE(test::has_valid_sums(one));
            if (options.v4) REQUIRE(get_u16(byte_view(one).subspan(4)) == static_cast<std::uint16_t>(options.id + k));
            if (options.tcp)
                REQUIRE(sequence_of(one, ip) == options.sequence + static_cast<std::uint32_t>(k * options.segment));
            if (!options.tcp) REQUIRE(get_u16(byte_view(one).subspan(ip + 4)) == one.size() - ip);
            if (k + 1 < segments->size()) REQUIRE(one.size() == header + options.segment);
            append(payload, byte_view(one).subspan(header));
        }
        REQUIRE(std::ranges::equal(payload, byte_view(given.packet).subspan(header)));
    }
}

TEST_CASE("FIN and PSH stay on the last segment, CWR on the first") {
    test::super_options options;
    options.flags = test::flag_ack | test::flag_fin | test::flag_psh | test::flag_cwr;
    const auto segments = test::segments_of(test::make_super(options));
    REQUIRE(segments);
    REQUIRE(segments->size() == 5);
    CHECK((*segments)[0][33] == (test::flag_ack | test::flag_cwr));
    CHECK((*segments)[2][33] == test::flag_ack);
    CHECK((*segments)[4][33] == (test::flag_ack | test::flag_fin | test::flag_psh));
}

TEST_CASE("a packet that is no super-packet is left as it is, but for a checksum that the kernel left open") {
    auto given = test::make_super({});
    given.header = {};
    const auto as_it_was = given.packet;
    CHECK(test::segments_of(given).value() == std::vector<bytes>{as_it_was});

    given.header.flags = virtio_header::needs_checksum;
    given.header.checksum_start = 20;
    given.header.checksum_offset = 16;
    const auto finished = test::segments_of(given).value();
    REQUIRE(finished.size() == 1);
    CHECK(test::has_valid_sums(finished[0]));
}

TEST_CASE("a sum of zero is sent as its other form in UDP, where zero means that there is none") {
    test::super_options options;
    options.tcp = false;
    options.segment = 2;
    options.payload = 4;
    auto given = test::make_super(options);
    // Whatever the rest sums to, one of these payloads makes the sum 0xffff.
    bool was_seen = false;
    for (std::size_t value = 0; value <= 0xffff && !was_seen; ++value) {
        test::put_u16(given.packet, 28, value);
        const auto segments = test::segments_of(given).value();
        REQUIRE(get_u16(byte_view(segments[0]).subspan(26)) != 0);
        was_seen = get_u16(byte_view(segments[0]).subspan(26)) == 0xffff;
    }
    CHECK(was_seen);
}

TEST_CASE("what the header says is checked against the packet") {
    const auto good = test::make_super({});
    const auto is_refused = [](const test::super_packet& given) { return !test::segments_of(given); };
    REQUIRE_FALSE(is_refused(good));
    auto bad = good;
    SECTION("a segment size of zero") {
        bad.header.segment_size = 0;
    }
    SECTION("an unknown kind") {
        bad.header.gso_type = 3;
    }
    SECTION("the other family's kind") {
        bad.header.gso_type = virtio_header::gso_tcp_v6;
    }
    SECTION("UDP that is TCP") {
        bad.header.gso_type = virtio_header::gso_udp;
    }
    SECTION("no checksum to make") {
        bad.header.flags = 0;
    }
    SECTION("a sum that begins in the IP header") {
        bad.header.checksum_start = 12;
    }
    SECTION("a sum that begins behind the packet") {
        bad.header.checksum_start = 60'000;
    }
    SECTION("a field that is not TCP's") {
        bad.header.checksum_offset = 6;
    }
    SECTION("a field behind the packet") {
        bad.header.checksum_offset = 60'000;
    }
    SECTION("a TCP header of 16 bytes") {
        bad.packet[32] = 0x40;
    }
    SECTION("a TCP header behind the packet") {
        bad.packet.resize(50), test::put_u16(bad.packet, 2, 50);
    }
    SECTION("a fragment") {
        bad.packet[6] = 0x20;
    }
    SECTION("another length than the IP header's") {
        bad.packet.push_back(0);
    }
    CHECK(is_refused(bad));
}

TEST_CASE("no header, however wrong, leads out of the packet") {
    test::seeded_random random(3);
    for (int i = 0; i < 20'000; ++i) {
        auto options = random_options(random);
        options.payload = random.below(300);
        auto given = test::make_super(options);
        bytes noise(sizeof given.header);
        random.fill(noise);
        bytes header(sizeof given.header);
        std::memcpy(header.data(), &given.header, header.size());
        for (std::uint32_t k = 0; k <= random.below(4); ++k) {
            const auto at = random.below(sizeof given.header);
            header[at] = noise[at] & static_cast<std::uint8_t>(random.below(2) == 0 ? 0xff : 0x07);
        }
        std::memcpy(&given.header, header.data(), header.size());
        if (random.below(2) == 0) given.packet[random.below(28)] ^= noise[0];
        const auto segments = test::segments_of(given);
        std::size_t total = 0;
        for (const auto& one : segments.value_or(std::vector<bytes>{})) {
            REQUIRE(one.size() <= given.packet.size());
            total += one.size();
        }
        if (segments) REQUIRE(total >= given.packet.size());
    }
}
