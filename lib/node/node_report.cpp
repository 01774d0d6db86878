// What a node tells about itself, as the JSON documents of vpn(1).
#include "buri/core/node/documents.hpp"
#include "buri/core/node/reach_words.hpp"
#include "buri/net/clock.hpp"
#include "buri/node/data_plane_report.hpp"
#include "buri/node/node.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace buri::node {
namespace {

using wire::json;

double to_milliseconds(duration time) {
    return std::round(std::chrono::duration<double, std::milli>(time).count() * 1000) / 1000;
}

template <typename Value>
json or_null(const std::optional<Value>& value) {
    return value ? json(*value) : json(nullptr);
}

json problem_json(const std::optional<error>& problem) {
    if (!problem) return nullptr;
    return {{"name", describe(problem->code).name}, {"text", problem->text}};
}

bool is_up(const core::peer_view& view) {
    return view.tunnel && view.tunnel->state == core::tunnel_state::up;
}

/// A tunnel at rest is reached by its relay as soon as there is something to send.
std::string_view state_of(const core::peer_view& view) {
    if (is_up(view) && view.tunnel->path) {
        if (view.tunnel->relay) return view.tunnel->resting ? "idle" : "relay";
        return "direct";
    }
    if (!view.info.online) return "offline";
    return view.tunnel && view.tunnel->resting ? "idle" : "connecting";
}

bool is_unencrypted(const core::peer_view& view) {
    return is_up(view) && view.tunnel->plain;
}

}  // namespace

json node::status() const {
    const auto views = machine_.peers();
    const auto direct = std::ranges::count_if(views, [](const auto& view) { return state_of(view) == "direct"; });
    const auto online = std::ranges::count_if(views, [](const auto& view) { return state_of(view) != "offline"; });
    const auto relayed = std::ranges::count_if(views, [](const auto& view) { return state_of(view) == "relay"; });
    const auto idle = std::ranges::count_if(views, [](const auto& view) { return state_of(view) == "idle"; });
    const auto self = machine_.self() ? machine_.self() : state_.identity;
    json mapped = json::array();
    for (const auto& at : machine_.mapped_endpoints())
        mapped.push_back(to_string(at));
    const auto unencrypted = std::ranges::count_if(views, [](const auto& view) { return is_unencrypted(view); });
    const bool is_alarm = problem_ && describe(problem_->code).exit_code == 8;
    const auto* const state = machine_.is_online() ? "online" : is_alarm ? "alarm" : "connecting";
    json out{
        {"pid", ::getpid()},
        {"state", stopping_ ? "offline" : state},
        {"address", self ? json(to_string(self)) : json(nullptr)},
        {"address6", self && state_.ula ? json(to_string(ula_of(*state_.ula, self))) : json(nullptr)},
        {"nickname", nickname()},
        {"fingerprint", fingerprint()},
        {"key_type", to_string(identity_.key().type())},
        {"interface", interface_.name()},
        {"mtu", interface_.mtu()},
        {"udp_port", udp_port_},
        {"mapped", std::move(mapped)},
        {"nat", core::name_of(machine_.nat().mapping)},
        {"networks", machine_.networks().size()},
        {"peers",
         {{"total", views.size()}, {"online", online}, {"direct", direct}, {"relay", relayed}, {"idle", idle}}},
        {"unencrypted_peers", unencrypted},
        {"plan", machine_.plan().name.empty() ? json(nullptr) : core::plan_json(machine_.plan())},
        {"problem", problem_json(problem_)},
        {"data_plane", data_plane_json(plane_->state())},
    };
    out["server"] = {
        {"host", state_.server->host},
        {"port", state_.server->port},
        {"endpoint", link_.is_open() ? json(to_string(link_.remote())) : json(nullptr)},
        {"fingerprint", state_.server->fingerprint},
        {"way", link_.is_open() ? json(link_.way()) : json(nullptr)},
        {"suite", link_.is_open() ? json(describe(link_.suite()).name) : json(nullptr)},
        {"verified", !state_.server->key_blob.empty()},
    };
    return out;
}

json node::path_json(const core::tunnel_status& tunnel) const {
    if (!tunnel.path) return nullptr;
    json out{{"kind", core::kind_of(tunnel)}, {"endpoint", to_string(tunnel.path->at)}, {"relay", nullptr}};
    if (!tunnel.relay) return out;
    const auto relays = machine_.relays();
    const auto known = std::ranges::find(relays, *tunnel.relay, [](const auto& it) { return it.info.id; });
    const bool is_known = known != relays.end();
    out["relay"] = {{"id", *tunnel.relay},
                    {"name", is_known ? known->info.name : std::to_string(*tunnel.relay)},
                    {"region", is_known ? known->info.region : std::string()}};
    return out;
}

json node::peer_json(const core::peer_view& view) const {
    json networks = json::array();
    for (const auto& name : view.networks)
        networks.push_back(name.text());
    const auto* const counted = view.in ? links_.statistics(*view.in) : nullptr;
    json out{
        {"address", to_string(view.info.id)},
        {"address6", state_.ula ? json(to_string(ula_of(*state_.ula, view.info.id))) : json(nullptr)},
        {"nickname", view.info.nickname},
        {"online", state_of(view) != "offline"},
        {"state", state_of(view)},
        {"endpoint", nullptr},
        {"path", nullptr},
        {"mtu", nullptr},
        {"rtt_ms", nullptr},
        {"suite", nullptr},
        {"encrypted", nullptr},
        {"epoch", nullptr},
        {"fingerprint", view.info.fingerprint},
        {"verified", false},
        {"sent_bytes", counted ? counted->sent_bytes.load(std::memory_order_relaxed) : 0},
        {"received_bytes", counted ? counted->received_bytes.load(std::memory_order_relaxed) : 0},
        {"networks", std::move(networks)},
        {"problem", nullptr},
    };
    if (!view.problem.empty()) out["problem"] = {{"name", "tunnel"}, {"text", view.problem}};
    if (!view.tunnel) return out;
    if (view.tunnel->path) out["endpoint"] = to_string(view.tunnel->path->at);
    out["path"] = path_json(*view.tunnel);
    out["mtu"] = or_null(view.tunnel->mtu);
    if (view.tunnel->round_trip) out["rtt_ms"] = to_milliseconds(*view.tunnel->round_trip);
    out["suite"] = describe(view.tunnel->suite).name;
    out["encrypted"] = !view.tunnel->plain;
    out["epoch"] = or_null(view.tunnel->epoch);
    if (!view.tunnel->problem.empty() && view.info.online)
        out["problem"] = {{"name", "tunnel"}, {"text", view.tunnel->problem}};
    return out;
}

json node::network_json(const wire::network_info& network, const std::vector<core::peer_view>& views) const {
    const auto& settings = network.settings;
    json out = core::settings_json(settings);
    json peers = json::array();
    json you = nullptr;
    const auto find = [&](node_id id) {
        const auto id_of = [](const auto& view) { return view.info.id; };
        const auto place = std::ranges::lower_bound(views, id, {}, id_of);
        return place != views.end() && place->info.id == id ? place : views.end();
    };
    for (const auto& member : network.members) {
        const auto can = core::privileges_json(member.can);
        if (member.id == machine_.self()) you = {{"name", member.name}, {"can", can}};
        const auto view = find(member.id);
        if (view == views.end()) continue;
        peers.push_back(peer_json(*view));
        peers.back()["name"] = member.name;
        peers.back()["can"] = can;
    }
    if (settings.owner) {
        const bool is_mine = *settings.owner == machine_.self();
        const auto owner = find(*settings.owner);
        const auto name = is_mine ? nickname() : owner != views.end() ? owner->info.nickname : std::string();
        out["owner"] = {{"address", to_string(*settings.owner)}, {"nickname", name}, {"you", is_mine}};
    }
    out["name"] = settings.network.text();
    out["waiting"] = network.waiting;
    out["you"] = std::move(you);
    out["member_count"] = network.members.size();
    out["peers"] = std::move(peers);
    out["applicants"] = json::array();
    for (const auto& who : network.applicants)
        out["applicants"].push_back(core::applicant_json(who));
    out["announcement"] = settings.latest ? core::announcement_json(*settings.latest) : json(nullptr);
    return out;
}

json node::networks() const {
    json out = json::array();
    const auto views = machine_.peers();
    for (const auto& network : machine_.networks())
        out.push_back(network_json(network, views));
    return out;
}

result<json> node::network(std::string_view name) const {
    const auto wanted = network_name::parse(name);
    if (!wanted) return fail(wanted.error());
    const auto& all = machine_.networks();
    const auto found =
        std::ranges::find(all, *wanted, [](const auto& each) -> const network_name& { return each.settings.network; });
    if (found == all.end()) {
        return fail(errc::not_a_member,
                    "this node is not in a network '" + std::string(name) + "'. 'vpn list' shows those it is in.");
    }
    return network_json(*found, machine_.peers());
}

json node::peers() const {
    json out = json::array();
    for (const auto& view : machine_.peers())
        out.push_back(peer_json(view));
    return out;
}

result<json> node::peer(std::string_view name) const {
    const auto found = machine_.find_peer(name);
    if (!found) return fail(found.error());
    const auto views = machine_.peers();
    const auto view = std::ranges::find(views, *found, [](const auto& it) { return it.info.id; });
    if (view == views.end()) return fail(errc::peer_not_found);
    return peer_json(*view);
}

}  // namespace buri::node
