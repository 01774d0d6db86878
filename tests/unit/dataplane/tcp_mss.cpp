#include "buri/dataplane/tcp_mss.hpp"

#include "tests/unit/dataplane/tcp_packet.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using dataplane::clamp_mss;
using test::mss_option;
using test::tcp_packet;
using test::tcp_sum;

namespace {

constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t syn_ack = 0x12;
constexpr std::uint8_t ack = 0x10;

bytes clamped(bytes packet, std::uint16_t mtu) {
    clamp_mss(packet, mtu);
    return packet;
}

/// The same options with another size asked for.
bytes with_mss(bytes options, std::size_t at, std::uint16_t mss) {
    test::put_u16(options, at + 2, mss);
    return options;
}

}  // namespace

TEST_CASE("a SYN and a SYN-ACK ask for no more than the path carries, with a valid checksum") {
    const auto flags = GENERATE(as<std::uint8_t>{}, syn, syn_ack, 0xc2);
    const bool v4 = GENERATE(true, false);
    const std::uint16_t mtu = GENERATE(as<std::uint16_t>{}, 1280, 1281, 1360, 1420, 1500);
    const auto most = static_cast<std::uint16_t>(mtu - (v4 ? 40 : 60));
    for (const auto asked :
         std::initializer_list<std::uint16_t>{0, 1, 536, 1219, 1220, 1221, 1240, 1320, 1460, 9000, 65535}) {
        const auto packet = tcp_packet(v4, flags, mss_option(asked), 10);
        const auto wanted = tcp_packet(v4, flags, mss_option(std::min(asked, most)), 10);
        CHECK(tcp_sum(packet) == 0);
        CHECK(clamped(packet, mtu) == wanted);
    }
}

TEST_CASE("no path makes segments smaller than every path carries") {
    for (const auto mtu : std::initializer_list<std::uint16_t>{0, 1, 39, 60, 68, 500}) {
        CHECK(clamped(tcp_packet(true, syn, mss_option(1460), 0), mtu) == tcp_packet(true, syn, mss_option(536), 0));
        CHECK(clamped(tcp_packet(false, syn, mss_option(1460), 0), mtu) == tcp_packet(false, syn, mss_option(1220), 0));
    }
}

TEST_CASE("the option is found among others, on even and odd offsets") {
    const bool v4 = GENERATE(true, false);
    const std::vector<bytes> before = {
        {},
        {1},
        {1, 1},
        {1, 1, 1},
        {4, 2},
        {3, 3, 7},
        {8, 10, 1, 2, 3, 4, 5, 6, 7, 8},
        {1, 3, 3, 7, 1},
        {254, 5, 2, 4, 9},
    };
    for (auto options : before) {
        const auto at = options.size();
        for (const auto byte : mss_option(8960))
            options.push_back(byte);
        options.resize((options.size() + 3) / 4 * 4);
        const auto packet = tcp_packet(v4, syn, options, 7);
        INFO("offset " << at);
        CHECK(clamped(packet, 1300) == tcp_packet(v4, syn, with_mss(options, at, v4 ? 1260 : 1240), 7));
        CHECK(tcp_sum(clamped(packet, 1300)) == 0);
    }
}

TEST_CASE("what asks for nothing, and what is broken, stays as it is") {
    const bool v4 = GENERATE(true, false);
    const auto unchanged = [&](const bytes& packet) { return clamped(packet, 1280) == packet; };
    CHECK(unchanged(tcp_packet(v4, ack, mss_option(9000), 10)));
    CHECK(unchanged(tcp_packet(v4, syn, {}, 0)));
    CHECK(unchanged(tcp_packet(v4, syn, {0, 0, 0, 0, 2, 4, 35, 40}, 0)));
    CHECK(unchanged(tcp_packet(v4, syn, {9, 0, 0, 0, 2, 4, 35, 40}, 0)));
    CHECK(unchanged(tcp_packet(v4, syn, {9, 20, 0, 0, 2, 4, 35, 40}, 0)));
    CHECK(unchanged(tcp_packet(v4, syn, {2, 3, 35, 1}, 0)));
    CHECK(unchanged(tcp_packet(v4, syn, {1, 1, 2, 4}, 4)));
    CHECK(unchanged(tcp_packet(v4, syn, {1, 1, 1, 2}, 4)));
    auto other = tcp_packet(v4, syn, mss_option(9000), 0);
    other[v4 ? 9 : 6] = 17;
    CHECK(unchanged(other));
    if (!v4) return;
    auto later_fragment = tcp_packet(v4, syn, mss_option(9000), 0);
    later_fragment[7] = 1;
    CHECK(unchanged(later_fragment));
}

TEST_CASE("a packet that was cut anywhere is left alone behind its end") {
    const bool v4 = GENERATE(true, false);
    const auto whole = tcp_packet(v4, syn, {1, 2, 4, 35, 40, 0, 0, 0}, 0);
    for (std::size_t size = v4 ? 20 : 40; size < whole.size(); ++size) {
        // A copy of its own, so that a sanitizer sees what is read past it.
        bytes cut(whole.begin(), whole.begin() + static_cast<long>(size));
        if (v4) test::put_u16(cut, 2, size);
        clamp_mss(cut, 1280);
        CHECK(cut.size() == size);
    }
}

TEST_CASE("whatever the options are, the checksum stays as right or wrong as it was") {
    test::seeded_random random(4);
    for (int i = 0; i < 20'000; ++i) {
        bytes options(4 * random.below(11));
        random.fill(options);
        // Mostly options that can be read: kinds and lengths that are likely to fit.
        for (std::size_t at = 0; at + 4 <= options.size() && i % 4 != 0; at += 1 + random.below(4)) {
            const std::array<bytes, 4> likely{bytes{1}, bytes{2, 4}, bytes{3, 3, 7}, bytes{4, 2}};
            std::ranges::copy(likely[random.below(4)], options.begin() + static_cast<long>(at));
        }
        auto packet = tcp_packet(i % 2 == 0, syn, options, random.below(20));
        const auto damage = i % 3 == 0 ? static_cast<std::uint8_t>(random.below(256)) : std::uint8_t{0};
        packet.back() ^= damage;
        const auto before = tcp_sum(packet);
        const auto mtu = static_cast<std::uint16_t>(random.below(2000));
        const auto after = clamped(packet, mtu);
        CHECK(tcp_sum(after) == before);
        CHECK(clamped(after, mtu) == after);
    }
}
