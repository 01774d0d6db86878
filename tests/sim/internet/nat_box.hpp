#pragma once
// A router between two segments, by the behaviours of RFC 4787 (IPv4, translating) or RFC 6092 (IPv6, filtering only).
#include "tests/sim/internet/segment.hpp"

#include <map>
#include <set>
#include <tuple>

namespace buri::sim {

enum class mapping_behaviour : std::uint8_t { endpoint_independent, address_dependent, address_and_port_dependent };
enum class filtering_behaviour : std::uint8_t { endpoint_independent, address_dependent, address_and_port_dependent };

struct nat_settings {
    mapping_behaviour mapping = mapping_behaviour::endpoint_independent;
    filtering_behaviour filtering = filtering_behaviour::address_and_port_dependent;
    bool port_preservation = true;
    bool hairpin = false;
    bool translates = true;  ///< false: a stateful firewall
    duration timeout = std::chrono::seconds(120);
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

    /// Forgets everything and uses other ports from now on, as after a power cut.
    void rebind();
    void set_timeout(duration timeout) { settings_.timeout = timeout; }
    [[nodiscard]] std::size_t mapping_count() const { return by_inside_.size(); }
    link_settings& uplink() { return outside_.link; }

private:
    /// An inside endpoint, and what else decides about its mapping.
    using key = std::tuple<endpoint, ip_address, std::uint16_t>;
    struct mapping {
        key inside;
        endpoint outside;
        std::map<endpoint, time_point> sent_to;  ///< with the time of the last packet
        time_point last_used;
    };
    [[nodiscard]] key key_of(const packet& what) const;
    mapping& mapping_for(const packet& outgoing);
    endpoint choose_outside(const endpoint& inside);
    [[nodiscard]] bool admits(const mapping& through, const endpoint& from) const;
    void expire();

    world& world_;
    nat_settings settings_;
    attachment outside_;
    segment& inside_;
    ip_address external_;
    std::map<key, std::shared_ptr<mapping>> by_inside_;
    std::map<endpoint, std::shared_ptr<mapping>> by_outside_;
};

}  // namespace buri::sim
