#pragma once
// A node of a simulation: the real node machine, tunnels, link table and forwarder, with virtual time, network and control
// channel around them. Does what node/ and the data plane's thread do in the product.
#include "buri/core/node_machine.hpp"
#include "buri/dataplane/inbound_forwarder.hpp"
#include "buri/dataplane/outbound_forwarder.hpp"
#include "buri/node/link_table.hpp"
#include "tests/sim/internet/delivery_book.hpp"
#include "tests/sim/internet/sim_server.hpp"

#include <map>
#include <set>

namespace buri::sim {

struct node_identity {
    node_id id;
    std::string name;
    const crypto::identity_key* key = nullptr;
};

class sim_node final : public control_peer {
public:
    static constexpr std::uint16_t port = 41641;
    static constexpr std::size_t max_plane_reports = 1024;

    sim_node(world& in, node_identity who, sim_server& server, delivery_book& book);
    ~sim_node() override;

    udp_host host;

    void start();
    /// Started again, with what an earlier run remembered and no server in reach.
    void start_with(core::memory remembered);
    /// Killed: nothing is said to anybody, and everything but the identity is forgotten.
    void kill();
    /// The host's addresses changed.
    void on_addresses_changed();

    void send_packet(node_id to, std::size_t padding = 60);
    void request(std::uint64_t ticket, wire::request body);
    void send_echo(node_id to, std::uint64_t number);

    [[nodiscard]] bool is_running() const { return life_ != nullptr; }
    [[nodiscard]] bool is_direct(node_id peer) const;
    /// Through which the tunnel to a peer leads, if it is up.
    [[nodiscard]] std::optional<std::uint32_t> relay_to(node_id peer) const;
    [[nodiscard]] bool is_resting(node_id peer) const;
    /// As the last event of this peer said; "closed" at first.
    [[nodiscard]] std::string tunnel_state(node_id peer) const;
    [[nodiscard]] core::node_machine& machine() { return life_->machine; }
    [[nodiscard]] std::optional<spi> tunnel_to(node_id peer) const;
    [[nodiscard]] const std::vector<core::echo_answered>& echoes() const { return echoes_; }
    [[nodiscard]] const std::map<std::uint64_t, result<void>>& answers() const { return answers_; }
    [[nodiscard]] unsigned connections() const { return connections_; }
    /// Tunnels in the data plane, old and coming ones included.
    [[nodiscard]] std::size_t link_count() const { return life_->links.size(); }
    [[nodiscard]] std::uint64_t dropped(dataplane::drop_reason reason) const;

    [[nodiscard]] node_id id() const override { return who_.id; }
    [[nodiscard]] const std::string& label() const override { return who_.name; }
    void on_channel_open() override;
    void on_channel_message(const wire::server_message& message) override;
    void on_channel_closed() override;

private:
    /// What does not survive a restart.
    struct life {
        life(sim_node& owner);
        core::node_machine machine;
        dataplane::outbound_forwarder outward;
        dataplane::inbound_forwarder inward;
        node::link_table links;
        std::set<node_id> told_wanted;
        std::set<std::pair<spi, endpoint>> told_elsewhere;
        std::map<node_id, std::string> tunnel_states;
        time_point armed = never;
        std::size_t reports = 0;  ///< under way from the data plane to control
        bool channel = false;
    };

    void connect();
    void post(dataplane::command what);
    void transmit(const dataplane::outbound& ready);
    void on_datagram(packet what);
    void report(std::function<void(core::node_machine&)> to_control);
    void drain();
    void carry_out(core::node_output what);
    void on_event(const core::node_event& what);
    void arm();
    void on_timer();
    void sample();
    /// Runs later, unless this life is over by then.
    void later(duration delay, std::function<void()> what);

    world& world_;
    node_identity who_;
    sim_server& server_;
    delivery_book& book_;
    std::shared_ptr<life> life_;
    bytes outgoing_;
    ip_prefix ula_;
    std::vector<core::echo_answered> echoes_;
    std::map<std::uint64_t, result<void>> answers_;
    unsigned connections_ = 0;
    std::chrono::seconds busy_second_{0};
    unsigned timers_in_second_ = 0;
};

}  // namespace buri::sim
