#pragma once
// What the samples of the data plane's counters mean: does traffic flow, is anything heard, when was something last sent.
#include "buri/core/tunnel/tunnel.hpp"

#include <algorithm>

namespace buri::core {

class traffic_watch {
public:
    struct change {
        bool sent = false;      ///< packets of the user; the tunnel's own messages do not count
        bool received = false;  ///< anything authentic
        bool flows = false;     ///< more than keepalives, in either direction
        bool large = false;     ///< of the user's packets some that not every path carries
    };

    explicit traffic_watch(time_point now) : sampled_(now), last_sent_(now), last_received_(now) {}

    /// A dummy or another message of the tunnel's own was ordered.
    void on_own_message(time_point now) {
        ++own_;
        last_sent_ = now;
    }

    /// A message of the peer's tunnel came.
    void on_peers_message() { peers_ = std::min(peers_ + 1, most_peers); }

    change on_sample(const traffic_sample& sample, time_point now) {
        const auto sent = sample.sent_packets - std::min(last_.sent_packets, sample.sent_packets);
        const auto received = sample.received_packets - std::min(last_.received_packets, sample.received_packets);
        const bool users = sent > own_;
        const auto others = received - std::min(received, peers_);
        peers_ -= std::min(received, peers_);
        // An order that was dropped, or that this sample is too early for, must not hide traffic for long.
        own_ = std::min<std::uint64_t>(own_ - std::min(own_, sent), 1);
        // When exactly is not known: at the earliest right after the last sample.
        if (users) last_sent_ = std::max(last_sent_, sampled_);
        if (received > 0) last_received_ = now;
        const bool large = sample.sent_large > last_.sent_large;
        last_ = sample;
        sampled_ = now;
        return {users, received > 0, users || others > 1, large};
    }

    [[nodiscard]] time_point last_sent() const { return last_sent_; }
    [[nodiscard]] time_point last_received() const { return last_received_; }

private:
    traffic_sample last_;
    static constexpr std::uint64_t most_peers = 32;
    std::uint64_t own_ = 0;    ///< ordered and not yet seen in a sample
    std::uint64_t peers_ = 0;  ///< received and not yet seen in a sample
    time_point sampled_;
    time_point last_sent_;
    time_point last_received_;
};

}  // namespace buri::core
