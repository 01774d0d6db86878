#pragma once
// One relay, as a node sees it: whether and by which way it answers, and how far it is.
#include "buri/base/path_address.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/message_parts.hpp"
#include "buri/wire/relay_control.hpp"

#include <deque>
#include <optional>

namespace buri::core {

struct known_relay {
    struct asked {
        wire::relay_nonce nonce{};
        path_address to;
        time_point at;
    };

    wire::relay_info info{};
    std::size_t tunnels = 0;            ///< that have a grant for it
    std::size_t bound = 0;              ///< of these
    std::size_t awake = 0;              ///< of these: those that do not rest, or would wake by it
    std::optional<path_address> way{};  ///< where it answers
    std::optional<duration> round_trip{};
    std::optional<std::uint32_t> told_ms{};  ///< the round trip as the server knows it
    wire::relay_cookie cookie{};

    std::deque<asked> waiting{};  ///< PINGs without their PONG
    unsigned unanswered = 0;      ///< rounds of PINGs in a row
    time_point asked_at = time_point::min();
    time_point next_ask = never;
    time_point udp_next = never;      ///< while by stream: when UDP is asked again
    time_point asking_since = never;  ///< without a way, since then

    channel_id stream = main_channel;            ///< that is open or being opened; main_channel: none
    endpoint stream_remote{};                    ///< port 0: not open yet
    time_point stream_next = time_point::min();  ///< not before
    unsigned stream_failures = 0;

    /// Its way is kept open, else measured now and then.
    [[nodiscard]] bool is_kept() const { return awake > 0 || (tunnels > 0 && is_by_stream()); }
    [[nodiscard]] bool is_by_stream() const { return way && way->channel != main_channel; }
};

}  // namespace buri::core
