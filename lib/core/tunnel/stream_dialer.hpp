#pragma once
// Connections to the peer itself, over TCP, where datagrams do not get through: to the candidates of kind tcp, two at a time, each
// round later than the last. What is connected becomes a way like any other.
#include "buri/base/random_source.hpp"
#include "buri/core/backoff.hpp"
#include "buri/core/tunnel/surroundings.hpp"
#include "buri/core/tunnel/tunnel.hpp"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace buri::core {

class stream_dialer {
public:
    /// Writes open_stream and close_channel to `outputs`.
    stream_dialer(tunnel_surroundings& around, random_source& random, std::deque<tunnel_output>& outputs)
        : around_(around), random_(random), outputs_(outputs) {}

    /// Those where streams may go; replaces those before.
    void on_candidates(std::vector<endpoint> told);
    /// What the peer says of its own datagrams.
    void on_peer_udp(bool works) { peer_udp_works_ = works; }
    /// Where the stream leads, if it is one of these.
    std::optional<path_address> on_open(channel_id channel, time_point now);
    void on_closed(channel_id channel);
    /// `lacking`: packets would flow, and no direct way is known. `path`: what is in use.
    void on_deadline(bool lacking, const std::optional<path_address>& path, time_point now);
    [[nodiscard]] time_point next_deadline() const;

private:
    struct dialled {
        channel_id channel = 0;
        endpoint to;
        bool open = false;
        time_point until = never;  ///< closed then, unless it is the path
    };
    [[nodiscard]] time_point dial_due() const;
    [[nodiscard]] std::size_t under_way() const;
    void dial(time_point now);

    tunnel_surroundings& around_;
    random_source& random_;
    std::deque<tunnel_output>& outputs_;
    std::vector<endpoint> told_;
    std::size_t next_ = 0;  ///< of told_ in this round
    std::vector<dialled> streams_;
    bool peer_udp_works_ = true;
    time_point lacking_since_ = never;
    time_point next_round_ = time_point::min();
    backoff rounds_{{std::chrono::seconds(2), std::chrono::seconds(60), std::chrono::seconds(60), 0}};
};

}  // namespace buri::core
