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
result<int> run_join(invocation& call);
result<int> run_leave(invocation& call);
result<int> run_delete(invocation& call);
result<int> run_list(invocation& call);

// peer_commands.cpp
result<int> run_peers(invocation& call);
result<int> run_show(invocation& call);
result<int> run_ping(invocation& call);
result<int> run_nick(invocation& call);

// server_commands.cpp
result<int> run_server_init(invocation& call);
result<int> run_server_run(invocation& call);

// look_commands.cpp
result<int> run_version(invocation& call);
result<int> run_rpc(invocation& call);
result<int> run_completion(invocation& call);
result<int> run_help(invocation& call);
result<int> run_names(invocation& call);
result<int> run_manual(invocation& call);

}  // namespace buri::cli
