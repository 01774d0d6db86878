#pragma once
// Becoming a process: from the options of a command to those of a daemon, and its progress on stderr.
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"
#include "daemon/processes.hpp"

namespace buri::cli {

/// What --verbose and --quiet ask of a process's log.
std::optional<log_level> level_of(const invocation& call);

/// errc::usage for what the table cannot check: server, nickname, interface name.
result<daemon::node_process_options> node_options(const invocation& call);

/// Leaves a node in the background, logging to vpn.log, and returns once it is ready, or not in time.
result<void> go_up_detached(const invocation& call, daemon::node_process_options options, daemon::process_hooks hooks,
                            std::chrono::milliseconds limit);

daemon::server_process_options server_options(const invocation& call);
/// errc::usage for what the table cannot check: server, addresses, token.
result<daemon::relay_process_options> relay_options(const invocation& call);

/// Progress on stderr unless --quiet; on readiness and at the end the service manager is told. confirm_key is left out: see
/// ask_about_key.
daemon::process_hooks plain_hooks(const invocation& call);

/// Shows the fingerprint and asks for yes or no. Only where somebody sits at a terminal.
bool ask_about_key(const invocation& call, const daemon::key_question& question);

inline constexpr std::string_view server_state_directory = "/var/lib/vpn-server";
inline constexpr std::string_view relay_state_directory = "/var/lib/vpn-relay";

}  // namespace buri::cli
