#pragma once
// Every kind of CBOR message with its bytes, which were not made by our encoder: keys in the order of their bytes, shortest forms.
#include "buri/wire/messages.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace buri::test {

template <typename Message>
struct message_row {
    std::string_view name;
    Message value;
    std::string hex;
};

inline constexpr node_id ada{0x64400001};
inline constexpr node_id bob{0x64400002};
inline constexpr node_id carol{0x64400003};
inline constexpr spi spi_in{0x80000010};
inline constexpr spi spi_out{0xfffffffc};
inline constexpr wall_time some_time{std::chrono::seconds(1'800'000'000)};
/// The end of the year 9999.
inline constexpr wall_time last_time{std::chrono::seconds(253'402'300'799)};

inline network_name home() {
    return network_name::parse("Home.net").value();
}

/// 0, 1, 2 …
inline bytes counted(std::size_t size) {
    bytes out;
    while (out.size() < size)
        out.push_back(static_cast<std::uint8_t>(out.size()));
    return out;
}

inline wire::peer_info bob_info() {
    return {bob, "bob", "SHA256:abc", true};
}
inline wire::member_info ada_member() {
    return {ada, "ada", {}};
}
inline wire::member_info bob_member() {
    return {bob, "bob-2", {privilege::message, privilege::password}};
}
inline wire::applicant carol_applies() {
    return {carol, "carol", "SHA256:def", some_time};
}
inline wire::announcement_info some_announcement() {
    return {7, ada, "ada", some_time, "backup\nat 9"};
}
inline wire::network_settings home_settings() {
    return {home(), ada, false, true, false, true, 256, bob, some_announcement()};
}
inline wire::network_info home_info() {
    return {home_settings(), false, {ada_member(), bob_member()}, {carol_applies()}};
}
/// What a node is told that waits for approval.
inline wire::network_info awaited_info() {
    return {{home(), {}, false, false, true, true, 0, {}, {}}, true, {}, {}};
}
inline wire::plan_info some_plan() {
    return {"premium", some_time, 256, 0, {permission::lock, permission::offline_messages}};
}
inline wire::ban_info some_ban() {
    return {bob, "bob", "SHA256:abc", "noise", ada, some_time, some_time + std::chrono::seconds(1)};
}
inline wire::invite_info some_invite() {
    return {3, ada, some_time, last_time, 0, 4294967295U, true};
}
inline wire::log_entry some_entry() {
    return {9, some_time, ada, "ada", "ban", "Home.net", bob, "bob", "", "until=-", "ok"};
}

inline std::vector<wire::candidate> some_candidates() {
    return {{wire::candidate_kind::host, parse_endpoint("192.0.2.1:4000").value()},
            {wire::candidate_kind::mapped, parse_endpoint("[2001:db8::1]:65535").value()}};
}

inline wire::nat_info hard_nat() {
    return {false, nat_mapping::address_port_dependent, nat_filtering::address_dependent, 65535, 1024, 2047, false};
}

inline std::vector<message_row<wire::tunnel_message>> tunnel_rows() {
    using namespace wire;
    return {
        {"echo", echo{18446744073709551615U}, "f0a2666e756d6265721bffffffffffffffff6174646563686f"},
        {"echo_reply", echo_reply{0}, "f0a2666e756d6265720061746a6563686f5f7265706c79"},
        {"mtu_probe", mtu_probe{1, counted(3)}, "f0a3666e756d626572016770616464696e67430001026174636d7475"},
        {"mtu_reply", mtu_reply{4294967296U}, "f0a2666e756d6265721b00000001000000006174696d74755f7265706c79"},
        {"punch call", punch{7, punch_step::call, 0, {}, some_candidates(), {}, {}},
         "f0a66a63616e6469646174657382a26261746e3139322e302e322e313a34303030646b696e6464686f7374a262617473"
         "5b323030313a6462383a3a315d3a3635353335646b696e64666d6170706564636e6174a46966696c746572696e676775"
         "6e6b6e6f776e676d617070696e6767756e6b6e6f776e657370726179f563756470f565726f756e640765737461676500"
         "64737465706463616c6c61746570756e6368"},
        {"punch answer",
         punch{4294967295U, punch_step::answer, 3, hard_nat(), {}, parse_endpoint("203.0.113.7:5000").value(), 42},
         "f0a86a63616e6469646174657380656672657368703230332e302e3131332e373a353030306468656c64182a636e6174"
         "a76966696c746572696e6771616464726573735f646570656e64656e74676d617070696e6776616464726573735f706f"
         "72745f646570656e64656e7469706f72745f686967681907ff68706f72745f6c6f7719040069706f72745f7374657019"
         "ffff657370726179f463756470f465726f756e641affffffff65737461676503647374657066616e7377657261746570"
         "756e6368"},
        {"why", why{9}, "f0a2666e756d62657209617463776879"},
        {"why_reply",
         why_reply{9,
                   hard_nat(),
                   some_candidates(),
                   {{60, 1, punch_strategy::spray_easy, punch_outcome::nothing_came, 10240, 2048}}},
         "f0a56a63616e6469646174657382a26261746e3139322e302e322e313a34303030646b696e6464686f7374a262617473"
         "5b323030313a6462383a3a315d3a3635353335646b696e64666d6170706564636e6174a76966696c746572696e677161"
         "6464726573735f646570656e64656e74676d617070696e6776616464726573735f706f72745f646570656e64656e7469"
         "706f72745f686967681907ff68706f72745f6c6f7719040069706f72745f7374657019ffff657370726179f463756470"
         "f4666e756d626572096174697768795f7265706c7966747269616c7381a66361676f183c676f7574636f6d656c6e6f74"
         "68696e675f63616d65677061636b657473190800657374616765016873747261746567796a73707261795f6561737964"
         "746f6f6b192800"},
    };
}

}  // namespace buri::test
