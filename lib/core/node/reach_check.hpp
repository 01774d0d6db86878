#pragma once
// Ports that the gateway says it forwards: believed once a datagram that the server sent there has arrived.
#include "buri/core/node_machine.hpp"
#include "buri/wire/stun.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

namespace buri::core {

inline bool is_tcp(const port_mapping& mapping) {
    return mapping.protocol == mapping_protocol::tcp;
}

class reach_checks {
public:
    static constexpr duration first_gap = std::chrono::seconds(1);
    static constexpr duration longest_gap = std::chrono::seconds(600);

    explicit reach_checks(random_source& random) : random_(random) {}

    void on_mappings(std::vector<port_mapping> mappings, time_point now) {
        std::vector<check> next;
        for (auto& each : mappings) {
            const auto known = std::ranges::find_if(checks_, [&](const check& old) {
                return old.mapping.protocol == each.protocol && old.mapping.external == each.external;
            });
            if (known != checks_.end()) {
                next.push_back(*known);
            } else {
                each.is_verified = false;
                next.push_back({.mapping = each, .next_try = is_tcp(each) ? never : now});
            }
        }
        checks_ = std::move(next);
        believe_streams();
    }
    /// What was believed may not hold any more.
    void start_again(time_point now) {
        for (auto& each : checks_) {
            each.tries = 0;
            if (!is_tcp(each.mapping)) each.next_try = now;
        }
    }
    /// What the server is to be asked now.
    std::optional<wire::check_reach> take_due(time_point now) {
        for (auto& each : checks_) {
            if (each.next_try > now) continue;
            each.transaction = random_.array<12>();
            each.next_try = now + std::min(first_gap * (1 << std::min(each.tries++, 10U)), longest_gap);
            return wire::check_reach{each.mapping.external, bytes(each.transaction.begin(), each.transaction.end())};
        }
        return std::nullopt;
    }
    /// The mapping that is believed from now on, if the datagram was one that the server was asked for.
    std::optional<endpoint> on_response(const wire::stun_response& response) {
        const auto found = std::ranges::find_if(checks_, [&](const check& each) {
            return each.next_try != never && each.transaction == response.transaction && each.tries > 0;
        });
        if (found == checks_.end()) return std::nullopt;
        found->mapping.is_verified = true;
        found->next_try = never;
        believe_streams();
        return found->mapping.external;
    }

    [[nodiscard]] time_point next_deadline() const {
        auto first = never;
        for (const auto& each : checks_)
            first = std::min(first, each.next_try);
        return first;
    }
    [[nodiscard]] std::vector<port_mapping> mappings() const {
        std::vector<port_mapping> all;
        for (const auto& each : checks_)
            all.push_back(each.mapping);
        return all;
    }

private:
    struct check {
        port_mapping mapping;
        wire::stun_transaction transaction{};
        unsigned tries = 0;
        time_point next_try = never;
    };
    /// A gateway that tells the truth about datagrams is believed about streams.
    void believe_streams() {
        const bool is_true = std::ranges::any_of(
            checks_, [](const check& each) { return each.mapping.is_verified && !is_tcp(each.mapping); });
        for (auto& each : checks_) {
            if (is_tcp(each.mapping)) each.mapping.is_verified = is_true;
        }
    }

    random_source& random_;
    std::vector<check> checks_;
};

}  // namespace buri::core
