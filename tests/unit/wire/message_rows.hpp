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

inline std::vector<message_row<wire::tunnel_message>> tunnel_rows() {
    using namespace wire;
    return {
        {"echo", echo{18446744073709551615U}, "f0a2666e756d6265721bffffffffffffffff6174646563686f"},
        {"echo_reply", echo_reply{0}, "f0a2666e756d6265720061746a6563686f5f7265706c79"},
    };
}

}  // namespace buri::test
