#pragma once
// When a gateway is asked by UPnP, and what it gave. The asking itself blocks and is done elsewhere: one order at a time,
// an outcome for each. Sans-I/O.
#include "buri/core/port_mapping/lease.hpp"
#include "buri/core/port_mapping/report.hpp"

namespace buri::core {

struct upnp_grant {
    mapping_protocol protocol = mapping_protocol::udp;
    endpoint external;
    std::uint32_t lease = 0;  ///< seconds; 0: until it is taken away
    bool operator==(const upnp_grant&) const = default;
};

/// Map these ports; or, without ports, take the grants away.
struct upnp_order {
    gateway where;
    mapped_ports ports;
    std::vector<upnp_grant> grants;  ///< what it gave before: the same external ports are asked for
};

struct upnp_outcome {
    bool has_answered = false;
    std::string failure;  ///< why a port was not mapped; empty if all were
    std::vector<upnp_grant> grants;
};

class upnp_lease {
public:
    void start(const gateway& where, const mapped_ports& ports, time_point now);
    void stop();
    void set_ports(const mapped_ports& ports, time_point now);
    /// Asks again, also for what is mapped: the gateway may have restarted.
    void try_again(time_point now);
    void on_outcome(const upnp_outcome& outcome, time_point now);
    void on_deadline(time_point now);
    /// Gives everything back.
    void close();

    [[nodiscard]] time_point next_deadline() const;
    /// The next order; none while one is under way.
    std::optional<upnp_order> poll_order(time_point now);
    [[nodiscard]] bool is_closed() const;
    void add_mappings(std::vector<port_mapping>& out) const;
    [[nodiscard]] method_report report() const;

private:
    struct held_grant {
        upnp_grant grant;
        lease term;
    };
    void plan(time_point when);
    void keep(const upnp_outcome& outcome, time_point now);

    std::optional<gateway> where_;
    mapped_ports ports_;
    std::vector<held_grant> held_;
    std::vector<upnp_grant> to_give_back_;
    method_report verdict_;
    time_point next_ = never;
    std::optional<time_point> asked_;
    std::optional<upnp_order> under_way_;
    bool is_closing_ = false;
};

}  // namespace buri::core
