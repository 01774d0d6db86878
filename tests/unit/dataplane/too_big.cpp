#include "buri/dataplane/too_big.hpp"

#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/ip_packet.hpp"
#include "buri/dataplane/rate_limit.hpp"
#include "tests/unit/dataplane/linked_pair.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

namespace {

const auto one = ip_address::v4(0x64400001);
const auto two = ip_address::v4(0x64400002);
const auto one_v6 = ula_of(test::test_ula, node_id{0x64400001});
const auto two_v6 = ula_of(test::test_ula, node_id{0x64400002});

bytes v4_of(std::size_t size, bool dont_fragment = true) {
    auto out = test::v4_packet(one, two, size - 20);
    if (dont_fragment) out[6] |= 0x40U;
    return out;
}

bytes v6_of(std::size_t size) {
    return test::v6_packet(one_v6, two_v6, size - 40);
}

bytes answer_to(byte_view packet, std::uint16_t mtu) {
    bytes out(max_too_big_size, 0xee);
    out.resize(write_too_big(packet, mtu, out));
    return out;
}

std::uint16_t sum(std::initializer_list<byte_view> parts, std::uint32_t more = 0) {
    checksum out;
    for (const auto part : parts)
        out.add(part);
    return out.add(more).value();
}

bool refuses(const bytes& packet, std::uint16_t mtu) {
    return is_too_big(packet, packet.size(), mtu);
}

}  // namespace

TEST_CASE("only what is larger than the path carries is too big") {
    for (const auto mtu : std::initializer_list<std::uint16_t>{1280, 1300, 1420}) {
        CHECK_FALSE(refuses(v4_of(mtu), mtu));
        CHECK(refuses(v4_of(mtu + 1U), mtu));
        CHECK_FALSE(refuses(v6_of(mtu), mtu));
        CHECK(refuses(v6_of(mtu + 1U), mtu));
    }
}

TEST_CASE("below what every path carries nothing is too big") {
    for (const auto mtu : std::initializer_list<std::uint16_t>{0, 1, 68, 500, 575}) {
        CHECK_FALSE(refuses(v4_of(576), mtu));
        CHECK(refuses(v4_of(577), mtu));
        CHECK_FALSE(refuses(v6_of(1280), mtu));
        CHECK(refuses(v6_of(1281), mtu));
    }
}

TEST_CASE("an IPv4 packet that may be fragmented is not too big") {
    CHECK_FALSE(refuses(v4_of(1500, false), 1280));
}

TEST_CASE("no error is told about an error or about a later fragment") {
    auto fragment = v4_of(1400);
    fragment[7] = 1;
    CHECK_FALSE(refuses(fragment, 1280));
    for (unsigned type = 0; type < 256; ++type) {
        auto v4 = v4_of(1400);
        v4[9] = 1;
        v4[20] = static_cast<std::uint8_t>(type);
        CHECK(refuses(v4, 1280) == (type != 3 && type != 4 && type != 5 && type != 11 && type != 12));
        auto v6 = v6_of(1400);
        v6[6] = 58;
        v6[40] = static_cast<std::uint8_t>(type);
        CHECK(refuses(v6, 1280) == (type >= 128));
    }
}

TEST_CASE("the answer to IPv4 names the next hop's MTU and quotes the packet") {
    for (const std::size_t size : {600U, 1281U, 1400U, 65535U}) {
        const auto packet = v4_of(size);
        const auto answer = answer_to(packet, 577);
        const byte_view seen(answer);
        CHECK(answer.size() == 576);
        const auto addresses = read_ip_addresses(answer);
        REQUIRE(addresses);
        CHECK(std::ranges::equal(addresses->source, two.network_bytes()));
        CHECK(std::ranges::equal(addresses->destination, one.network_bytes()));
        CHECK(answer[9] == 1);
        CHECK(sum({seen.first(20)}) == 0);
        CHECK(answer[20] == 3);
        CHECK(answer[21] == 4);
        CHECK(get_u16(seen.subspan(26)) == 577);
        CHECK(sum({seen.subspan(20)}) == 0);
        CHECK(std::ranges::equal(seen.subspan(28), byte_view(packet).first(answer.size() - 28)));
    }
}

TEST_CASE("the answer to IPv6 names the MTU and quotes the packet, within 1280 bytes") {
    for (const std::size_t size : {1281U, 1400U, 9001U}) {
        const auto packet = v6_of(size);
        const auto answer = answer_to(packet, 1285);
        const byte_view seen(answer);
        CHECK(answer.size() == 1280);
        const auto addresses = read_ip_addresses(answer);
        REQUIRE(addresses);
        CHECK(std::ranges::equal(addresses->source, two_v6.v6_bytes()));
        CHECK(std::ranges::equal(addresses->destination, one_v6.v6_bytes()));
        CHECK(answer[6] == 58);
        CHECK(answer[40] == 2);
        CHECK(answer[41] == 0);
        CHECK(get_u16(seen.subspan(44)) == 0);
        CHECK(get_u16(seen.subspan(46)) == 1285);
        CHECK(sum({seen.subspan(8, 32), seen.subspan(40)}, static_cast<std::uint32_t>(answer.size() - 40) + 58) == 0);
        CHECK(std::ranges::equal(seen.subspan(48), byte_view(packet).first(answer.size() - 48)));
    }
}

TEST_CASE("an answer names no MTU below what every path carries") {
    CHECK(get_u16(byte_view(answer_to(v4_of(1400), 68)).subspan(26)) == 576);
    CHECK(get_u16(byte_view(answer_to(v6_of(1400), 68)).subspan(46)) == 1280);
}

TEST_CASE("a header with options is quoted whole") {
    auto packet = v4_of(1400);
    packet[0] = 0x4f;
    const auto answer = answer_to(packet, 1280);
    CHECK(answer[0] == 0x45);
    CHECK(std::ranges::equal(byte_view(answer).subspan(28, 60), byte_view(packet).first(60)));
}

TEST_CASE("a limit lets a burst through, then its rate") {
    rate_limit limit(5, 10);
    time_point now{};
    for (int second = 0; second < 3; ++second) {
        int taken = 0;
        for (int i = 0; i < 1000; ++i) {
            now += std::chrono::milliseconds(1);
            for (int k = 0; k < 3; ++k)
                taken += limit.take(now) ? 1 : 0;
        }
        CHECK(taken == (second == 0 ? 14 : 10));
    }
    now += std::chrono::hours(1);
    int taken = 0;
    while (limit.take(now))
        ++taken;
    CHECK(taken == 5);
}
