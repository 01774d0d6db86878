#include "buri/dataplane/tun_device.hpp"

#include "tests/support/network_namespace.hpp"
#include "tests/unit/dataplane/packet_tap.hpp"

#include <catch2/catch.hpp>

#include <sys/syscall.h>

using namespace buri;
using buri::dataplane::tun_device;

namespace {

/// This thread alone, without root's rights.
class without_rights {
public:
    without_rights() { change(65534); }
    ~without_rights() { change(0); }
    without_rights(const without_rights&) = delete;
    without_rights& operator=(const without_rights&) = delete;

private:
    static void change(int effective) {
        if (::syscall(SYS_setresuid, -1, effective, -1) != 0) throw std::runtime_error("setresuid");
    }
};

}  // namespace

TEST_CASE("a bad name for an interface is refused before anything is made") {
    for (const auto* name :
         {"", "a name", "much-too-long-name", "sixteen-letters!", "a/b", ".", "..", "vpn%d", "v:1", "\x7f", "v\n"}) {
        const auto refused = tun_device::open(name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == errc::usage);
    }
}

TEST_CASE("an interface exists as long as its device", "[netns]") {
    const test::network_namespace alone;
    {
        const auto tun = tun_device::open("fifteen-letters");
        REQUIRE(tun);
        CHECK(tun->name() == "fifteen-letters");
        CHECK(::if_nametoindex("fifteen-letters") != 0);
    }
    CHECK(::if_nametoindex("fifteen-letters") == 0);
}

TEST_CASE("an interface that another program holds is refused by name", "[netns]") {
    const test::network_namespace alone;
    const auto holder = tun_device::open("vpn0");
    REQUIRE(holder);
    const auto refused = tun_device::open("vpn0");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::usage);
    CHECK_THAT(refused.error().text, Catch::Contains("vpn0") && Catch::Contains("in use"));
}

TEST_CASE("an interface of another kind is refused by name", "[netns]") {
    const test::network_namespace alone;
    const auto refused = tun_device::open("lo");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::usage);
    CHECK_THAT(refused.error().text, Catch::Contains("lo"));
}

TEST_CASE("without rights the error says which are missing", "[netns]") {
    const test::network_namespace alone;
    const auto refused = [] {
        const without_rights now;
        return tun_device::open("vpn0");
    }();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::permission);
    CHECK_THAT(refused.error().text, Catch::Contains("CAP_NET_ADMIN"));
}

TEST_CASE("packets go through whole in both directions, and an empty interface reads as nothing", "[netns]") {
    const test::network_namespace alone;
    test::turn_off_v6();
    auto tun = tun_device::open("vpn0");
    REQUIRE(tun);
    test::network_namespace::bring_up("vpn0");
    test::packet_tap tap("vpn0");
    bytes into(65535);
    dataplane::virtio_header header;
    CHECK(tun->read(header, into).value() == std::nullopt);

    const auto packet = test::v4_packet(ip_address::v4(0x64400001), ip_address::v4(0x64400002), 1000);
    REQUIRE(tap.send(packet));
    const auto size = tun->read(header, into);
    REQUIRE(size);
    REQUIRE(*size == packet.size());
    CHECK(std::ranges::equal(byte_view(into).first(**size), packet));
    CHECK(tun->read(header, into).value() == std::nullopt);

    CHECK(tun->write(packet));
    CHECK(tap.receive() == packet);
    CHECK_FALSE(tun->write(bytes(20, 0xff)));
}

TEST_CASE("an interface that is removed is an error, not silence", "[netns]") {
    const test::network_namespace alone;
    auto tun = tun_device::open("vpn0");
    REQUIRE(tun);
    test::remove_interface("vpn0");
    bytes into(100);
    dataplane::virtio_header header;
    const auto gone = tun->read(header, into);
    REQUIRE_FALSE(gone);
    CHECK_THAT(gone.error().text, Catch::Contains("vpn0"));
    CHECK_FALSE(tun->write(test::v4_packet({}, {}, 0)));
}
