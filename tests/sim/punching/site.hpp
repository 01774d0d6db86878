#pragma once
// A node reduced to what finds a direct way (discovery, a tunnel's ways, punching), at home behind a NAT of one class. The sealed
// messages of its tunnel take the time that a relay would; all else goes through the simulated internet.
#include "buri/core/node/discovery.hpp"
#include "buri/core/stun_service.hpp"
#include "buri/core/tunnel/path_finder.hpp"
#include "buri/core/tunnel/punch.hpp"
#include "tests/sim/internet/nat_box.hpp"
#include "tests/sim/internet/udp_host.hpp"

#include <memory>
#include <string_view>

namespace buri::sim {

/// Of nat-traversal literature; what each does is in behaviour_of().
enum class nat_class : std::uint8_t { P, F, C1, C2, C3, A, S2, Sq, Sr };
std::string_view to_string(nat_class which);
nat_settings behaviour_of(nat_class which);

/// Two addresses with two ports each, as RFC 5780 wants.
class stun_host {
public:
    stun_host(world& in, segment& internet);
    [[nodiscard]] const std::vector<endpoint>& endpoints() const { return endpoints_; }

private:
    world& world_;
    core::stun_service service_;
    std::vector<endpoint> endpoints_;
    udp_host host_;
};

class site final : public core::punch_ground {
public:
    static constexpr std::uint16_t port = 41641;

    /// The first of two is the initiator of their tunnel.
    site(world& in, segment& internet, const stun_host& stun, bool is_first, const nat_settings& nat, bool is_public);

    /// Sealed messages go there, so long.
    void connect(site& peer, duration relay_delay) {
        peer_ = &peer;
        relay_delay_ = relay_delay;
    }
    void start();
    /// As the server's tunnel_open: the peer's candidates, and where it is seen.
    void on_introduction(const std::vector<wire::candidate>& candidates, const endpoint& seen);
    /// Keys are agreed, through the relay.
    void on_up();
    /// Other hosts of the home make so many mappings a second.
    void make_noise(unsigned each_second);

    [[nodiscard]] bool is_online() const { return up_; }
    [[nodiscard]] bool has_way() const { return paths_.has_direct(world_.now()); }
    [[nodiscard]] const core::nat_report& report() const { return stun_.report(); }
    [[nodiscard]] const std::vector<wire::candidate>& candidates() const { return around_.nat.candidates; }
    [[nodiscard]] duration interval() const { return stun_.interval(); }
    [[nodiscard]] endpoint seen() const { return {external_, 443}; }
    [[nodiscard]] core::punch_evidence evidence() const { return punch_.evidence(world_.now()); }
    [[nodiscard]] std::size_t open_sockets() const { return ports_.size() - 1; }
    [[nodiscard]] nat_box* router() { return router_.get(); }
    [[nodiscard]] core::tunnel_surroundings& around() { return around_; }
    [[nodiscard]] core::punch& punching() { return punch_; }

    // punch_ground
    [[nodiscard]] bool wants_direct_way() const override { return up_ && !has_way(); }
    [[nodiscard]] bool is_direct() const override { return has_way(); }
    [[nodiscard]] std::optional<duration> relay_round_trip() const override { return relay_delay_ * 2; }
    unsigned probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl,
                   time_point now) override;
    void begin_scattering() override { paths_.begin_scattering(); }
    void scatter(const path_address& to, std::optional<std::uint8_t> ttl, time_point now) override;
    void send_plain(const path_address& to, bytes datagram) override;
    bool send_message(const wire::tunnel_message& message, time_point now) override;
    std::optional<channel_id> open_socket() override;
    void close_channel(channel_id channel) override;
    [[nodiscard]] bool is_used(channel_id channel) const override { return paths_.is_used(channel); }

private:
    void receive(packet what);
    void receive_clear(const path_address& from, byte_view datagram);
    void transmit(const path_address& to, bytes datagram, std::uint8_t ttl = packet::usual_ttl);
    void settle();
    void drain();
    void carry_out(core::node_output what);
    void share_report();
    void arm();
    void open_port(channel_id channel);

    world& world_;
    const core::introduction between_;
    const logger log_;
    core::tunnel_surroundings around_;
    std::deque<core::tunnel_output> outputs_;
    core::path_finder paths_;
    core::discovery stun_;
    core::punch punch_;
    std::unique_ptr<segment> home_;
    std::unique_ptr<nat_box> router_;
    udp_host host_;
    ip_address external_;
    std::map<channel_id, std::uint16_t> ports_;
    std::map<std::uint16_t, channel_id> channels_;
    std::uint16_t next_port_ = 50'000;
    site* peer_ = nullptr;
    duration relay_delay_{0};
    bool up_ = false;
    bool settling_ = false;
    time_point armed_ = never;
};

}  // namespace buri::sim
