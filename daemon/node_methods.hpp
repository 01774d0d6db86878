#pragma once
// The methods of a node's local interface that ask the server one thing, as rows: what is asked is read from the parameters, the
// document is made from the answer. Nothing here waits or talks to anybody.
#include "buri/base/random_source.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/store/node_state.hpp"
#include "buri/wire/json.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace buri::daemon {

/// What parameters are read against.
struct node_facts {
    const core::node_machine& machine;
    const store::pinned_server& server;
    wall_time today;
    random_source& random;
};

struct question {
    wire::request what;
    wire::json document = wire::json::object();  ///< of the answer, as far as it is known already
};

using parameter_names = std::array<std::string_view, 6>;

struct question_row {
    std::string_view name;
    parameter_names parameters;
    result<question> (*read)(const node_facts& facts, const wire::json& params);
    /// When what the server did is known already: it tells what changed before it answers. The answer is no error_answer.
    wire::json (*tell)(const core::node_machine& machine, const wire::answer& answer, wire::json document);
};

std::span<const question_row> network_questions();  ///< create, join, leave, delete, set, transfer, heir, licence
std::span<const question_row> member_questions();   ///< approve, reject, evict, ban, bans, grant, revoke
std::span<const question_row>
message_questions();  ///< welcome, announce, announcements, invite, invites, uninvite, log

// ---- what the node knows by itself ----
/// {network?}: who waits where.
result<wire::json> read_requests(const core::node_machine& machine, const wire::json& params);
/// {network}: who can do what, the owner left out.
result<wire::json> read_administrators(const core::node_machine& machine, const wire::json& params);

// ---- unban: a name has to be looked for in the list of bans first ----
struct unban_wish {
    network_name network;
    std::string peer;                       ///< as given
    std::optional<wire::unban_node> named;  ///< by address or key
};
result<unban_wish> read_unban(const core::node_machine& machine, const wire::json& params);
/// errc::ban_not_found, errc::peer_ambiguous.
result<wire::unban_node> find_banned(const unban_wish& wish, const wire::ban_list& bans);
wire::json unban_document(const wire::unban_node& what);

// ---- for all of them ----
/// Nothing if this node is not in it.
const wire::network_info* find_network(const core::node_machine& machine, const network_name& name);
/// The document with `changed`.
wire::json tell_change(const core::node_machine& machine, const wire::answer& answer, wire::json document);

}  // namespace buri::daemon
