#pragma once
// What a gateway grants, and how far it is trusted: a lease is renewed at half its life, never sooner than 30 s after the
// request before, whatever the gateway says.
#include "buri/base/endpoint.hpp"
#include "buri/base/time_point.hpp"

#include <optional>
#include <string>

namespace buri::core {

/// Asked of every gateway (RFC 6886 section 3.3 recommends it).
constexpr std::chrono::seconds requested_lifetime(7200);
/// Between the requests for one port.
constexpr std::chrono::seconds min_request_interval(30);
/// Until a gateway that did not answer or refused is asked again.
constexpr std::chrono::seconds rest_interval(600);

/// Into 60 s to 24 h. Whoever grants less is asked every 30 s all the same; whoever grants more is not counted on.
std::chrono::seconds clamp_lifetime(std::uint32_t granted);

struct lease {
    endpoint external;
    std::chrono::seconds lifetime{0};
    time_point renew{};
    time_point expires{};
};
lease make_lease(const endpoint& external, std::uint32_t granted, time_point now);

/// Why an external endpoint cannot be what a gateway says it is; nothing if it can. Private ones can: see
/// is_behind_another_nat().
std::optional<std::string> why_unusable(const endpoint& external, const ip_address& internal);

/// RFC 1918 or RFC 6598.
bool is_behind_another_nat(const ip_address& external);

}  // namespace buri::core
