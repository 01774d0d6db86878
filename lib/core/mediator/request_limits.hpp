#pragma once
// How much a node may ask for in a time. Every refusal says what to do.
#include "buri/core/mediator/rate_limit.hpp"
#include "buri/core/mediator/roster.hpp"

namespace buri::core {

/// "cannot join 'lab'": how a sentence about a request begins.
std::string attempt(const wire::request& body);

/// IPv4 addresses one by one, IPv6 addresses by their /64, which is what one machine has at least.
std::uint64_t address_key(const ip_address& address);

class request_limits {
public:
    static constexpr std::uint32_t max_waiting_per_node = 32;
    static constexpr std::uint32_t passwords_per_minute = 10;
    static constexpr std::uint32_t wrong_passwords_per_minute_and_address = 30;
    static constexpr std::uint32_t questions_per_minute = 120;
    /// Enough to make or join as many networks as one may at once; after that one a second.
    static constexpr std::uint32_t changes_in_period = 300;
    static constexpr auto change_period = std::chrono::minutes(5);
    static constexpr std::uint32_t refusals_kept_per_hour = 60;
    /// A room full of machines behind one address registers at once; the pool of addresses is not for one stranger.
    static constexpr std::uint32_t registrations_per_hour_and_address = 600;

    explicit request_limits(std::uint32_t registrations_per_minute);

    /// What passes counts. All errors are errc::too_many_requests.
    result<void> on_change(const online_node& from, const wire::request& body, time_point now);
    result<void> on_question(const online_node& from, const wire::request& body, time_point now);
    result<void> on_registration(const ip_address& from, time_point now);
    /// Whether one more refused act of the node goes into the audit log: nobody fills it with those. What passes counts.
    bool keeps_refusal(node_id of, time_point now) { return refusals_.allow(of.value, now); }
    /// A password or an invite was refused for `why`. Only wrong ones count against the address: many nodes behind one may join at once.
    void on_refused_join(const online_node& from, errc why, time_point now);
    void set_registrations(std::uint32_t per_minute);

private:
    result<void> on_password(const online_node& from, const wire::request& body, time_point now);

    rate_limit passwords_by_node_;
    rate_limit wrong_passwords_;  ///< by address
    rate_limit changes_;
    rate_limit questions_;
    std::uint32_t registrations_per_minute_;
    rate_limit registrations_;
    rate_limit registrations_by_address_;
    rate_limit refusals_;
};

}  // namespace buri::core
