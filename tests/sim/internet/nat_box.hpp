#pragma once
// A router between two segments, by the behaviours of RFC 4787 (IPv4, translating) or RFC 6092 (IPv6, filtering only).
#include "tests/sim/internet/segment.hpp"

#include <map>
#include <set>
#include <tuple>

namespace buri::sim {

enum class mapping_behaviour : std::uint8_t { endpoint_independent, address_dependent, address_and_port_dependent };
enum class filtering_behaviour : std::uint8_t { endpoint_independent, address_dependent, address_and_port_dependent };

/// Which port a new mapping gets.
enum class port_allocation : std::uint8_t {
    preserving,  ///< the host's own if it is free, else any
    sequential,  ///< port_step further than the mapping before, whoever's that was
    random,
    block,  ///< at random out of block_size ports from block_first on
};

struct nat_settings {
    mapping_behaviour mapping = mapping_behaviour::endpoint_independent;
    filtering_behaviour filtering = filtering_behaviour::address_and_port_dependent;
    port_allocation allocation = port_allocation::preserving;
    bool hairpin = false;
    bool translates = true;  ///< false: a stateful firewall
    duration timeout = std::chrono::seconds(120);
    std::uint16_t port_step = 1;
    std::uint16_t block_first = 20000;
    std::uint16_t block_size = 512;
    /// As Linux does where the router's own input takes what no mapping does: a packet that comes first makes an entry, and
    /// packets to its sender get another port than all others.
    bool poisonable = false;
    std::size_t most_mappings = 65'536;  ///< a packet that would need one more is dropped
};

class nat_box final : public device {
public:
    nat_box(world& in, std::string name, nat_settings settings, segment& outside, link_settings uplink,
            segment& inside);

    /// The address that hosts inside share.
    void set_external(const ip_address& address);
    /// A host inside a firewall that translates nothing keeps its own address outside.
    void let_in(const ip_address& address) { outside_.add_address(address); }

    void on_packet(packet what) override;
    void on_outgoing(packet what) override;

    /// So many mappings of others come between.
    void pass_over(std::uint16_t ports) {
        sequence_ = static_cast<std::uint16_t>(sequence_ + ports * settings_.port_step);
    }
    /// Forgets everything and uses other ports from now on, as after a power cut.
    void rebind();
    void set_timeout(duration timeout) { settings_.timeout = timeout; }
    [[nodiscard]] std::size_t mapping_count() const { return by_inside_.size(); }
    link_settings& uplink() { return outside_.link; }

private:
    static constexpr duration unanswered_life = std::chrono::seconds(30);
    static constexpr duration expiry_interval = std::chrono::milliseconds(250);

    /// An inside endpoint, and what else decides about its mapping.
    using key = std::tuple<endpoint, ip_address, std::uint16_t>;
    struct mapping {
        key inside;
        endpoint outside;
        std::map<endpoint, time_point> sent_to;  ///< with the time of the last packet
        time_point last_used;
    };
    [[nodiscard]] key key_of(const packet& what) const;
    /// Null: there is no room for another.
    mapping* mapping_for(const packet& outgoing);
    endpoint choose_outside(const endpoint& inside, bool preserving);
    [[nodiscard]] std::uint16_t next_port();
    [[nodiscard]] bool is_poisoned(const packet& outgoing, const key& wanted) const;
    [[nodiscard]] bool admits(const mapping& through, const endpoint& from) const;
    void expire();

    world& world_;
    nat_settings settings_;
    attachment outside_;
    segment& inside_;
    ip_address external_;
    std::map<key, std::shared_ptr<mapping>> by_inside_;
    std::map<endpoint, std::shared_ptr<mapping>> by_outside_;
    std::map<std::pair<endpoint, endpoint>, time_point> came_first_;  ///< from, to
    std::uint16_t sequence_;
    time_point next_expiry_{};
};

}  // namespace buri::sim
