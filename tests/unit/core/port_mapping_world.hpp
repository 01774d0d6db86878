#pragma once
// A gateway as RFC 6886 and RFC 6887 have it, with faults on demand, and the wire between it and the machine, in virtual time.
#include "buri/core/port_mapping/port_mapper.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>

namespace buri::test {

using namespace std::chrono_literals;
using core::gateway;
using core::mapping_method;
using core::mapping_protocol;
using core::method_state;

inline endpoint at(std::string_view text) {
    return parse_endpoint(text).value();
}

/// What it answers is made by the fields below; what it keeps is in `table`.
class model_gateway {
public:
    enum class speech { pcp, nat_pmp, nothing };
    speech speaks = speech::pcp;
    ip_address external = at("198.51.100.7:1").address;
    time_point booted{};
    std::uint32_t max_lease = 7200;
    std::optional<std::uint8_t> error;                          ///< answers every request for a port with it
    std::optional<std::uint32_t> lease;                         ///< says this one instead
    std::optional<std::uint16_t> port;                          ///< says this external port instead
    std::function<std::uint32_t(std::uint32_t)> lie_epoch;      ///< what it says instead of its seconds
    std::map<std::pair<int, std::uint16_t>, time_point> table;  ///< protocol and internal port: until

    void restart(time_point now) {
        booted = now;
        table.clear();
    }
    std::optional<bytes> answer(byte_view request, time_point now) {
        if (speaks == speech::nothing) return std::nullopt;
        if (request.front() == 0) return answer_nat_pmp(request, now);
        if (speaks == speech::pcp) return answer_pcp(request, now);
        wire::writer out;
        out.u8(0).u8(0x81).u16(1).u32(epoch(now));
        return out.take();
    }

private:
    std::uint32_t epoch(time_point now) const {
        const auto seconds = static_cast<std::uint32_t>((now - booted) / 1s);
        return lie_epoch ? lie_epoch(seconds) : seconds;
    }
    /// The lease that it says; keeps the mapping.
    std::uint32_t keep(int protocol, std::uint16_t internal, std::uint32_t asked, time_point now) {
        const auto granted = std::min(asked, max_lease);
        if (asked == 0) {
            table.erase({protocol, internal});
            return 0;
        }
        table[{protocol, internal}] = now + std::chrono::seconds(granted);
        return lease.value_or(granted);
    }
    bytes answer_pcp(byte_view request, time_point now) {
        REQUIRE(request.size() == 60);
        wire::reader in(request);
        in.take(4);
        const auto asked = in.u32();
        in.take(16);
        const auto nonce = in.array<12>();
        const auto protocol = in.u8();
        in.take(3);
        const auto internal = in.u16();
        const auto suggested = in.u16();
        const bool is_refused = error && asked != 0;
        const auto granted = is_refused ? 30 : keep(protocol, internal, asked, now);
        wire::writer out;
        out.u8(2).u8(0x81).u8(0).u8(is_refused ? *error : 0).u32(granted).u32(epoch(now)).raw(bytes(12)).raw(nonce);
        out.u8(protocol).u8(0).u16(0).u16(internal).u16(port.value_or(suggested)).raw(external.v6_bytes());
        return out.take();
    }
    bytes answer_nat_pmp(byte_view request, time_point now) {
        wire::reader in(request);
        in.u8();
        const auto opcode = in.u8();
        wire::writer out;
        out.u8(0).u8(static_cast<std::uint8_t>(opcode | 0x80)).u16(error.value_or(0)).u32(epoch(now));
        if (opcode == 0) return out.u32(external.v4_value()).take();
        in.u16();
        const auto internal = in.u16();
        const auto suggested = in.u16();
        const auto asked = in.u32();
        const auto granted = keep(opcode == 1 ? wire::protocol_udp : wire::protocol_tcp, internal, asked, now);
        return out.u16(internal).u16(asked == 0 ? 0 : port.value_or(suggested)).u32(granted).take();
    }
};

/// The machine, its gateway and the wire.
class port_mapping_world {
public:
    explicit port_mapping_world(std::uint64_t seed = 1) : random(seed), mapper(random, as_bytes("secret")) {}

    seeded_random random;
    core::port_mapper mapper;
    model_gateway router;
    time_point now = time_point(1h);
    gateway home{at("10.0.0.1:1").address, at("10.0.0.2:1").address, 3};
    unsigned loss_percent = 0;
    duration max_delay = 20ms;  ///< of each direction; what is sent later may arrive first
    std::function<void(bytes&)> spoil;
    std::vector<std::pair<time_point, bytes>> sent;
    std::vector<core::upnp_order> orders;
    unsigned changes = 0;

    void begin(core::mapped_ports ports = {41641, 41641}) {
        mapper.set_ports(ports, now);
        mapper.on_gateways(home, std::nullopt, now);
        drain();
    }
    /// Lets time pass, with everything that is due in it.
    void pass(duration how_long) {
        const auto end = now + how_long;
        for (unsigned steps = 0;; ++steps) {
            REQUIRE(steps < 100'000);
            const auto next = std::min(mapper.next_deadline(), wire_.empty() ? never : wire_.begin()->first);
            if (next > end) break;
            now = std::max(now, next);
            step();
        }
        now = end;
    }
    void drain() {
        while (auto output = mapper.poll_output()) {
            if (auto* what = std::get_if<core::send_to_gateway>(&*output)) {
                CHECK(what->to == home);
                sent.emplace_back(now, what->datagram);
                put(true, std::move(what->datagram));
            } else if (auto* ask = std::get_if<core::ask_by_upnp>(&*output)) {
                orders.push_back(std::move(ask->order));
            } else {
                ++changes;
            }
        }
    }
    void upnp_answers(const core::upnp_outcome& outcome) {
        mapper.on_upnp_outcome(outcome, now);
        drain();
    }
    void deliver(const endpoint& from, byte_view datagram) {
        mapper.on_datagram(from, datagram, now);
        drain();
    }
    [[nodiscard]] std::string said(mapping_method method) const {
        return to_string(mapper.report().methods[static_cast<std::size_t>(method)]);
    }
    [[nodiscard]] std::vector<std::string> mapped() const {
        std::vector<std::string> out;
        for (const auto& each : mapper.mappings()) {
            out.push_back(std::string(name_of(each.method)) + " " + std::string(name_of(each.protocol)) + " " +
                          to_string(each.external));
        }
        return out;
    }
    [[nodiscard]] std::size_t sent_since(time_point when) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(sent, [&](const auto& each) { return each.first >= when; }));
    }

private:
    struct on_wire {
        bool is_request;
        bytes data;
    };
    void put(bool is_request, bytes data) {
        if (random.below(100) < loss_percent) return;
        const auto delay = max_delay * random.below(1000) / 1000;
        wire_.emplace(now + delay, on_wire{is_request, std::move(data)});
    }
    void step() {
        if (!wire_.empty() && wire_.begin()->first <= now) {
            auto [is_request, data] = std::move(wire_.extract(wire_.begin()).mapped());
            if (!is_request) return deliver({home.address, 5351}, data);
            auto answer = router.answer(data, now);
            if (answer && spoil) spoil(*answer);
            if (answer) put(false, std::move(*answer));
            return;
        }
        mapper.on_deadline(now);
        drain();
    }

    std::multimap<time_point, on_wire> wire_;
};

}  // namespace buri::test
