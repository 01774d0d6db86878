#pragma once
// Which way is tried when (after RFC 8305): another each 250 ms, or at once when one has failed; what worked last time is alone for
// a second. Pure.
//
// Two over TCP, two over TLS, one through the proxy, and so on: both families of a host come early, and no kind waits for all
// addresses of another.
#include "buri/base/time_point.hpp"
#include "buri/link/way.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <optional>

namespace buri::link {

class race_order {
public:
    static constexpr auto stagger = std::chrono::milliseconds(250);
    static constexpr auto head_start = std::chrono::seconds(1);
    /// A name may have any number of addresses.
    static constexpr std::size_t max_ways = 32;

    /// `lookups`: so many names are being resolved. `first` is taken before all others, once it is there.
    race_order(std::optional<known_way> first, std::size_t lookups, time_point now);

    /// Beyond max_ways it is dropped.
    void add(way what);
    void on_lookup_done() { --lookups_; }
    void on_failure(time_point now);

    /// What is to be started now, if anything.
    std::optional<way> take(time_point now);
    /// When take() may have something, unless ways are added before.
    [[nodiscard]] time_point next_deadline() const;
    /// There is nothing more to start, and nothing comes.
    [[nodiscard]] bool is_exhausted() const;

private:
    [[nodiscard]] bool is_empty() const;
    std::optional<way> take_first();

    std::array<std::deque<way>, 3> lanes_;  ///< by kind
    std::optional<known_way> first_;
    std::size_t lookups_;
    std::size_t added_ = 0;
    std::size_t turn_ = 0;
    time_point proxies_from_;  ///< names that are being resolved get that much of a start
    time_point next_;
};

}  // namespace buri::link
