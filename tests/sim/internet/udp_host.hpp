#pragma once
// A machine with one network card.
#include "tests/sim/internet/segment.hpp"

#include <functional>
#include <memory>

namespace buri::sim {

class udp_host final : public device {
public:
    using receiver = std::function<void(packet)>;
    udp_host(std::string name, receiver on_datagram) : device(std::move(name)), receive_(std::move(on_datagram)) {}

    void plug_into(segment& where, link_settings link, const std::vector<ip_address>& addresses) {
        unplug();
        card_ = std::make_unique<attachment>(where, *this, link);
        for (const auto& address : addresses)
            card_->add_address(address);
    }
    void unplug() { card_.reset(); }
    [[nodiscard]] attachment& card() { return *card_; }

    /// Own endpoints with this port.
    [[nodiscard]] std::vector<endpoint> endpoints(std::uint16_t port) const {
        std::vector<endpoint> own;
        for (const auto v4 : {true, false}) {
            if (const auto address = card_ ? card_->address(v4) : std::nullopt) own.push_back({*address, port});
        }
        return own;
    }

    /// False without an address of that family.
    bool send(std::uint16_t port, const endpoint& to, bytes data, std::optional<std::uint8_t> ttl = {}) {
        const auto own = card_ ? card_->address(to.address.is_v4()) : std::nullopt;
        if (!own) return false;
        card_->send({{*own, port}, to, std::move(data), ttl.value_or(packet::usual_ttl)});
        return true;
    }

    void on_packet(packet what) override { receive_(std::move(what)); }

private:
    receiver receive_;
    std::unique_ptr<attachment> card_;
};

}  // namespace buri::sim
