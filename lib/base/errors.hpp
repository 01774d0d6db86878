#pragma once
// What a user can be told went wrong. One table: the number on the wire (protocol section 3, ERR and answers), the name
// in JSON, the exit code of `vpn`, and a sentence. Server, node, command line, man pages and tests all read it.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace buri {

enum class errc : std::uint16_t {
    internal = 1,
    malformed = 2,
    usage = 3,
    unknown_request = 4,
    timed_out = 5,
    cancelled = 6,
    daemon_not_running = 10,
    daemon_running = 11,
    permission = 12,
    no_tun = 13,
    port_in_use = 14,
    config = 15,
    state_unreadable = 16,
    state_newer = 17,
    disk_full = 18,
    not_initialised = 19,
    already_initialised = 20,
    server_unreachable = 30,
    server_unresolved = 31,
    server_closed = 32,
    server_key_unknown = 33,
    server_key_mismatch = 34,
    server_key_changed = 35,
    suite_refused = 36,
    auth_failed = 37,
    account_unknown = 38,
    out_of_order = 39,
    too_many_requests = 40,
    pool_exhausted = 41,
    registration_closed = 42,
    not_online = 43,
    key_file = 44,
    key_unsuitable = 45,
    name_invalid = 60,
    name_taken = 61,
    password_wrong = 62,
    password_missing = 63,
    network_not_found = 64,
    peer_not_found = 65,
    peer_ambiguous = 66,
    not_a_member = 67,
    not_owner = 68,
    network_full = 69,
    too_many_networks = 70,
    nickname_invalid = 71,
    peer_offline = 72,
    owner_cannot_leave = 73,
    network_locked = 80,
    banned = 81,
    plan_forbids = 82,
    not_privileged = 83,
    owner_protected = 84,
    awaiting_approval = 85,
    not_awaiting = 86,
    invite_invalid = 87,
    invite_not_found = 88,
    ban_not_found = 89,
    transfer_not_offered = 90,
    text_invalid = 91,
    owns_networks = 92,
    plan_unknown = 93,
    licence_invalid = 94,
    licence_used = 95,
    key_in_use = 96,
    intercepted = 97,
    relay_not_found = 98,
    relay_token_invalid = 99,
    relay_full = 100,
};

struct error_info {
    errc code;
    std::string_view name;      ///< stable, snake_case, in JSON and in the protocol page
    int exit_code;              ///< of `vpn`, see vpn(1)
    std::string_view sentence;  ///< what it means, without the particulars
};

/// The table, ordered by number.
std::span<const error_info> all_errors();

/// The row of a code; a number that is not in the table reads as `internal`.
const error_info& describe(errc code);

std::optional<errc> error_from_wire(std::uint16_t number);

/// An error on its way to whoever can act on it. `text` says what failed, why, and the next step.
struct error {
    errc code = errc::internal;
    std::string text;

    bool operator==(const error&) const = default;
};

/// An error with the table's own sentence.
error make_error(errc code);
error make_error(errc code, std::string text);

}  // namespace buri
