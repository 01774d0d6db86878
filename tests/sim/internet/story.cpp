#include "tests/sim/internet/story.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace buri::sim {

namespace {

constexpr std::array names{"anna", "bodo", "cleo", "dora", "emil"};
constexpr std::uint32_t first_id = 0x64400002;  // 100.64.0.2
constexpr std::uint8_t internet_hops = 8;
constexpr link_settings cable{.delay = std::chrono::microseconds(200)};
constexpr link_settings access{.delay = std::chrono::milliseconds(10)};

ip_address v4(std::uint32_t network, std::size_t host) {
    return ip_address::v4(network + static_cast<std::uint32_t>(host));
}

ip_address v6(std::size_t site) {
    return *ip_address::parse("2001:db8:" + std::to_string(site + 1) + "::2");
}

const crypto::identity_key& key_of(std::size_t index) {
    static const auto keys = [] {
        test::seeded_random random(1);
        std::vector<crypto::identity_key> made;
        for (std::size_t i = 0; i < names.size(); ++i)
            made.push_back(crypto::identity_key::generate_ed25519(random));
        return made;
    }();
    return keys.at(index);
}

node_id id_of(std::size_t index) {
    return {first_id + static_cast<std::uint32_t>(index)};
}

directory_records records_for(std::size_t nodes, std::size_t outside) {
    directory_records records;
    network_record network;
    network.id = 1;
    network.name = *network_name::parse("lab-net");
    network.owner = id_of(0);
    records.networks.push_back(std::move(network));
    for (std::size_t i = 0; i < nodes; ++i) {
        account_record account;
        account.id = id_of(i);
        account.nickname = names.at(i);
        account.key_blob = key_of(i).public_part().blob();
        records.accounts.push_back(std::move(account));
        if (i + outside >= nodes) continue;
        member_record member;
        member.network = 1;
        member.node = id_of(i);
        member.name = names.at(i);
        member.is_welcomed = true;
        records.members.push_back(std::move(member));
    }
    return records;
}

nat_settings behaviour_of(place where) {
    using enum mapping_behaviour;
    using f = filtering_behaviour;
    switch (where) {
        case place::open:
            break;
        case place::firewall:
            return {.translates = false};
        case place::full_cone:
            return {endpoint_independent, f::endpoint_independent};
        case place::address_cone:
            return {endpoint_independent, f::address_dependent};
        case place::port_cone:
            return {endpoint_independent, f::address_and_port_dependent};
        case place::address_bound:
            return {address_dependent, f::address_and_port_dependent, port_allocation::random};
        case place::symmetric_adf:
            return {address_and_port_dependent, f::address_dependent, port_allocation::random};
        case place::symmetric:
            return {address_and_port_dependent, f::address_and_port_dependent, port_allocation::random};
    }
    return {};
}

}  // namespace

std::string_view to_string(place where) {
    switch (where) {
        case place::open:
            return "open";
        case place::firewall:
            return "firewall";
        case place::full_cone:
            return "full cone";
        case place::address_cone:
            return "address cone";
        case place::port_cone:
            return "port cone";
        case place::address_bound:
            return "address bound";
        case place::symmetric_adf:
            return "symmetric, address filter";
        case place::symmetric:
            return "symmetric";
    }
    return "?";
}

std::vector<std::uint64_t> seeds(unsigned usual) {
    const auto from_environment = [](const char* name) {
        const auto* text = std::getenv(name);
        return text == nullptr ? 0UL : std::strtoul(text, nullptr, 10);
    };
    if (const auto only = from_environment("BURI_SIM_SEED")) return {only};
    std::vector<std::uint64_t> all(std::max<std::size_t>(usual, from_environment("BURI_SIM_SEEDS")));
    std::iota(all.begin(), all.end(), std::uint64_t{1});
    return all;
}

story::story(std::uint64_t seed, std::size_t nodes, std::size_t outside)
    : in(seed),
      internet(in, "internet", internet_hops),
      server(in, internet, records_for(nodes, outside),
             {*ip_address::parse("198.51.100.1"), *ip_address::parse("2001:db8::1")}),
      book(in, [this](node_id a, node_id b) { return !server.records().common_networks(a, b).empty(); }),
      homes_(nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
        nodes_.push_back(
            std::make_unique<sim_node>(in, node_identity{id_of(i), names.at(i), &key_of(i)}, server, book));
    }
}

story::home& story::make_home(std::size_t index) {
    auto& made = homes_[index];
    made = std::make_unique<home>();
    made->lan = std::make_unique<segment>(in, std::string("lan-") + names.at(index));
    return *made;
}

nat_box* story::put(std::size_t index, place where, bool v6_only) {
    const auto public_address = v6_only ? v6(index) : v4(0xcb007100, index + 10);  // 203.0.113.0/24
    auto& host = node(index).host;
    if (where == place::open) {
        host.plug_into(internet, access, {public_address});
        return nullptr;
    }
    auto& at = make_home(index);
    at.router = std::make_unique<nat_box>(in, std::string("nat-") + names.at(index), behaviour_of(where), internet,
                                          access, *at.lan);
    if (where == place::firewall) {
        at.router->let_in(public_address);
        host.plug_into(*at.lan, cable, {public_address});
    } else {
        at.router->set_external(public_address);
        host.plug_into(*at.lan, cable, {v4(0xc0a80100, 2 + at.hosts++)});  // 192.168.1.0/24, as everywhere
    }
    return at.router.get();
}

void story::put_behind_carrier(std::size_t index) {
    auto& at = make_home(index);
    const auto suffix = std::string(names.at(index));
    at.carrier = std::make_unique<segment>(in, "cgn-" + suffix);
    at.carrier_router = std::make_unique<nat_box>(in, "carrier-" + suffix, behaviour_of(place::port_cone), internet,
                                                  access, *at.carrier);
    at.carrier_router->set_external(v4(0xcb007100, index + 10));
    at.router =
        std::make_unique<nat_box>(in, "nat-" + suffix, behaviour_of(place::port_cone), *at.carrier, cable, *at.lan);
    at.router->set_external(v4(0x0a400000, index + 2));
    node(index).host.plug_into(*at.lan, cable, {v4(0xc0a80100, 2 + at.hosts++)});
}

void story::put_beside(std::size_t index, std::size_t other) {
    auto& at = *homes_[other];
    node(index).host.plug_into(*at.lan, cable, {v4(0xc0a80100, 2 + at.hosts++)});
}

link_settings& story::uplink_of(std::size_t index) {
    auto& at = homes_[index];
    return at && at->router ? at->router->uplink() : node(index).host.card().link;
}

void story::set_path_loss(double loss) {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        uplink_of(i).loss = 1 - std::sqrt(1 - loss);
}

void story::start_all() {
    for (auto& each : nodes_)
        each->start();
}

sim_relay& story::add_relay() {
    return server.add_relay(internet, v4(0xc6336464, ++relays_));  // 198.51.100.101 …
}

bool story::is_relayed(std::size_t a, std::size_t b) {
    return node(a).relay_to(id_of(b)).has_value() && node(b).relay_to(id_of(a)).has_value();
}

bool story::is_direct(std::size_t a, std::size_t b) {
    return node(a).is_direct(id_of(b)) && node(b).is_direct(id_of(a));
}

duration story::expect_direct(std::size_t a, std::size_t b, duration limit) {
    const auto start = in.now();
    in.expect(in.run_until([&] { return is_direct(a, b); }, limit), "both become direct in time");
    return in.now() - start;
}

void story::talk(std::size_t a, std::size_t b, duration interval, duration span) {
    const auto end = in.now() + span;
    while (in.now() < end) {
        node(a).send_packet(id_of(b));
        node(b).send_packet(id_of(a));
        in.run_for(interval);
    }
}

void story::expect_nothing_lost(std::size_t a, std::size_t b) {
    in.run_for(std::chrono::seconds(1));
    for (const auto& flow : {book.between(id_of(a), id_of(b)), book.between(id_of(b), id_of(a))}) {
        in.expect(flow.sent > 0, "something was sent");
        in.expect(flow.lost() == 0, std::to_string(flow.lost()) + " of " + std::to_string(flow.sent) +
                                        " packets lost, none expected to be");
    }
}

}  // namespace buri::sim
