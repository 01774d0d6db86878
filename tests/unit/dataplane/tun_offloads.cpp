// What the kernel hands over, and takes, with each set of offloads.
#include "buri/dataplane/tun_device.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/unit/dataplane/super_packet_tap.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

namespace {

struct quiet_network {
    test::network_namespace alone;
    bool quiet = (test::turn_off_v6(), true);
};

std::vector<test::super_packet> read_all(tun_device& tun) {
    std::vector<test::super_packet> out;
    for (;;) {
        test::super_packet one;
        one.packet.resize(65535);
        const auto size = tun.read(one.header, one.packet);
        REQUIRE(size);
        if (!*size) return out;
        one.packet.resize(**size);
        out.push_back(std::move(one));
    }
}

/// As a link would carry them.
std::vector<bytes> cut(const std::vector<test::super_packet>& packets) {
    std::vector<bytes> out;
    for (const auto& one : packets) {
        const auto segments = test::segments_of(one);
        REQUIRE(segments);
        out.insert(out.end(), segments->begin(), segments->end());
    }
    return out;
}

}  // namespace

TEST_CASE("the kernel gives as much of a super-packet at once as was agreed, and it is the same in the end",
          "[netns]") {
    const quiet_network network;
    const auto tcp = GENERATE(true, false);
    const auto wanted =
        GENERATE(tun_offloads{}, tun_offloads{true, false, false, false}, tun_offloads{true, true, false, false},
                 tun_offloads{true, true, true, false}, tun_offloads{true, true, true, true});
    auto tun = tun_device::open("vpn0", wanted);
    REQUIRE(tun);
    const auto has = tun->offloads();
    test::network_namespace::bring_up("vpn0");
    test::super_packet_tap machine("vpn0");
    // Of UDP a single packet here: its segments would be cut by kernels that cannot, into fragments.
    test::super_options options;
    options.tcp = tcp;
    const auto whole = test::make_super(options);
    REQUIRE(machine.send(whole));
    const auto packets = read_all(*tun);
    const bool in_one = tcp ? has.tcp : has.udp;
    CHECK(packets.size() == (in_one ? 1 : 5));
    const auto segments = cut(packets);
    CHECK(segments == test::segments_of(whole).value());
    CHECK((wanted.headers || !has.headers));
    CHECK((wanted.tcp || !has.tcp));
    CHECK((wanted.udp || !has.udp));
}

TEST_CASE("a super-packet in many parts is one for the machine", "[netns]") {
    const quiet_network network;
    auto tun = tun_device::open("vpn0");
    REQUIRE(tun);
    REQUIRE(tun->offloads().tcp);
    test::network_namespace::bring_up("vpn0");
    test::super_packet_tap machine("vpn0");
    const auto whole = test::make_super({});
    std::vector<iovec> parts;
    auto rest = whole.packet;
    for (std::size_t at = 0; at < rest.size(); at += 100)
        parts.push_back({rest.data() + at, std::min<std::size_t>(100, rest.size() - at)});
    REQUIRE(tun->write(whole.header, parts));
    const auto got = machine.receive();
    CHECK(got.packet.size() == whole.packet.size());
    CHECK(got.header.gso_type == whole.header.gso_type);
    CHECK(got.header.segment_size == whole.header.segment_size);
    CHECK(test::segments_of(got) == test::segments_of(whole));
    const std::vector<iovec> too_many(tun_device::max_parts + 1, iovec{rest.data(), 1});
    CHECK_FALSE(tun->write(whole.header, too_many));
}

TEST_CASE("a header that does not fit its packet is refused by the kernel, and nothing is lost by it", "[netns]") {
    const quiet_network network;
    auto tun = tun_device::open("vpn0");
    REQUIRE(tun);
    test::network_namespace::bring_up("vpn0");
    test::super_packet_tap machine("vpn0");
    auto whole = test::make_super({});
    whole.header.checksum_start = 60'000;
    const iovec part{whole.packet.data(), whole.packet.size()};
    CHECK_FALSE(tun->write(whole.header, {&part, 1}));
    const auto good = test::v4_packet(ip_address::v4(0x64400001), ip_address::v4(0x64400002), 100);
    CHECK(tun->write(good));
    CHECK(machine.receive().packet == good);
}
