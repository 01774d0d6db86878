#pragma once
// Tells the service manager how far the process is: the sd_notify protocol, without libsystemd.
#include <string_view>

namespace buri::daemon {

/// Sends one datagram ("READY=1", "STOPPING=1", "STATUS=…") to $NOTIFY_SOCKET. False if there is no such socket or it
/// cannot be reached; nothing depends on the answer.
bool notify_service_manager(std::string_view message);

}  // namespace buri::daemon
