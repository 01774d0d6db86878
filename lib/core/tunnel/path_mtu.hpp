#pragma once
// How large a packet each way carries in one piece, found by sealed messages of that size (RFC 8899, DPLPMTUD, in spirit).
//
// All sizes are of IP packets inside the tunnel. When a way becomes the path, one message as large as the interface's MTU asks
// whether all is well, which it is on most ways:
//
//     asking --answered--> settled                settled --a minute under traffic, or 2 s after large packets left,
//                                                            or nothing comes back--> asking
//     asking --twice not--> searching (the smallest size holds meanwhile) --answers, or none--> settled
//
// Searching sends every sensible size at once, twice; the largest that is answered holds. No ICMP is needed, so black holes are found.
#include "buri/base/path_address.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/tunnel/surroundings.hpp"
#include "buri/core/tunnel/traffic_watch.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace buri::core {

class path_mtu {
public:
    explicit path_mtu(const tunnel_surroundings& around) : around_(around) {}

    /// The path is another one, or none; `seal_overhead`: bytes of a sealed datagram that are not the packet.
    void on_path(const std::optional<path_address>& path, std::size_t seal_overhead, time_point now);
    void on_reply(std::uint64_t number, time_point now);
    void on_traffic(const traffic_watch::change& change, time_point now);
    /// Nothing is to be sent until the path is set again.
    void stop();

    struct probe {
        std::uint64_t number = 0;
        std::uint16_t size = 0;
    };
    /// A message that is to be sent now, if one is. `round_trip`: of the path, if known.
    std::optional<probe> take_due(std::optional<duration> round_trip, time_point now);
    [[nodiscard]] time_point next_deadline() const;

    /// What holds now; nothing is known yet: none.
    [[nodiscard]] std::optional<std::uint16_t> limit() const { return limit_; }

private:
    enum class step : std::uint8_t { idle, asking, searching, settled };
    struct known_way {
        path_address path;
        std::uint16_t limit = 0;
    };
    struct sent_probe {
        std::uint64_t number = 0;
        std::uint16_t size = 0;
    };

    void ask(time_point now);
    void search(time_point now);
    void settle(time_point now);
    void plan(std::uint16_t size, time_point when) { planned_.push_back({when, size}); }
    void remember();
    [[nodiscard]] std::uint16_t floor() const;
    [[nodiscard]] std::vector<std::uint16_t> sizes() const;

    struct planned_probe {
        time_point when;
        std::uint16_t size = 0;
    };

    const tunnel_surroundings& around_;
    step step_ = step::idle;
    std::optional<path_address> path_;
    std::size_t overhead_ = 0;  ///< of everything around a packet, headers of IP and UDP included
    std::optional<std::uint16_t> limit_;
    std::uint16_t best_ = 0;  ///< the largest that was answered in this search
    unsigned rounds_ = 0;     ///< of this step
    time_point answer_by_ = never;
    time_point checked_ = time_point::min();
    bool large_left_ = false;          ///< since the last check
    time_point silent_since_ = never;  ///< packets go and nothing comes back
    time_point suspected_ = time_point::min();
    duration suspicion_gap_{0};
    std::deque<planned_probe> planned_;
    std::deque<sent_probe> sent_;
    std::vector<known_way> known_;
    std::uint64_t last_number_ = 0;
};

}  // namespace buri::core
