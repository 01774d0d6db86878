#pragma once
// From where a NAT or firewall lets answers in (RFC 5780 section 4.4): a fresh socket asks one port of the server, and has it answer
// from its other address, and from its other port. What comes in tells. Sans-I/O.
#include "buri/core/nat_report.hpp"
#include "buri/core/stun_query.hpp"

#include <optional>

namespace buri::core {

class filtering_test {
public:
    /// Each request is sent so often. Silence means no seven gaps after the first of them, and the gap follows the round trip.
    static constexpr unsigned tries = 3;
    static constexpr duration shortest_gap = std::chrono::milliseconds(30);

    /// Through a socket that never sent anything. `other`: what the server says of itself in OTHER-ADDRESS.
    filtering_test(const path_address& server, const endpoint& other, random_source& random, time_point now);

    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);
    /// Datagrams to the server that are due.
    std::optional<bytes> take_due(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    /// Nothing before it is known. unknown: not even a plain answer came.
    [[nodiscard]] std::optional<nat_filtering> result() const { return result_; }

private:
    void conclude();

    bool has_other_address_;
    stun_query plain_;
    stun_query other_address_;
    stun_query other_port_;
    random_source& random_;
    bool opened_ = false;
    bool port_came_ = false;
    std::optional<nat_filtering> result_;
};

}  // namespace buri::core
