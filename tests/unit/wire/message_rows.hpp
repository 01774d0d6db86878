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
inline constexpr spi spi_in{0x80000010};
inline constexpr spi spi_out{0xfffffffc};

inline network_name home() {
    return network_name::parse("Home.net").value();
}

inline wire::peer_info bob_info() {
    return {bob, "bob", "SHA256:abc", true};
}

inline wire::network_info home_info() {
    return {home(), ada, false, 256, {ada, bob}};
}

inline std::vector<wire::candidate> some_candidates() {
    return {{wire::candidate_kind::host, parse_endpoint("192.0.2.1:4000").value()},
            {wire::candidate_kind::mapped, parse_endpoint("[2001:db8::1]:65535").value()}};
}

inline std::vector<message_row<wire::numbered_request>> request_rows() {
    using namespace wire;
    const auto candidates = some_candidates();
    return {
        {"hello",
         {1, hello{"vpn 0.1.0", {2, 3}, {{bob, spi_in, spi_out}}}},
         "a561710168736f6674776172656976706e20302e312e306673756974657342020361746568656c6c6f6774756e"
         "6e656c7381a362696e1a80000010636f75741afffffffc64706565726a3130302e36342e302e32"},
        {"endpoints",
         {2, endpoints{candidates, nat_kind::address_dependent}},
         "a46a63616e6469646174657382a26261746e3139322e302e322e313a34303030646b696e6464686f7374a26261"
         "74735b323030313a6462383a3a315d3a3635353335646b696e64666d6170706564636e61747161646472657373"
         "5f646570656e64656e74617102617469656e64706f696e7473"},
        {"create open",
         {3, create_network{home(), {}}},
         "a3676e6574776f726b68486f6d652e6e6574617103617466637265617465"},
        {"create closed",
         {23, create_network{home(), "p\xc3\xa4ssword"}},
         "a4676e6574776f726b68486f6d652e6e65746870617373776f72646970c3a47373776f72646171176174666372"
         "65617465"},
        {"join",
         {24, join_network{home(), "x"}},
         "a4676e6574776f726b68486f6d652e6e65746870617373776f72646178617118186174646a6f696e"},
        {"join open", {255, join_network{home(), {}}}, "a3676e6574776f726b68486f6d652e6e6574617118ff6174646a6f696e"},
        {"leave", {256, leave_network{home()}}, "a3676e6574776f726b68486f6d652e6e657461711901006174656c65617665"},
        {"delete", {65535, delete_network{home()}}, "a3676e6574776f726b68486f6d652e6e6574617119ffff61746664656c657465"},
        {"nick", {65536, set_nickname{"ada"}}, "a3686e69636b6e616d656361646161711a000100006174646e69636b"},
        {"tunnel", {9, tunnel_request{bob}}, "a364706565726a3130302e36342e302e3261710961746674756e6e656c"},
        {"ping", {4294967295, wire::ping{}}, "a261711affffffff61746470696e67"},
        {"bye", {0, bye{}}, "a2617100617463627965"},
    };
}

inline std::vector<message_row<wire::server_message>> answer_rows() {
    using namespace wire;
    return {
        {"ok", numbered_answer{1, ok_answer{}}, "a26171016174626f6b"},
        {"error", numbered_answer{2, error_answer{62, "the password is wrong"}},
         "a464636f6465183e6171026174656572726f726474657874757468652070617373776f72642069732077726f6e"
         "67"},
    };
}

inline std::vector<message_row<wire::server_message>> event_rows() {
    using namespace wire;
    const auto candidates = some_candidates();
    return {
        {"sync",
         numbered_event{0, wire::sync{ada, "ada", "100.64.0.0/10", "fd00:1:2:3::/64", {bob_info()}, {home_info()}}},
         "a86269646a3130302e36342e302e31686e6574776f726b7381a56b6d61785f6d656d62657273190100676d656d"
         "62657273826a3130302e36342e302e316a3130302e36342e302e32646e616d6568486f6d652e6e6574646f7065"
         "6ef4656f776e65726a3130302e36342e302e31686e69636b6e616d656361646165706565727381a46b66696e67"
         "65727072696e746a5348413235363a6162636269646a3130302e36342e302e32686e69636b6e616d6563626f62"
         "666f6e6c696e65f564706f6f6c6d3130302e36342e302e302f313061730061746473796e6363756c616f666430"
         "303a313a323a333a3a2f3634"},
        {"peer", numbered_event{1, peer_event{bob_info()}},
         "a36470656572a46b66696e6765727072696e746a5348413235363a6162636269646a3130302e36342e302e3268"
         "6e69636b6e616d6563626f62666f6e6c696e65f561730161746470656572"},
        {"network", numbered_event{2, network_event{home_info()}},
         "a3676e6574776f726ba56b6d61785f6d656d62657273190100676d656d62657273826a3130302e36342e302e31"
         "6a3130302e36342e302e32646e616d6568486f6d652e6e6574646f70656ef4656f776e65726a3130302e36342e"
         "302e316173026174676e6574776f726b"},
        {"joined", numbered_event{3, member_joined{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e65746173036174666a6f69"
         "6e6564"},
        {"left", numbered_event{4, member_left{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e65746173046174646c6566"
         "74"},
        {"gone", numbered_event{5, network_gone{home(), "deleted"}},
         "a4676e6574776f726b68486f6d652e6e657466726561736f6e6764656c65746564617305617464676f6e65"},
        {"open",
         numbered_event{
             6, tunnel_open{bob, "bob", {0xaa, 0xbb}, spi_in, spi_out, 2, bytes(16, 0x77), candidates, {home()}}},
         "ab6a63616e6469646174657382a26261746e3139322e302e322e313a34303030646b696e6464686f7374a26261"
         "74735b323030313a6462383a3a315d3a3635353335646b696e64666d617070656462696e1a80000010636b6579"
         "42aabb686e6574776f726b738168486f6d652e6e6574686e69636b6e616d6563626f62636f75741afffffffc64"
         "706565726a3130302e36342e302e326570756e6368507777777777777777777777777777777761730665737569"
         "7465026174646f70656e"},
        {"close", numbered_event{7, tunnel_close{bob, spi_in, "offline"}},
         "a562696e1a8000001064706565726a3130302e36342e302e3266726561736f6e676f66666c696e656173076174"
         "65636c6f7365"},
        {"candidates", numbered_event{8, peer_candidates{bob, {}}},
         "a46a63616e646964617465738064706565726a3130302e36342e302e3261730861746a63616e64696461746573"},
        {"notice", numbered_event{18446744073709551615U, notice{40, "", {}}},
         "a464636f6465182861731bffffffffffffffff6174666e6f74696365647465787460"},
        {"notice about a peer", numbered_event{9, notice{36, "no", bob}},
         "a564636f646518246470656572"
         "6a3130302e36342e302e32"
         "617309"
         "6174666e6f74696365"
         "6474657874626e6f"},
    };
}

inline std::vector<message_row<wire::tunnel_message>> tunnel_rows() {
    using namespace wire;
    return {
        {"echo", echo{18446744073709551615U}, "f0a2666e756d6265721bffffffffffffffff6174646563686f"},
        {"echo_reply", echo_reply{0}, "f0a2666e756d6265720061746a6563686f5f7265706c79"},
    };
}

}  // namespace buri::test
