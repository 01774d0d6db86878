#pragma once
// A node machine whose server and network are the test.
#include "buri/core/node_machine.hpp"
#include "buri/wire/stun.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace buri::core::node_test {

using namespace std::chrono_literals;

inline constexpr node_id me{0x64400001};
inline constexpr node_id anna{0x64400002};
inline constexpr node_id bodo{0x64400003};
inline const endpoint own{*ip_address::parse("192.168.1.2"), 41641};
inline const endpoint stun_server{*ip_address::parse("198.51.100.1"), 17771};
inline const network_name lab = *network_name::parse("lab-net");

inline const crypto::identity_key& key_of(std::uint64_t seed) {
    static std::map<std::uint64_t, crypto::identity_key> keys;
    const auto known = keys.find(seed);
    if (known != keys.end()) return known->second;
    test::seeded_random random(seed);
    return keys.emplace(seed, crypto::identity_key::generate_ed25519(random)).first->second;
}

inline wire::sync lab_with(const std::vector<node_id>& members) {
    wire::sync all;
    all.id = me;
    all.nickname = "self";
    all.pool = "100.64.0.0/10";
    all.ula = "fd00:1:2:3::/64";
    all.session = 7;
    auto& network = all.networks.emplace_back();
    network.settings.network = lab;
    network.settings.owner = me;
    for (const auto id : members) {
        const auto name = "n" + std::to_string(id.value & 255U);
        network.members.push_back({id, name, {}});
        if (id != me) all.peers.push_back({id, name, {}, true});
    }
    return all;
}

inline wire::tunnel_open offer_of(node_id peer, std::uint32_t in) {
    wire::tunnel_open offer;
    offer.peer = peer;
    offer.key = key_of(2).public_part().blob();
    offer.in = {in};
    offer.out = {in + 16};
    offer.suite = static_cast<std::uint8_t>(suite_id::aes);
    offer.punch = bytes(16, 7);
    offer.networks = {lab};
    return offer;
}

struct fixture {
    fixture() {
        machine.on_local_endpoints({own}, now);
        take();
    }
    static node_settings settings() {
        node_settings made;
        made.suites = {suite_id::aes};
        made.stun_servers = {stun_server};
        made.software = "test";
        return made;
    }
    void take() {
        while (auto next = machine.poll_output())
            out.push_back(std::move(*next));
    }
    template <typename Kind>
    std::vector<Kind> all() {
        take();
        std::vector<Kind> found;
        std::erase_if(out, [&](node_output& each) {
            auto* const wanted = std::get_if<Kind>(&each);
            if (wanted != nullptr) found.push_back(std::move(*wanted));
            return wanted != nullptr;
        });
        return found;
    }
    template <typename Request>
    std::vector<std::pair<std::uint32_t, Request>> requests_of() {
        take();
        std::vector<std::pair<std::uint32_t, Request>> found;
        std::erase_if(out, [&](const node_output& each) {
            const auto* const sent = std::get_if<send_request>(&each);
            const auto* const wanted = sent == nullptr ? nullptr : std::get_if<Request>(&sent->message.body);
            if (wanted != nullptr) found.emplace_back(sent->message.number, *wanted);
            return wanted != nullptr;
        });
        return found;
    }
    void tell(wire::event what) {
        machine.on_server_message(wire::numbered_event{++sequence, std::move(what)}, now);
        take();
    }
    void answer(std::uint32_t number, wire::answer what = wire::ok_answer{}) {
        machine.on_server_message(wire::numbered_answer{number, std::move(what)}, now);
    }
    void go_online(const std::vector<node_id>& members = {me, anna, bodo}) {
        machine.on_connected(me, now);
        tell(lab_with(members));
        REQUIRE(machine.is_online());
        out.clear();
    }
    void run_for(duration span) {
        const auto end = now + span;
        while (machine.next_deadline() <= end) {
            now = machine.next_deadline();
            machine.on_deadline(now);
            REQUIRE(machine.next_deadline() > now);
            take();
        }
        now = end;
    }
    void answer_stun(std::string_view mapped) {
        for (const auto& sent : all<send_plain>()) {
            const auto request = wire::parse_stun_request(sent.datagram);
            REQUIRE(request);
            machine.on_datagram(
                sent.to,
                wire::encode_stun_response({.transaction = request->transaction, .mapped = *parse_endpoint(mapped)}),
                now);
        }
    }

    test::seeded_random random{1};
    node_machine machine{settings(), key_of(1), random, {}};
    time_point now{100s};
    std::uint64_t sequence = 0;  ///< of the last event
    std::vector<node_output> out;
};

inline std::vector<std::string> states(const std::vector<node_event>& events) {
    std::vector<std::string> found;
    for (const auto& event : events) {
        if (event.kind == "tunnel") found.push_back(event.data.at("state"));
    }
    return found;
}

}  // namespace buri::core::node_test
