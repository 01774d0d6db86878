#pragma once
// What control's commands (plane.hpp) become for each of the two directions.
#include "buri/dataplane/plane.hpp"
#include "buri/dataplane/way.hpp"

namespace buri::dataplane {

/// add_channel, opened.
struct added_way {
    channel_id channel = 0;
    std::shared_ptr<way> to;
};
using outbound_command = std::variant<install_snapshot, send_datagram, send_message, added_way, remove_channel>;
using inbound_command = std::variant<install_snapshot, added_way, remove_channel>;

}  // namespace buri::dataplane
