#pragma once
// What the commands do, one function a command, one file a group.
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"

namespace buri::cli {

// run_commands.cpp
result<int> run_up(invocation& call);
result<int> run_down(invocation& call);
result<int> run_daemon(invocation& call);
result<int> run_status(invocation& call);
result<int> run_wait(invocation& call);
result<int> run_events(invocation& call);

// network_commands.cpp
result<int> run_create(invocation& call);
result<int> run_leave(invocation& call);
result<int> run_delete(invocation& call);
result<int> run_list(invocation& call);

// join_command.cpp
result<int> run_join(invocation& call);

// set_command.cpp
result<int> run_set(invocation& call);

// membership_commands.cpp
result<int> run_requests(invocation& call);
result<int> run_approve(invocation& call);
result<int> run_reject(invocation& call);
result<int> run_evict(invocation& call);
result<int> run_ban(invocation& call);
result<int> run_unban(invocation& call);
result<int> run_bans(invocation& call);

// administrator_commands.cpp
result<int> run_admin_grant(invocation& call);
result<int> run_admin_revoke(invocation& call);
result<int> run_admin_list(invocation& call);
result<int> run_transfer(invocation& call);

// message_commands.cpp
result<int> run_welcome(invocation& call);
result<int> run_announce(invocation& call);

// invite_commands.cpp
result<int> run_invite(invocation& call);
result<int> run_invites(invocation& call);
result<int> run_uninvite(invocation& call);

// log_commands.cpp
result<int> run_log(invocation& call);
result<int> run_server_log(invocation& call);

// account_commands.cpp
result<int> run_keys_show(invocation& call);
result<int> run_keys_rotate(invocation& call);
result<int> run_licence_install(invocation& call);
result<int> run_account_delete(invocation& call);

// peer_commands.cpp
result<int> run_peers(invocation& call);
result<int> run_show(invocation& call);
result<int> run_nick(invocation& call);

// ping_command.cpp
result<int> run_ping(invocation& call);

// reach_commands.cpp
result<int> run_why(invocation& call);
result<int> run_netcheck(invocation& call);
result<int> run_doctor(invocation& call);

// server_commands.cpp
result<int> run_server_init(invocation& call);
result<int> run_server_run(invocation& call);
result<int> run_server_restore(invocation& call);

// relay_commands.cpp
result<int> run_relay_run(invocation& call);

// server_look_commands.cpp
result<int> run_server_status(invocation& call);
result<int> run_server_accounts(invocation& call);
result<int> run_server_account(invocation& call);
result<int> run_server_networks(invocation& call);
result<int> run_server_network(invocation& call);
result<int> run_server_plan_list(invocation& call);
result<int> run_server_licence_list(invocation& call);
result<int> run_server_relay_list(invocation& call);

// server_change_commands.cpp
result<int> run_server_remove_account(invocation& call);
result<int> run_server_remove_network(invocation& call);
result<int> run_server_plan_set(invocation& call);
result<int> run_server_licence_make(invocation& call);
result<int> run_server_relay_add(invocation& call);
result<int> run_server_relay_remove(invocation& call);
result<int> run_server_backup(invocation& call);
result<int> run_server_reload(invocation& call);

// look_commands.cpp
result<int> run_version(invocation& call);
result<int> run_rpc(invocation& call);
result<int> run_completion(invocation& call);
result<int> run_help(invocation& call);
result<int> run_names(invocation& call);
result<int> run_manual(invocation& call);

}  // namespace buri::cli
