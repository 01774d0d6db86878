#pragma once
// What a node learns of its NAT beyond its own mapped address, each through sockets of its own that are closed afterwards: filtering,
// which ports new mappings get, how long a mapping lives. Sans-I/O.
#include "buri/core/node/filtering_test.hpp"
#include "buri/core/node/lifetime_test.hpp"
#include "buri/core/node/mapping_sampler.hpp"
#include "buri/core/node_machine.hpp"

#include <deque>
#include <functional>

namespace buri::core {

class nat_tests {
public:
    /// Without `next_channel` there are no sockets, and nothing is tested.
    nat_tests(random_source& random, std::function<channel_id()> next_channel, std::deque<node_output>& out)
        : random_(random), next_channel_(std::move(next_channel)), out_(out) {}

    /// Each but the first is done at most once until reset().
    void test_filtering(const endpoint& server, const endpoint& other, time_point now);
    void sample_ports(std::span<const endpoint> servers, time_point now);
    void test_lifetime(const endpoint& server, time_point now);
    /// Another network: whatever was found holds no longer.
    void reset();

    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);
    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    [[nodiscard]] nat_filtering filtering() const { return filtering_; }
    [[nodiscard]] const std::vector<std::uint16_t>& ports() const { return ports_; }
    [[nodiscard]] duration lifetime() const { return lifetime_ ? lifetime_->second.proven() : duration(0); }
    [[nodiscard]] bool has_tested_lifetime() const { return lifetime_.has_value(); }

private:
    channel_id open();
    void close(channel_id channel) { out_.emplace_back(close_own_channel{channel}); }
    void finish();
    void send(const path_address& to, bytes datagram) { out_.emplace_back(send_plain{to, std::move(datagram)}); }

    random_source& random_;
    std::function<channel_id()> next_channel_;
    std::deque<node_output>& out_;
    std::optional<std::pair<channel_id, filtering_test>> filter_;
    endpoint filter_at_;
    std::optional<mapping_sampler> sampler_;
    std::optional<std::pair<channel_id, lifetime_test>> lifetime_;
    bool lifetime_open_ = false;
    nat_filtering filtering_ = nat_filtering::unknown;
    bool filtered_ = false;
    bool sampled_ = false;
    std::vector<std::uint16_t> ports_;
};

}  // namespace buri::core
