#pragma once
// Requests with their bytes.
#include "tests/unit/wire/message_rows.hpp"

namespace buri::test {

inline std::vector<message_row<wire::numbered_request>> own_request_rows() {
    using namespace wire;
    return {
        {"hello",
         {1, hello{"vpn 0.1.0", {2, 3}, {{bob, spi_in, spi_out}}, true, resume_point{18446744073709551615U, 5}}},
         "a765706c61696ef561710166726573756d65a26873657175656e6365056773657373696f6e1bffffffffffffffff68736f66"
         "74776172656976706e20302e312e306673756974657342020361746568656c6c6f6774756e6e656c7381a362696e1a800000"
         "10636f75741afffffffc64706565726a3130302e36342e302e32"},
        {"hello of a new node",
         {1, hello{"", {2}, {}, {}, {}}},
         "a561710168736f6674776172656066737569746573410261746568656c6c6f6774756e6e656c7380"},
        {"endpoints",
         {2, endpoints{some_candidates(), nat_kind::address_dependent}},
         "a46a63616e6469646174657382a26261746e3139322e302e322e313a34303030646b696e6464686f7374a2626174735b3230"
         "30313a6462383a3a315d3a3635353335646b696e64666d6170706564636e617471616464726573735f646570656e64656e74"
         "617102617469656e64706f696e7473"},
        {"create open",
         {3, create_network{home(), {}}},
         "a3676e6574776f726b68486f6d652e6e6574617103617466637265617465"},
        {"create closed",
         {23, create_network{home(), "p\xc3\xa4ssword"}},
         "a4676e6574776f726b68486f6d652e6e65746870617373776f72646970c3a47373776f7264617117617466637265617465"},
        {"join",
         {24, join_network{home(), "x", {}}},
         "a4676e6574776f726b68486f6d652e6e65746870617373776f72646178617118186174646a6f696e"},
        {"join open",
         {255, join_network{home(), {}, {}}},
         "a3676e6574776f726b68486f6d652e6e6574617118ff6174646a6f696e"},
        {"join invited",
         {25, join_network{home(), {}, counted(16)}},
         "a466696e7669746550000102030405060708090a0b0c0d0e0f676e6574776f726b68486f6d652e6e6574617118196174646a"
         "6f696e"},
        {"leave", {256, leave_network{home()}}, "a3676e6574776f726b68486f6d652e6e657461711901006174656c65617665"},
        {"delete", {65535, delete_network{home()}}, "a3676e6574776f726b68486f6d652e6e6574617119ffff61746664656c657465"},
        {"nick", {65536, set_nickname{"ada"}}, "a3686e69636b6e616d656361646161711a000100006174646e69636b"},
        {"tunnel", {9, tunnel_request{bob}}, "a364706565726a3130302e36342e302e3261710961746674756e6e656c"},
        {"endpoints with relays",
         {2, endpoints{{{candidate_kind::port_mapped, parse_endpoint("203.0.113.7:5000").value()},
                        {candidate_kind::tcp, parse_endpoint("203.0.113.7:5001").value()}},
                       nat_kind::none,
                       {{{1, 0}, {4294967295U, 70000}}}}},
         "a56a63616e6469646174657382a2626174703230332e302e3131332e373a35303030646b696e646b706f72745f6d61707065"
         "64a2626174703230332e302e3131332e373a35303031646b696e6463746370636e6174646e6f6e656171026672656c617973"
         "82a2626d73006572656c617901a2626d731a000111706572656c61791affffffff617469656e64706f696e7473"},
        {"check_reach",
         {3, check_reach{parse_endpoint("203.0.113.7:5000").value(), counted(12)}},
         "a4626174703230332e302e3131332e373a3530303061710361746b636865636b5f72656163686b7472616e73616374696f6e"
         "4c000102030405060708090a0b"},
        {"relay_hello",
         {1, relay_hello{counted(32),
                         "vpn 0.4.0",
                         {parse_endpoint("0.0.0.0:17771").value(), parse_endpoint("[2001:db8::1]:17771").value()},
                         {parse_endpoint("203.0.113.7:12975").value()},
                         {parse_endpoint("203.0.113.7:443").value()},
                         "fra1.example.org"}},
         "a864686f737470667261312e6578616d706c652e6f726761710168736f6674776172656976706e20302e342e3061746b7265"
         "6c61795f68656c6c6f6374637081713230332e302e3131332e373a313239373563746c73816f3230332e302e3131332e373a"
         "34343365746f6b656e5820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f63756470826d30"
         "2e302e302e303a3137373731735b323030313a6462383a3a315d3a3137373731"},
        {"relay_load",
         {2, relay_load{7, 4294967295U, {}}},
         "a46862696e64696e677307646b6269741affffffff61710261746a72656c61795f6c6f6164"},
        {"relay_load of a full one",
         {3, relay_load{0, 0, true}},
         "a56862696e64696e6773006466756c6cf5646b6269740061710361746a72656c61795f6c6f6164"},
        {"ping", {4294967295U, wire::ping{}}, "a261711affffffff61746470696e67"},
        {"bye", {0, bye{}}, "a2617100617463627965"},
    };
}

inline std::vector<message_row<wire::numbered_request>> administration_rows() {
    using namespace wire;
    return {
        {"set nothing",
         {1, set_access{home(), {}, {}, {}, {}, {}}},
         "a3676e6574776f726b68486f6d652e6e6574617101617463736574"},
        {"set",
         {1, set_access{home(), "new", false, true, true, false}},
         "a868617070726f76616cf56a656e6372797074696f6ef4666c6f636b6564f5676e6574776f726b68486f6d652e6e6574646f"
         "70656ef46870617373776f7264636e6577617101617463736574"},
        {"approve",
         {2, approve_member{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e6574617102617467617070726f7665"},
        {"reject",
         {3, reject_member{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e657461710361746672656a656374"},
        {"evict",
         {4, evict_member{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e65746171046174656576696374"},
        {"ban",
         {5, ban_node{home(), bob, "noise", some_time}},
         "a6666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e657461710566726561736f6e656e6f69"
         "736561746362616e65756e74696c1a6b49d200"},
        {"ban for ever",
         {5, ban_node{home(), bob, "", {}}},
         "a5666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e657461710566726561736f6e60617463"
         "62616e"},
        {"unban by node",
         {6, unban_node{home(), bob, {}}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e6574617106617465756e62616e"},
        {"unban by key",
         {6, unban_node{home(), {}, "SHA256:abc"}},
         "a46b66696e6765727072696e746a5348413235363a616263676e6574776f726b68486f6d652e6e6574617106617465756e62"
         "616e"},
        {"bans", {7, list_bans{home()}}, "a3676e6574776f726b68486f6d652e6e657461710761746462616e73"},
        {"grant",
         {8, grant_privileges{home(),
                              bob,
                              {privilege::password, privilege::access, privilege::approve, privilege::evict,
                               privilege::ban, privilege::message}}},
         "a56363616e866870617373776f72646661636365737367617070726f76656565766963746362616e676d657373616765666d"
         "656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e65746171086174656772616e74"},
        {"revoke",
         {9, revoke_privileges{home(), bob, {}}},
         "a56363616e80666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e6574617109617466726576"
         "6f6b65"},
        {"transfer",
         {10, offer_transfer{home(), bob}},
         "a4666d656d6265726a3130302e36342e302e32676e6574776f726b68486f6d652e6e657461710a6174687472616e73666572"},
        {"transfer withdrawn",
         {10, offer_transfer{home(), {}}},
         "a3676e6574776f726b68486f6d652e6e657461710a6174687472616e73666572"},
        {"heir",
         {11, answer_transfer{home(), true}},
         "a466616363657074f5676e6574776f726b68486f6d652e6e657461710b61746468656972"},
        {"welcome",
         {12, set_welcome{home(), "hello\tall\nof you"}},
         "a4676e6574776f726b68486f6d652e6e657461710c61746777656c636f6d6564746578747068656c6c6f09616c6c0a6f6620"
         "796f75"},
        {"announce",
         {13, make_announcement{home(), "\xc3\xbc"}},
         "a4676e6574776f726b68486f6d652e6e657461710d617468616e6e6f756e6365647465787462c3bc"},
        {"messages", {14, list_messages{home()}}, "a3676e6574776f726b68486f6d652e6e657461710e6174686d65737361676573"},
        {"seen",
         {15, confirm_messages{home(), true, 18446744073709551615U}},
         "a56c616e6e6f756e63656d656e741bffffffffffffffff676e6574776f726b68486f6d652e6e657461710f6174647365656e"
         "6777656c636f6d65f5"},
        {"invite",
         {16, make_invite{home(), counted(32), 5, some_time, true}},
         "a768617070726f766564f5666469676573745820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"
         "1e1f67657870697265731a6b49d200686d61785f7573657305676e6574776f726b68486f6d652e6e6574617110617466696e"
         "76697465"},
        {"invite without end",
         {16, make_invite{home(), counted(32), 0, {}, false}},
         "a668617070726f766564f4666469676573745820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"
         "1e1f686d61785f7573657300676e6574776f726b68486f6d652e6e6574617110617466696e76697465"},
        {"invites", {17, list_invites{home()}}, "a3676e6574776f726b68486f6d652e6e6574617111617467696e7669746573"},
        {"uninvite",
         {18, revoke_invite{home(), 18446744073709551615U}},
         "a46269641bffffffffffffffff676e6574776f726b68486f6d652e6e6574617112617468756e696e76697465"},
        {"log",
         {19, read_log{home(), 18446744073709551615U, 1000}},
         "a56561667465721bffffffffffffffff656c696d69741903e8676e6574776f726b68486f6d652e6e65746171136174636c6f"
         "67"},
        {"licence",
         {20, install_licence{"buri-licence-x"}},
         "a3636b65796e627572692d6c6963656e63652d786171146174676c6963656e6365"},
        {"rotate",
         {21, wire::rotate_key{counted(51), counted(64), counted(1)}},
         "a56662795f6e657741006662795f6f6c645840000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e"
         "1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f636b65795833000102030405060708090a"
         "0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132617115617466726f7461"
         "7465"},
        {"delete_account",
         {22, wire::delete_account{true}},
         "a3686e6574776f726b73f561711661746e64656c6574655f6163636f756e74"},
    };
}

inline std::vector<message_row<wire::numbered_request>> request_rows() {
    auto out = own_request_rows();
    for (auto& row : administration_rows())
        out.push_back(std::move(row));
    return out;
}

}  // namespace buri::test
