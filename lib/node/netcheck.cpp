// What `vpn netcheck` and `vpn why` show.
#include "buri/core/node/netcheck.hpp"

#include "buri/core/node/reach_words.hpp"
#include "buri/core/node/why_text.hpp"
#include "buri/core/tunnel/punch_plan.hpp"
#include "buri/net/clock.hpp"
#include "buri/node/node.hpp"

#include <algorithm>
#include <cmath>

namespace buri::node {
namespace {

using wire::json;
using namespace std::chrono_literals;

/// For the peer to tell what it knows.
constexpr duration why_patience = 2s;

double to_milliseconds(duration time) {
    return std::round(std::chrono::duration<double, std::milli>(time).count() * 1000) / 1000;
}

json nat_json(const wire::nat_info& nat) {
    return {{"udp", nat.udp},
            {"mapping", core::name_of(nat.mapping)},
            {"filtering", core::name_of(nat.filtering)},
            {"port_step", nat.port_step ? json(*nat.port_step) : json(nullptr)},
            {"spray", nat.spray},
            {"text", core::words_for(nat)}};
}

std::string trial_text(const wire::punch_trial& trial) {
    if (trial.strategy == wire::punch_strategy::none) return "nothing is left that could work between these NATs";
    return std::string(core::words_for(trial.strategy)) + ": " + std::string(core::words_for(trial.outcome));
}

json side_json(const core::why_side& side) {
    json candidates = json::array();
    for (const auto& each : side.candidates)
        candidates.push_back({{"kind", core::name_of(each.kind)}, {"endpoint", to_string(each.at)}});
    json trials = json::array();
    for (const auto& each : side.trials) {
        trials.push_back({{"ago_s", each.ago},
                          {"strategy", core::name_of(each.strategy)},
                          {"outcome", core::name_of(each.outcome)},
                          {"took_ms", each.took},
                          {"packets", each.packets},
                          {"text", trial_text(each)}});
    }
    return {{"nickname", side.name},
            {"nat", side.nat ? nat_json(*side.nat) : json(nullptr)},
            {"candidates", std::move(candidates)},
            {"tried", std::move(trials)}};
}

json way_json(const core::way_view& way, const std::vector<core::relay_view>& relays) {
    json relay = nullptr;
    if (way.relay) {
        const auto known = std::ranges::find(relays, *way.relay, [](const auto& it) { return it.info.id; });
        relay = known == relays.end() ? json(std::to_string(*way.relay)) : json(known->info.name);
    }
    const auto loss = core::known_loss(way);
    return {
        {"kind", core::kind_of(way)},
        {"endpoint", to_string(way.at.at)},
        {"relay", std::move(relay)},
        {"path", way.is_path},
        {"alive", way.is_alive},
        {"rtt_ms", way.round_trip ? json(to_milliseconds(*way.round_trip)) : json(nullptr)},
        {"loss", loss ? json(std::round(*loss * 1000) / 1000) : json(nullptr)},
        {"age_s", way.age ? json(std::chrono::duration_cast<std::chrono::seconds>(*way.age).count()) : json(nullptr)}};
}

core::pair_state pair_state_of(const core::peer_view& view) {
    if (view.tunnel && view.tunnel->state == core::tunnel_state::up) {
        if (view.tunnel->relay) return core::pair_state::relay;
        return view.tunnel->is_stream ? core::pair_state::tcp : core::pair_state::direct;
    }
    return view.info.online ? core::pair_state::connecting : core::pair_state::offline;
}

}  // namespace

json node::netcheck() const {
    core::netcheck_facts facts;
    facts.now = net::now();
    facts.is_online = machine_.is_online();
    if (link_.is_open()) {
        facts.control_way = link_.way();
        facts.control = link_.remote();
    }
    if (!facts.is_online) facts.problem = problem_;
    facts.portal = portal_;
    facts.hosts = interface_.host_addresses();
    facts.udp_port = udp_port_;
    facts.mapped = machine_.mapped_endpoints();
    facts.nat = machine_.nat();
    facts.relays = machine_.relays();
    facts.gateway = mapper_.report();
    facts.mappings = machine_.port_mappings();
    facts.guesses = machine_.guesses(facts.now);
    return core::netcheck_json(facts);
}

std::string node::relay_name(std::uint32_t id) const {
    for (const auto& each : machine_.relays()) {
        if (each.info.id == id) return each.info.name;
    }
    return std::to_string(id);
}

json node::why_json(const core::peer_view& view) const {
    const auto reach = machine_.reach(view.info.id, net::now());
    const auto relays = machine_.relays();
    core::why_facts facts;
    facts.own = {nickname(), core::told_of(machine_.nat(), options_.config.spray), machine_.nat().candidates, {}};
    facts.peer.name = view.info.nickname;
    if (reach) {
        facts.own.nat = reach->tried.own;
        facts.own.trials = reach->tried.trials;
        facts.peer.nat = reach->tried.peer;
        facts.peer.candidates = reach->tried.peer_candidates;
    }
    if (reach && reach->tried.peers) {
        const auto& told = *reach->tried.peers;
        facts.peer = {view.info.nickname, told.nat, told.candidates, told.trials};
    }
    facts.state = pair_state_of(view);
    if (view.tunnel && view.tunnel->path) facts.path = view.tunnel->path->at;
    if (view.tunnel) facts.is_resting = view.tunnel->resting;
    if (view.tunnel && view.tunnel->relay) facts.relay = relay_name(*view.tunnel->relay);
    facts.problem = !view.problem.empty() ? view.problem : view.tunnel ? std::string(view.tunnel->problem) : "";
    facts.has_relays = core::best_relay(relays).has_value();
    const auto said = core::explain(facts);
    json ways = json::array();
    if (reach) {
        for (const auto& each : reach->ways)
            ways.push_back(way_json(each, relays));
    }
    return {{"peer", peer_json(view)},     {"verdict", said.verdict},        {"advice", said.advice},
            {"you", side_json(facts.own)}, {"other", side_json(facts.peer)}, {"ways", std::move(ways)}};
}

bool node::is_reached(node_id peer) const {
    const auto views = machine_.peers();
    const auto view = std::ranges::find(views, peer, [](const auto& it) { return it.info.id; });
    return view != views.end() && view->tunnel && view->tunnel->state == core::tunnel_state::up;
}

std::uint64_t node::last_told(node_id peer) const {
    const auto reach = machine_.reach(peer, net::now());
    return reach && reach->tried.peers ? reach->tried.peers->number : 0;
}

asio::awaitable<result<json>> node::async_why(std::string peer) {
    const auto found = machine_.find_peer(peer);
    if (!found) co_return fail(found.error());
    const auto before = last_told(*found);
    const auto limit = net::now() + why_patience;
    machine_.ask_why(*found, net::now());
    pump();
    while (is_reached(*found) && last_told(*found) == before && net::now() < limit)
        co_await changed_.async_wait(limit);
    const auto views = machine_.peers();
    const auto view = std::ranges::find(views, *found, [](const auto& it) { return it.info.id; });
    if (view == views.end()) co_return fail(errc::peer_not_found);
    co_return why_json(*view);
}

}  // namespace buri::node
