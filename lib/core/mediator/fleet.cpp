#include "buri/core/mediator/fleet.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/mediator/candidates.hpp"
#include "buri/core/mediator/reach.hpp"
#include "buri/crypto/digest.hpp"

#include <algorithm>

namespace buri::core {
namespace {

std::vector<endpoint> with_port(std::span<const ip_address> addresses, std::uint16_t port) {
    std::vector<endpoint> out;
    if (port == 0) return out;
    for (const auto& address : addresses)
        out.push_back({address, port});
    return out;
}

}  // namespace

fleet::fleet(const present& at, roster& nodes, outbox& out, const logger& log)
    : at_(at), nodes_(nodes), out_(out), log_(log) {
    on_settings();
    tells_at_ = never;
}

// ---- who is here ----------------------------------------------------------------------------------------------------------

wire::relay_info fleet::own() const {
    const auto& reach = at_.settings.reach;
    wire::relay_info out;
    out.id = own_relay;
    out.name = own_relay_name;
    if (!reach.stun_ports.empty()) out.udp = with_port(reach.addresses, reach.stun_ports.front());
    out.tcp = with_port(reach.addresses, reach.tcp_port);
    out.tls = with_port(reach.addresses, reach.tls_port);
    out.host = reach.host;
    return out;
}

void fleet::on_settings() {
    const auto known = relays_.find(own_relay);
    if (!at_.settings.reach.has_relay) {
        if (known == relays_.end()) return;
        relays_.erase(known);
        return change();
    }
    auto info = own();
    if (known != relays_.end() && known->second.info == info) return;
    relays_[own_relay].info = std::move(info);
    change();
}

void fleet::on_records() {
    std::vector<connection_id> removed;
    for (const auto& [connection, link] : connections_) {
        if (at_.records.relay(link.relay) == nullptr) removed.push_back(connection);
    }
    for (const auto connection : removed)
        end(connection, make_error(errc::relay_not_found, "the operator of the server removed this relay"));
}

std::vector<endpoint> fleet::reachable(std::span<const endpoint> told, const ip_address& from) const {
    std::vector<endpoint> out;
    for (auto where : told) {
        const bool is_same_family = where.address.is_v4() == from.is_v4();
        if (where.address.is_unspecified() && is_same_family) where.address = from;
        const bool is_new = std::ranges::find(out, where) == out.end();
        if (is_new && out.size() < max_endpoints &&
            is_acceptable_candidate(where, at_.settings.pool, at_.settings.ula)) {
            out.push_back(where);
        }
    }
    return out;
}

void fleet::refuse(connection_id connection, std::uint32_t number, error why) {
    out_.answer(connection, number, fail(why));
    out_.put(disconnect{connection, std::move(why)});
}

void fleet::join(connection_id connection, const endpoint& from, std::uint32_t number, const wire::relay_hello& said) {
    const auto* const known = at_.records.relay_by_digest(crypto::sha256(said.token));
    if (known == nullptr) {
        return refuse(connection, number,
                      make_error(errc::relay_token_invalid,
                                 "the server has no relay with this token; make one with 'vpn server relay add'"));
    }
    relay_state made;
    made.info = {known->id,
                 known->name,
                 known->region,
                 reachable(said.udp, from.address),
                 reachable(said.tcp, from.address),
                 reachable(said.tls, from.address),
                 said.host};
    if (made.info.udp.empty() && made.info.tcp.empty() && made.info.tls.empty()) {
        return refuse(
            connection, number,
            make_error(errc::malformed, "relay_hello names no address that nodes can reach; name a public one"));
    }
    const auto same = std::ranges::find(connections_, known->id, [](const auto& each) { return each.second.relay; });
    if (same != connections_.end()) {
        end(same->first, make_error(errc::server_closed, "another relay with the same token took over"));
    }
    made.software = said.software;
    made.since = at_.today;
    log_.info("relay joined", {{"relay", known->name}, {"endpoint", to_string(from)}});
    out_.answer(connection, number, result<void>{});
    out_.put(deliver{connection, wire::numbered_event{1, wire::relay_list{{made.info}}}});
    relays_[known->id] = std::move(made);
    connections_[connection] = {known->id, at_.now};
    change();
}

void fleet::on_request(connection_id connection, const wire::numbered_request& message) {
    auto& link = connections_.at(connection);
    link.heard = at_.now;
    std::visit(overloaded{
                   [&](const wire::relay_load& load) {
                       take_load(relays_.at(link.relay), load);
                       out_.answer(connection, message.number, result<void>{});
                   },
                   [&](const wire::ping&) { out_.answer(connection, message.number, result<void>{}); },
                   [&](const wire::bye&) {
                       out_.answer(connection, message.number, result<void>{});
                       end(connection, make_error(errc::server_closed, "the relay said bye"));
                   },
                   [&](const auto&) {
                       out_.answer(connection, message.number,
                                   fail(errc::out_of_order, "this connection is a relay's"));
                   },
               },
               message.body);
}

void fleet::take_load(relay_state& of, const wire::relay_load& load) {
    of.bindings = load.bindings;
    of.kbit = load.kbit;
    of.is_full = load.full.value_or(false);
}

void fleet::on_own_load(const wire::relay_load& load) {
    const auto known = relays_.find(own_relay);
    if (known != relays_.end()) take_load(known->second, load);
}

void fleet::end(connection_id connection, error why) {
    const auto text = why.text;
    out_.put(disconnect{connection, std::move(why)});
    lose(connection, text);
}

void fleet::lose(connection_id connection, std::string_view why) {
    const auto relay = connections_.at(connection).relay;
    log_.info("relay gone", {{"relay", relays_.at(relay).info.name}, {"reason", std::string(why)}});
    connections_.erase(connection);
    relays_.erase(relay);
    change();
}

void fleet::on_disconnected(connection_id connection) {
    if (has(connection)) lose(connection, "its connection ended");
}

const relay_state* fleet::find(std::uint32_t relay) const {
    const auto found = relays_.find(relay);
    return found != relays_.end() ? &found->second : nullptr;
}

// ---- who is told ----------------------------------------------------------------------------------------------------------

void fleet::change() {
    tells_at_ = std::min(tells_at_, at_.now + batch);
}

void fleet::tell(online_node& node) {
    wire::relay_list list;
    for (const auto& [id, each] : relays_) {
        list.relays.push_back(each.info);
        if (id == own_relay) keep_reachable(list.relays.back(), node.from.address);
    }
    out_.tell(node, std::move(list));
}

bool fleet::on_deadline() {
    while (!connections_.empty()) {
        const auto oldest =
            std::ranges::min_element(connections_, {}, [](const auto& each) { return each.second.heard; });
        if (oldest->second.heard + silence > at_.now) break;
        end(oldest->first, make_error(errc::timed_out, "the relay said nothing for 30 seconds"));
    }
    if (tells_at_ > at_.now) return false;
    tells_at_ = never;
    for (const auto node : nodes_.told_nodes()) {
        if (auto* const to = nodes_.listening(node)) tell(*to);
    }
    return true;
}

time_point fleet::next_deadline() const {
    auto next = tells_at_;
    for (const auto& [connection, link] : connections_)
        next = std::min(next, link.heard + silence);
    return next;
}

}  // namespace buri::core
