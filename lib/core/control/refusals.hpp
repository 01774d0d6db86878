#pragma once
// What is said when one side of a control channel does not go on, as the other side tells it and as a user reads it.
#include "buri/base/errors.hpp"
#include "buri/base/suite.hpp"
#include "buri/core/control/control_client.hpp"
#include "buri/core/control/sealed_channel.hpp"
#include "buri/wire/handshake_messages.hpp"

#include <span>
#include <string>

namespace buri::core {

/// The text of HELO ERR with suite_refused: "2,3".
std::string suite_list(std::span<const suite_id> suites);

/// A node's error from HELO ERR. That message is not authenticated: nothing of it is shown as it came.
error from_helo_err(const wire::helo_err& refusal, const control_client_settings& settings);

/// An error from ERR.
error from_err(const wire::control_err& refusal, channel_side by);

/// Why a key that the server showed is not the one that is expected.
error wrong_server_key(byte_view shown_key, const control_client_settings& settings);

/// A message that the state has no place for.
error not_now(const wire::control_message& message);

/// A payload that is no message.
error not_understood(wire::parse_errc why);

}  // namespace buri::core
