#pragma once
// Asks one gateway for mappings by PCP, or by NAT-PMP if it speaks only that, and keeps them. Sans-I/O.
//
//     start ──> PCP ── refused by version, or silent ──> NAT-PMP ── silent ──> rest 10 min ──> PCP
//                └── answered: stays, and rests each port that is refused ──┘
//
// It believes datagrams of the gateway's port 5351 that answer what was asked; PCP's carry the mapping's nonce too.
#include "buri/base/random_source.hpp"
#include "buri/core/port_mapping/gateway_epoch.hpp"
#include "buri/core/port_mapping/lease.hpp"
#include "buri/core/port_mapping/report.hpp"
#include "buri/core/port_mapping/request_schedule.hpp"
#include "buri/wire/nat_pmp.hpp"
#include "buri/wire/pcp.hpp"

#include <deque>

namespace buri::core {

class gateway_client {
public:
    /// The nonces of mappings are made from the secret, so that a node that was killed can renew what it had.
    gateway_client(random_source& random, byte_view nonce_secret);

    /// Forgets what another gateway gave.
    void start(const gateway& where, const mapped_ports& ports, time_point now);
    /// There is no gateway any more.
    void stop();
    /// Mappings of other ports are given back.
    void set_ports(const mapped_ports& ports, time_point now);
    /// Asks again, also for what is mapped: the gateway may have restarted.
    void try_again(time_point now);
    /// What the gateway tells everybody after a restart, to 224.0.0.1:5350 (RFC 6887 section 14.1, RFC 6886 section 3.2.1).
    /// Anybody on its network can forge that: it has requests made, and nothing believed.
    void on_announcement(const endpoint& from, byte_view datagram, time_point now);
    void on_datagram(const endpoint& from, byte_view datagram, time_point now);
    void on_deadline(time_point now);
    /// Gives every mapping back, and waits 250 ms at most for the answers.
    void close(time_point now);

    [[nodiscard]] time_point next_deadline() const;
    /// The next datagram for the gateway's port 5351.
    std::optional<bytes> poll_datagram();
    [[nodiscard]] bool is_closed() const;
    [[nodiscard]] const std::optional<gateway>& where() const { return where_; }
    void add_mappings(std::vector<port_mapping>& out) const;
    /// Of pcp and nat_pmp.
    [[nodiscard]] const method_report& report_of(mapping_method method) const;
    /// What NAT-PMP told, or PCP with a mapping.
    [[nodiscard]] std::optional<ip_address> external_address() const;

private:
    struct slot {
        mapping_protocol protocol = mapping_protocol::udp;
        std::uint16_t port = 0;  ///< 0: not wanted
        wire::pcp_nonce nonce{};
        request_schedule schedule;
        std::optional<lease> held;  ///< NAT-PMP's without an address
        std::string refusal;
        bool is_leaving = false;
    };
    struct address_request {
        request_schedule schedule;
        std::optional<ip_address> known;
        std::string refusal;
    };
    using dialect = mapping_method;  // pcp or nat_pmp

    void ask_for(slot& which, std::uint16_t port, time_point now);
    void send(const slot& which, std::uint32_t lifetime);
    void use_nat_pmp(time_point now);
    void rest(time_point now);
    void drop_expired(time_point now);
    void step(slot& which, time_point now);
    void step_address(time_point now);
    void on_silence(slot& which, time_point now);
    [[nodiscard]] bool is_refused_by_version(byte_view datagram) const;
    void on_pcp(const wire::pcp_map_response& answer, time_point now);
    void on_nat_pmp(const wire::nat_pmp_response& answer, time_point now);
    void on_address(const wire::nat_pmp_response& answer, time_point now);
    void on_granted(slot& which, const endpoint& external, std::uint32_t lifetime, time_point now);
    void on_refused(slot& which, std::string why, std::uint32_t lifetime, time_point now);
    void on_epoch(std::uint32_t epoch, const slot* answered, time_point now);
    void step_closing(time_point now);
    void leave(slot& which, bool is_gone);
    void update_report();
    [[nodiscard]] method_report present_report() const;
    [[nodiscard]] bool is_any_held() const;
    [[nodiscard]] bool is_any_leaving() const;
    [[nodiscard]] std::optional<endpoint> external_of(const slot& which) const;
    [[nodiscard]] wire::pcp_nonce nonce_for(const slot& which) const;

    random_source& random_;
    bytes nonce_secret_;
    std::optional<gateway> where_;
    dialect dialect_ = dialect::pcp;
    bool has_answered_ = false;  ///< in this dialect
    bool is_silent_ = false;     ///< the last round of this dialect was
    std::array<slot, 2> slots_;
    address_request address_;
    gateway_epoch epoch_;
    std::array<method_report, 2> reports_;
    std::deque<bytes> outgoing_;
    std::optional<time_point> closes_;  ///< set by close()
    time_point gives_back_again_ = never;
};

}  // namespace buri::core
