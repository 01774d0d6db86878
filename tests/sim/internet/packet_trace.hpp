#pragma once
// The last packets of a simulation, to be drawn when a story goes wrong.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/time_point.hpp"

#include <array>
#include <deque>
#include <string>
#include <string_view>

namespace buri::sim {

class packet_trace {
public:
    static constexpr std::size_t kept = 60;

    void note_datagram(time_point at, std::string_view from, std::string_view to, byte_view data,
                       std::string_view verdict);
    /// Anything else that happens between two parties, or at one of them.
    void note(time_point at, std::string_view from, std::string_view to, std::string text);

    /// A text sequence diagram: one line a packet, the oldest first.
    [[nodiscard]] std::string draw() const;

private:
    struct row {
        time_point at;
        std::string from;
        std::string to;
        std::string text;                     ///< if it is no datagram
        std::array<std::uint8_t, 20> head{};  ///< of the datagram
        std::size_t size = 0;
        std::string verdict;
    };
    void keep(row what);
    std::deque<row> rows_;
};

}  // namespace buri::sim
