#pragma once
// The CBOR messages of the control channel after AUTH OK (protocol section 3, Messages in MSG).
//
// Each kind is one struct that lists its fields once; that list both writes and reads it, as CBOR for the wire and as JSON for
// the local interface. A map holds `t` (the kind) and, for a request and its answer, `q`; events from the server hold `s`.
#include "buri/base/result.hpp"
#include "buri/wire/administration.hpp"
#include "buri/wire/answers.hpp"
#include "buri/wire/events.hpp"
#include "buri/wire/json_fwd.hpp"
#include "buri/wire/requests.hpp"
#include "buri/wire/tunnel_messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace buri::wire {

using request =
    std::variant<hello, endpoints, create_network, join_network, leave_network, delete_network, set_access,
                 approve_member, reject_member, evict_member, ban_node, unban_node, list_bans, grant_privileges,
                 revoke_privileges, offer_transfer, answer_transfer, set_welcome, make_announcement, list_messages,
                 confirm_messages, make_invite, list_invites, revoke_invite, read_log, install_licence, rotate_key,
                 delete_account, set_nickname, tunnel_request, check_reach, relay_hello, relay_load, ping, bye>;
using answer = std::variant<ok_answer, error_answer, ban_list, message_list, invite_made, invite_list, log_page>;
using event =
    std::variant<sync, resumed, plan_event, peer_event, network_event, settings_event, member_joined, member_changed,
                 member_left, member_requested, request_gone, network_gone, welcome_event, announcement_event,
                 log_event, tunnel_open, tunnel_close, peer_candidates, tunnel_relays, relay_list, seen_event, notice>;

struct numbered_request {
    std::uint32_t number = 0;  ///< q
    request body;
    bool operator==(const numbered_request&) const = default;
};
struct numbered_answer {
    std::uint32_t number = 0;  ///< q
    answer body;
    bool operator==(const numbered_answer&) const = default;
};
struct numbered_event {
    std::uint64_t sequence = 0;  ///< s
    event body;
    bool operator==(const numbered_event&) const = default;
};
using server_message = std::variant<numbered_answer, numbered_event>;

/// errc::unknown_request; errc::malformed, which names the field; errc::name_invalid for a network's name. All with the number
/// that is to be answered, or 0 if the message has none that can be read.
struct bad_request {
    std::uint32_t number = 0;
    error why;
};
tl::expected<numbered_request, bad_request> parse_request(byte_view cbor);
/// Unknown kinds of events are errc::unknown_request, to be ignored; anything else wrong is errc::malformed.
result<server_message> parse_server_message(byte_view cbor);

bytes encode(const numbered_request& message);
bytes encode(const server_message& message);

/// One struct as JSON: its fields, without `t`. For the local interface.
template <typename Message>
json to_json(const Message& message);

}  // namespace buri::wire
