#pragma once
// Inside a tunnel: 0xF0 and one CBOR map (protocol section 4).
#include "buri/base/nat_behaviour.hpp"
#include "buri/base/result.hpp"
#include "buri/wire/message_parts.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace buri::wire {

struct echo {
    static constexpr std::string_view kind = "echo";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo&) const = default;
};
struct echo_reply {
    static constexpr std::string_view kind = "echo_reply";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo_reply&) const = default;
};
/// A probe of the path's MTU: as large as it wants to be. Answered by mtu_reply.
struct mtu_probe {
    static constexpr std::string_view kind = "mtu";
    std::uint64_t number = 0;
    bytes padding;
    static constexpr auto fields(auto& self, auto&& field) {
        field("number", self.number);
        field("padding", self.padding);
    }
    bool operator==(const mtu_probe&) const = default;
};
struct mtu_reply {
    static constexpr std::string_view kind = "mtu_reply";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const mtu_reply&) const = default;
};

// ---- punching, coordinated end to end -------------------------------------------------------------------------------

/// What a node knows of its own NAT.
struct nat_info {
    bool udp = true;  ///< datagrams get through at all
    nat_mapping mapping = nat_mapping::unknown;
    nat_filtering filtering = nat_filtering::unknown;
    std::optional<std::uint16_t> port_step{};  ///< each new mapping's port is that much further, modulo 65536
    std::optional<std::uint16_t> port_low{};   ///< all mappings seen lie from here
    std::optional<std::uint16_t> port_high{};  ///< to here, if that is a small part of all ports
    bool spray = true;                         ///< takes part in spraying
    static constexpr auto fields(auto& self, auto&& field) {
        field("udp", self.udp);
        field("mapping", self.mapping);
        field("filtering", self.filtering);
        field("port_step", self.port_step);
        field("port_low", self.port_low);
        field("port_high", self.port_high);
        field("spray", self.spray);
    }
    bool operator==(const nat_info&) const = default;
};

enum class punch_step : std::uint8_t { call, answer, go };

/// Call, answer, go: both ends begin at the same instant, the caller half a round trip after its go.
struct punch {
    static constexpr std::string_view kind = "punch";
    std::uint32_t round = 0;  ///< of the caller, rising
    punch_step step = punch_step::call;
    std::uint32_t stage = 0;  ///< how many rounds failed since the last change: decides the strategy
    nat_info nat;
    std::vector<candidate> candidates;    ///< all of the sender's, in place of those before
    std::optional<endpoint> fresh{};      ///< as a STUN server just saw the socket that is used in this round
    std::optional<std::uint32_t> held{};  ///< milliseconds from the call's arrival to this answer
    static constexpr auto fields(auto& self, auto&& field) {
        field("round", self.round);
        field("step", self.step);
        field("stage", self.stage);
        field("nat", self.nat);
        field("candidates", self.candidates);
        field("fresh", self.fresh);
        field("held", self.held);
    }
    bool operator==(const punch&) const = default;
};

// ---- why there is a direct path, or none ----------------------------------------------------------------------------

enum class punch_strategy : std::uint8_t {
    none,            ///< no packet of one can reach the other
    plain,           ///< to each candidate
    fresh,           ///< the same from a fresh port, for a mapping that was poisoned
    predicted_own,   ///< the peer guesses this end's port
    predicted_peer,  ///< this end guesses the peer's
    predicted_both,
    spray_hard,  ///< many own sockets
    spray_easy,  ///< many ports of the peer
};
enum class punch_outcome : std::uint8_t {
    under_way,
    direct,
    nothing_came,  ///< sent, and no answer
    no_answer,     ///< of the peer to the call
    no_mapping,    ///< no STUN server told the fresh port
    limited,       ///< the budget of guesses is used up
};

struct punch_trial {
    std::uint32_t ago = 0;  ///< seconds since it began
    std::uint32_t stage = 0;
    punch_strategy strategy = punch_strategy::none;
    punch_outcome outcome = punch_outcome::under_way;
    std::uint32_t took = 0;     ///< milliseconds
    std::uint32_t packets = 0;  ///< guesses included
    static constexpr auto fields(auto& self, auto&& field) {
        field("ago", self.ago);
        field("stage", self.stage);
        field("strategy", self.strategy);
        field("outcome", self.outcome);
        field("took", self.took);
        field("packets", self.packets);
    }
    bool operator==(const punch_trial&) const = default;
};
inline constexpr std::size_t max_trials = 8;

/// Asks for a why_reply.
struct why {
    static constexpr std::string_view kind = "why";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const why&) const = default;
};
struct why_reply {
    static constexpr std::string_view kind = "why_reply";
    std::uint64_t number = 0;
    nat_info nat;
    std::vector<candidate> candidates;
    std::vector<punch_trial> trials;  ///< the latest, oldest first
    static constexpr auto fields(auto& self, auto&& field) {
        field("number", self.number);
        field("nat", self.nat);
        field("candidates", self.candidates);
        field("trials", self.trials);
    }
    bool operator==(const why_reply&) const = default;
};

using tunnel_message = std::variant<echo, echo_reply, mtu_probe, mtu_reply, punch, why, why_reply>;

/// `inner` starts with 0xF0. Unknown kinds are errc::unknown_request, to be ignored.
result<tunnel_message> parse_tunnel_message(byte_view inner);
bytes encode(const tunnel_message& message);

}  // namespace buri::wire
