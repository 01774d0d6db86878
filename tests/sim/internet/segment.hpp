#pragma once
// A piece of IP network: devices attached to it by links, and perhaps a gateway to elsewhere.
//
//     host --link-- [segment "home"] --gateway-- nat box --link-- [segment "internet"] --link-- server
#include "buri/base/endpoint.hpp"
#include "tests/sim/internet/world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace buri::sim {

struct packet {
    static constexpr std::uint8_t usual_ttl = 64;
    endpoint from;
    endpoint to;
    bytes data;
    std::uint8_t ttl = usual_ttl;
};

/// One cable, the same in both directions. May be changed while packets travel: those under way are not touched.
struct link_settings {
    duration delay = std::chrono::milliseconds(10);
    duration jitter{0};  ///< up to this much more; packets keep their order
    double loss = 0;     ///< probabilities
    double duplicate = 0;
    double reorder = 0;  ///< held back by `reorder_by`, so that later ones overtake it
    duration reorder_by = std::chrono::milliseconds(5);
    std::size_t mtu = 1500;
    bool cut = false;
};

class device {
public:
    explicit device(std::string name) : name_(std::move(name)) {}
    device(const device&) = delete;
    device& operator=(const device&) = delete;
    virtual ~device() = default;

    /// From a segment that it is attached to.
    virtual void on_packet(packet what) = 0;
    /// From inside, to be sent on; only gateways get this.
    virtual void on_outgoing(packet) {}
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

class segment;

/// Where a device is attached. Destroyed: unplugged, and what is under way to it is lost.
class attachment {
public:
    attachment(segment& to, device& owner, link_settings link);
    ~attachment();
    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;

    link_settings link;
    void add_address(const ip_address& address);
    /// The first of this family.
    [[nodiscard]] std::optional<ip_address> address(bool v4) const;
    void send(packet what);

private:
    friend class segment;
    segment& segment_;
    device& owner_;
    std::vector<ip_address> addresses_;
    // Jitter alone does not reorder.
    time_point last_up_{};
    time_point last_down_{};
};

class segment {
public:
    segment(world& in, std::string name) : world_(in), name_(std::move(name)) {}
    segment(const segment&) = delete;
    segment& operator=(const segment&) = delete;

    void set_gateway(device* gateway) { gateway_ = gateway; }
    [[nodiscard]] const std::string& name() const { return name_; }

    /// From an attached device.
    void carry(attachment& from, packet what);
    /// From the gateway, or into a segment from a device without a link of its own here.
    void carry_inward(std::string_view from, packet what);

private:
    friend class attachment;
    /// When it reaches the link's other end; never, with a line in the trace, if it does not.
    time_point pass(const link_settings& link, time_point& last, const packet& what, std::string_view from,
                    std::string_view to);
    void route(const packet& what, std::string_view from, const device* by);
    void deliver(attachment& at, const packet& what, std::string_view from);

    world& world_;
    std::string name_;
    device* gateway_ = nullptr;
    std::unordered_map<ip_address, std::shared_ptr<attachment*>> attached_;
};

}  // namespace buri::sim
