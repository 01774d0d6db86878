#include "buri/core/tunnel/private_range.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;

namespace {

struct row {
    const char* host;
    const char* named;
    vicinity expected;
};

const endpoint own_mapping = *parse_endpoint("203.0.113.1:5000");
const endpoint far_peer = *parse_endpoint("203.0.113.2:443");

vicinity of(const row& each, const std::optional<endpoint>& seen) {
    const std::array hosts{*parse_endpoint(each.host)};
    return vicinity_of(*ip_address::parse(each.named), hosts, own_mapping, seen);
}

}  // namespace

TEST_CASE(
    "a private address may be the peer's if it is in a subnet of this node, and perhaps if it is in the same range") {
    for (const auto& each :
         {row{"192.168.1.2:9", "192.168.1.7", vicinity::near},
          row{"192.168.1.2:9", "192.168.2.7", vicinity::same_range},
          row{"192.168.1.2:9", "10.0.0.7", vicinity::elsewhere}, row{"10.1.2.3:9", "10.200.0.1", vicinity::same_range},
          row{"172.31.0.1:9", "172.16.0.1", vicinity::same_range},
          row{"172.31.0.1:9", "172.32.0.1", vicinity::anywhere},
          row{"100.64.1.1:9", "100.127.0.1", vicinity::same_range},
          row{"203.0.113.9:9", "10.0.0.7", vicinity::elsewhere}, row{"[fd00:1::2]:9", "fd00:1::7", vicinity::near},
          row{"[fd00:1::2]:9", "fd00:2::7", vicinity::same_range},
          row{"[2001:db8::2]:9", "fd00:1::7", vicinity::elsewhere},
          row{"192.168.1.2:9", "2001:db8::7", vicinity::anywhere},
          row{"192.168.1.2:9", "198.51.100.7", vicinity::anywhere}}) {
        CAPTURE(each.host, each.named);
        CHECK(of(each, far_peer) == each.expected);
        CHECK(of(each, std::nullopt) == each.expected);
    }
}

TEST_CASE("behind the same NAT every private address may be the peer's") {
    const auto seen = *parse_endpoint("203.0.113.1:443");
    for (const auto* named : {"192.168.2.7", "10.0.0.7", "100.64.0.1", "fd00:1::7"})
        CHECK(of({"192.168.1.2:9", named, vicinity::near}, seen) == vicinity::near);
}
