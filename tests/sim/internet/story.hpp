#pragma once
// What the tests are told in: an internet with one server, and nodes at places in it that are all in one network, "lab".
#include "tests/sim/internet/nat_box.hpp"
#include "tests/sim/internet/sim_node.hpp"

#include <memory>
#include <string>
#include <vector>

namespace buri::sim {

/// The classes of nat-traversal literature, by RFC 4787 behaviour.
enum class place {
    open,           ///< a public address
    firewall,       ///< a public address behind a stateful firewall
    full_cone,      ///< EIM, EIF
    address_cone,   ///< EIM, ADF
    port_cone,      ///< EIM, APDF: most homes
    address_bound,  ///< ADM, APDF
    symmetric_adf,  ///< APDM, ADF
    symmetric,      ///< APDM, APDF, random ports
};
std::string_view to_string(place where);

/// 1, 2, 3 … to `usual`, or to BURI_SIM_SEEDS if that is more. BURI_SIM_SEED names the only one, to see a failure again.
std::vector<std::uint64_t> seeds(unsigned usual);

class story {
public:
    /// Nodes anna, bodo, cleo …, the first owns the network. The last `outside` of them are not in it.
    story(std::uint64_t seed, std::size_t nodes, std::size_t outside = 0);

    world in;
    segment internet;
    sim_server server;
    delivery_book book;

    [[nodiscard]] sim_node& node(std::size_t index) { return *nodes_[index]; }
    sim_node& anna() { return node(0); }
    sim_node& bodo() { return node(1); }

    /// Also gives the router in front of it, if there is one.
    nat_box* put(std::size_t index, place where, bool v6_only = false);
    /// Two routers deep: an ordinary home router behind a carrier's.
    void put_behind_carrier(std::size_t index);
    /// In the home of another.
    void put_beside(std::size_t index, std::size_t other);
    nat_box& router_of(std::size_t index) { return *homes_[index]->router; }
    /// The loss of a whole path between two nodes is split between their ends.
    void set_path_loss(double loss);
    [[nodiscard]] link_settings& uplink_of(std::size_t index);

    /// To be there before nodes connect.
    sim_relay& add_relay();

    void start_all();
    /// Both ways; the tunnel is up.
    [[nodiscard]] bool is_relayed(std::size_t a, std::size_t b);
    /// Both ways.
    [[nodiscard]] bool is_direct(std::size_t a, std::size_t b);
    /// Fails the test if it takes longer.
    duration expect_direct(std::size_t a, std::size_t b, duration limit);
    /// A packet each way, every `interval`, until `span` is over.
    void talk(std::size_t a, std::size_t b, duration interval, duration span);
    void expect_nothing_lost(std::size_t a, std::size_t b);

private:
    struct home {
        std::unique_ptr<segment> lan;
        std::unique_ptr<segment> carrier;
        std::unique_ptr<nat_box> carrier_router;
        std::unique_ptr<nat_box> router;
        unsigned hosts = 0;
    };
    home& make_home(std::size_t index);

    std::uint32_t relays_ = 0;
    std::vector<std::unique_ptr<home>> homes_;
    std::vector<std::unique_ptr<sim_node>> nodes_;
};

}  // namespace buri::sim
