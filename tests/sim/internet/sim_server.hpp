#pragma once
// The mediation server of a simulation: the real mediator over its records, STUN on two ports, and one reliable in-order channel
// for each node, which stands for the authenticated control channel. Messages cross it as CBOR.
#include "buri/core/mediator.hpp"
#include "tests/sim/internet/sim_relay.hpp"
#include "tests/sim/internet/udp_host.hpp"

#include <map>
#include <memory>

namespace buri::sim {

/// The node's end of its control channel.
class control_peer {
public:
    control_peer() = default;
    control_peer(const control_peer&) = delete;
    control_peer& operator=(const control_peer&) = delete;
    virtual ~control_peer() = default;
    virtual void on_channel_open() = 0;
    virtual void on_channel_message(const wire::server_message& message) = 0;
    /// Also: could not be opened.
    virtual void on_channel_closed() = 0;
    [[nodiscard]] virtual node_id id() const = 0;
    [[nodiscard]] virtual const std::string& label() const = 0;
};

class sim_server {
public:
    static constexpr std::uint16_t stun_ports[] = {17771, 17772};
    static constexpr std::uint16_t check_port = 17773;  ///< answers to check_reach leave from it

    sim_server(world& in, segment& internet, directory_records records, std::vector<ip_address> addresses,
               logger log = {});
    ~sim_server();
    sim_server(const sim_server&) = delete;
    sim_server& operator=(const sim_server&) = delete;

    [[nodiscard]] std::vector<endpoint> stun_endpoints() const;
    [[nodiscard]] const core::directory& records() const;
    [[nodiscard]] core::mediator& mediator() { return *mediator_; }
    [[nodiscard]] bool is_running() const { return mediator_ != nullptr; }

    /// Ends in on_channel_open, or in on_channel_closed.
    void connect(control_peer& from);
    void send(control_peer& from, const wire::numbered_request& message);
    /// The node closes its end. At once if it is being destroyed.
    void close(control_peer& from);
    /// A relay, which every node hears of when it connects next and every tunnel may use from then on.
    sim_relay& add_relay(segment& internet, const ip_address& at);

    /// Between this node and the server nothing passes; neither side is told.
    void set_cut(node_id node, bool cut);

    void stop();
    /// From what was committed, and nothing else.
    void start();

    duration one_way = std::chrono::milliseconds(20);
    duration disk = std::chrono::milliseconds(2);
    duration hashing = std::chrono::milliseconds(50);
    udp_host host;

private:
    struct session {
        control_peer* peer = nullptr;  ///< none: the node's end is closed
        node_id node;
        bool open = false;  ///< at the server
        time_point last_up{};
        time_point last_down{};
        std::vector<std::function<void()>> held;  ///< while cut
    };
    using session_ptr = std::shared_ptr<session>;

    void on_stun(packet what);
    /// The sim's relays into what the mediator says; it knows of none.
    void add_relays(node_id to, wire::server_message& message) const;
    /// In order, and not while the path is cut.
    void pass(const session_ptr& through, time_point& last, std::function<void()> what);
    [[nodiscard]] std::optional<core::connection_id> number_of(const control_peer& from) const;
    void lose(core::connection_id number);
    void drain();
    void carry_out(core::mediator_output what);
    void arm();
    [[nodiscard]] wall_time today() const;

    world& world_;
    logger log_;
    crypto::identity_key host_key_;
    core::licence_issuer licences_;
    core::relay_token_issuer relay_tokens_;
    directory_records initial_;
    std::vector<record_change> committed_;
    std::unique_ptr<core::mediator> mediator_;
    std::unique_ptr<core::directory> last_records_;
    std::map<core::connection_id, session_ptr> sessions_;
    std::vector<std::weak_ptr<session>> all_sessions_;  ///< also those that ended while something was held
    std::map<node_id, bool> cut_;
    core::connection_id last_connection_ = 0;
    std::vector<std::unique_ptr<sim_relay>> relays_;
    std::uint64_t life_ = 0;  ///< counts starts, so that what is under way to an earlier life is lost
    time_point armed_ = never;
};

}  // namespace buri::sim
