#pragma once
// What a field of a CBOR message may hold: one table for the parser, the protocol page and the tests.
#include "buri/wire/handshake_messages.hpp"
#include "buri/wire/messages.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace buri::wire {

inline constexpr std::size_t max_list = 65'536;  ///< elements of any list if nothing else is said
template <typename Element>
inline constexpr std::size_t list_limit = max_list;
template <>
inline constexpr std::size_t list_limit<candidate> = max_candidates;
template <>
inline constexpr std::size_t list_limit<punch_trial> = max_trials;
inline constexpr std::size_t max_suites = 16;
inline constexpr std::size_t punch_key_size = 16;

/// 00:00:00 on the first of January 1970 is the first moment that a message can tell, the end of the year 9999 the last.
inline constexpr std::uint64_t last_second = 253'402'300'799;

/// Of a probe of the path's MTU.
inline constexpr std::size_t max_padding = 65'535;
inline constexpr std::size_t max_token = 512;

/// Names in a set of privileges or permissions.
inline constexpr std::size_t max_flags = 32;

/// Bytes of a text, by the field's name.
constexpr std::size_t text_limit(std::string_view field) {
    if (field == "password") return 256;
    if (field == "text" || field == "welcome") return max_text;
    if (field == "nickname" || field == "name") return 63;
    if (field == "software") return 128;
    if (field == "host") return 253;
    if (field == "reason") return 256;
    if (field == "key") return 512;
    if (field == "before" || field == "after") return max_text;
    return 64;
}

/// Byte strings: the least and the most bytes, by the field's name.
constexpr std::pair<std::size_t, std::size_t> bytes_limits(std::string_view field) {
    if (field == "punch") return {punch_key_size, punch_key_size};
    if (field == "suites") return {0, max_suites};
    if (field == "invite") return {16, 16};
    if (field == "digest") return {32, 32};
    if (field == "transaction") return {12, 12};
    if (field == "padding") return {0, max_padding};
    if (field == "token") return {1, max_token};
    if (field == "by_old" || field == "by_new") return {1, max_signature};
    return {1, max_key_blob};
}

/// What people write to each other. One that is too long is told from a malformed field.
constexpr bool is_message_text(std::string_view field) {
    return field == "text" || field == "reason";
}

template <typename Enum>
struct named {
    Enum value;
    std::string_view name;
};

constexpr auto names_of(candidate_kind) {
    return std::to_array<named<candidate_kind>>({{candidate_kind::host, "host"},
                                                 {candidate_kind::mapped, "mapped"},
                                                 {candidate_kind::port_mapped, "port_mapped"},
                                                 {candidate_kind::tcp, "tcp"}});
}

constexpr auto names_of(nat_kind) {
    return std::to_array<named<nat_kind>>({{nat_kind::unknown, "unknown"},
                                           {nat_kind::none, "none"},
                                           {nat_kind::endpoint_independent, "endpoint_independent"},
                                           {nat_kind::address_dependent, "address_dependent"}});
}

constexpr auto names_of(nat_mapping) {
    return std::to_array<named<nat_mapping>>({{nat_mapping::unknown, "unknown"},
                                              {nat_mapping::none, "none"},
                                              {nat_mapping::endpoint_independent, "endpoint_independent"},
                                              {nat_mapping::address_dependent, "address_dependent"},
                                              {nat_mapping::address_port_dependent, "address_port_dependent"}});
}

constexpr auto names_of(nat_filtering) {
    return std::to_array<named<nat_filtering>>({{nat_filtering::unknown, "unknown"},
                                                {nat_filtering::endpoint_independent, "endpoint_independent"},
                                                {nat_filtering::address_dependent, "address_dependent"},
                                                {nat_filtering::address_port_dependent, "address_port_dependent"}});
}

constexpr auto names_of(punch_step) {
    return std::to_array<named<punch_step>>(
        {{punch_step::call, "call"}, {punch_step::answer, "answer"}, {punch_step::go, "go"}});
}

constexpr auto names_of(punch_strategy) {
    return std::to_array<named<punch_strategy>>({{punch_strategy::none, "none"},
                                                 {punch_strategy::plain, "plain"},
                                                 {punch_strategy::fresh, "fresh"},
                                                 {punch_strategy::predicted_own, "predicted_own"},
                                                 {punch_strategy::predicted_peer, "predicted_peer"},
                                                 {punch_strategy::predicted_both, "predicted_both"},
                                                 {punch_strategy::spray_hard, "spray_hard"},
                                                 {punch_strategy::spray_easy, "spray_easy"}});
}

constexpr auto names_of(punch_outcome) {
    return std::to_array<named<punch_outcome>>({{punch_outcome::under_way, "under_way"},
                                                {punch_outcome::direct, "direct"},
                                                {punch_outcome::nothing_came, "nothing_came"},
                                                {punch_outcome::no_answer, "no_answer"},
                                                {punch_outcome::no_mapping, "no_mapping"},
                                                {punch_outcome::limited, "limited"}});
}

}  // namespace buri::wire
