#include "buri/core/node_machine.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/base/records.hpp"
#include "buri/core/node/node_parts.hpp"
#include "buri/core/node/own_candidates.hpp"
#include "buri/wire/datagram.hpp"

#include <algorithm>

namespace buri::core {

node_machine::parts::parts(node_settings given, const crypto::identity_key& key, random_source& random, logger to)
    : settings(std::move(given)),
      log(to),
      stun(random, [this] { return around.next_channel(); }),
      relays(around, random, log),
      tunnels(settings, key, around, relays, random, std::move(to), known, out),
      forwarded(random) {
    around.mtu = settings.mtu;
    around.may_spray = settings.may_spray;
    stun_servers = settings.stun_servers;
    choose_stun_servers();
}

void node_machine::parts::settle(time_point) {
    while (auto next = stun.poll_output())
        out.push_back(std::move(*next));
    drain_relays();
    auto present = own_endpoints();
    share_nat(present.candidates);
    if (!connected) {
        reopen_wanted();
        return;
    }
    tell_endpoints(std::move(present));
    check_reach();
    if (synchronised) ask_introductions();
}

void node_machine::parts::send(wire::request body, pending_request who) {
    out.push_back(send_request{waiting.add(std::move(body), std::move(who), now)});
}

void node_machine::parts::say_hello() {
    wire::hello hello;
    hello.software = settings.software;
    for (const auto suite : settings.suites)
        hello.suites.push_back(static_cast<std::uint8_t>(suite));
    hello.tunnels = named = tunnels.kept();
    hello.plain = settings.allow_unencrypted;
    hello.resume = sequence.on_connected();
    send(std::move(hello), {.why = pending_request::purpose::hello});
}

wire::endpoints node_machine::parts::own_endpoints() {
    wire::endpoints present;
    const auto mapped = stun.mapped();
    const auto ports = forwarded.mappings();
    present.candidates = own_candidates({around.hosts, mapped, ports, around.stream_port}, known.pool(), known.ula());
    present.nat = stun.nat();
    if (auto measured = relays.round_trips(); !measured.empty()) present.relays = std::move(measured);
    return present;
}

void node_machine::parts::tell_endpoints(wire::endpoints present) {
    if (told ? *told == present : present.candidates.empty() && !present.relays) return;
    told = present;
    send(std::move(present), {.why = pending_request::purpose::endpoints});
}

void node_machine::parts::share_nat(const std::vector<wire::candidate>& candidates) {
    auto report = stun.report();
    report.candidates = candidates;
    if (report == around.nat) return;
    around.nat = std::move(report);
    tunnels.on_nat(now);
}

void node_machine::parts::drain_relays() {
    while (auto next = relays.poll_output()) {
        std::visit(overloaded{[&](tunnel_bound& bound) { tunnels.on_relays(bound.in, bound.at, now); },
                              [&](tunnel_binding& bound) { tunnels.on_binding(bound.in, bound.at, now); },
                              [&](auto& what) { out.push_back(std::move(what)); }},
                   *next);
    }
}

void node_machine::parts::check_reach() {
    while (!waiting.is_full()) {
        auto wish = forwarded.take_due(now);
        if (!wish) return;
        send(std::move(*wish), {.why = pending_request::purpose::reach});
    }
}

void node_machine::parts::on_stun(const path_address& from, const wire::stun_response& response) {
    if (const auto reached = forwarded.on_response(response)) {
        out.push_back(mapping_reached{*reached});
    } else if (!stun.on_response(from, response, now)) {
        tunnels.on_stun(from, response, now);
    }
}

void node_machine::parts::ask_introductions() {
    while (!waiting.is_full()) {
        const auto peer = tunnels.take_wanted(now);
        if (!peer) return;
        send(wire::tunnel_request{*peer}, {.why = pending_request::purpose::introduction, .peer = *peer});
    }
}

void node_machine::parts::fail_pending(std::vector<pending_request> pending, const error& why) {
    for (const auto& who : pending) {
        if (who.why == pending_request::purpose::user) out.push_back(request_done{who.ticket, fail(why)});
    }
}

void node_machine::parts::tell(known_networks::events news) {
    std::ranges::move(news, std::back_inserter(out));
}

node_machine::node_machine(node_settings settings, const crypto::identity_key& key, random_source& random, logger log)
    : parts_(std::make_unique<parts>(std::move(settings), key, random, std::move(log))) {}
node_machine::~node_machine() = default;

// ---- the connection to the server ---------------------------------------------------------------------------------

void node_machine::on_connected(node_id self, time_point now) {
    auto& p = *parts_;
    p.now = now;
    p.connected = true;
    p.synchronised = false;
    p.told.reset();
    p.known.set_self(self);
    p.tunnels.on_server_found();
    p.watch.on_connected(now);
    p.say_hello();
    p.stun.start(now);
    p.settle(now);
}

void node_machine::on_disconnected(time_point now) {
    auto& p = *parts_;
    p.now = now;
    if (!std::exchange(p.connected, false)) return;
    p.stun.on_server_away(now);
    p.watch.on_disconnected();
    p.tunnels.on_server_lost(now);
    p.sequence.on_disconnected();
    p.fail_pending(p.waiting.take_all(),
                   make_error(errc::not_online,
                              "the connection to the server was lost before it answered. Try again "
                              "once 'vpn status' says online."));
    if (std::exchange(p.synchronised, false)) p.out.push_back(node_event{"offline", wire::json::object()});
    p.settle(now);
}

void node_machine::on_server_message(const wire::server_message& message, time_point now) {
    auto& p = *parts_;
    if (!p.connected) return;
    p.now = now;
    p.watch.on_received(now);
    if (const auto* answer = std::get_if<wire::numbered_answer>(&message)) {
        p.on_answer(*answer);
    } else {
        p.on_numbered_event(std::get<wire::numbered_event>(message));
    }
    p.settle(now);
}

void node_machine::on_unknown_event(time_point now) {
    auto& p = *parts_;
    if (!p.connected) return;
    p.now = now;
    p.watch.on_received(now);
    p.sequence.on_unknown_event();
    p.settle(now);
}

void node_machine::request(std::uint64_t ticket, wire::request body, time_point now) {
    auto& p = *parts_;
    p.now = now;
    if (!p.connected || p.waiting.is_full()) {
        const auto code = p.connected ? errc::too_many_requests : errc::not_online;
        p.out.push_back(request_done{ticket, fail(code)});
        return;
    }
    pending_request who{.ticket = ticket};
    if (const auto* nick = std::get_if<wire::set_nickname>(&body)) who.nickname = nick->nickname;
    p.send(std::move(body), std::move(who));
}

// ---- the world below ----------------------------------------------------------------------------------------------

void node_machine::on_local_endpoints(std::vector<endpoint> endpoints, time_point now) {
    auto& p = *parts_;
    p.now = now;
    if (endpoints == p.around.hosts) return;
    p.around.hosts = std::move(endpoints);
    p.stun.on_host_endpoints(p.around.hosts, now);
    p.tunnels.on_local_change(now);
    p.settle(now);
}

void node_machine::on_stun_servers(std::vector<endpoint> servers, time_point now) {
    parts_->now = now;
    parts_->stun_servers = std::move(servers);
    parts_->choose_stun_servers();
    if (!parts_->stun_servers.empty()) parts_->relays.on_server(parts_->stun_servers.front(), now);
    parts_->settle(now);
}

void node_machine::on_datagram(const path_address& from, byte_view datagram, time_point now,
                               const std::optional<ip_address>& to) {
    auto& p = *parts_;
    p.now = now;
    const auto kind = wire::classify(datagram);
    if (kind == wire::datagram_kind::stun) {
        if (const auto response = wire::parse_stun_response(datagram)) p.on_stun(from, *response);
    } else if (kind == wire::datagram_kind::relay_control) {
        const auto hint = p.relays.on_datagram(from, datagram, now);
        if (hint == mapping_hint::alive) p.stun.on_kept_alive(now);
        if (hint == mapping_hint::doubtful) p.stun.on_doubt(now);
        if (hint != mapping_hint::none) p.choose_stun_servers();
        const auto* const own = p.relays.find(own_relay);
        if (hint != mapping_hint::none && own != nullptr && own->way == from) p.watch.on_relay_answered(now);
    } else if (kind == wire::datagram_kind::tunnel_clear) {
        if (const auto header = wire::parse_datagram_header(datagram)) {
            p.tunnels.on_clear_datagram(header->to, from, to, datagram, now);
        }
    }
    p.settle(now);
}

void node_machine::on_stream_port(std::uint16_t port, time_point now) {
    parts_->now = now;
    parts_->around.stream_port = port;
    parts_->settle(now);
}

void node_machine::on_port_mappings(std::vector<port_mapping> mappings, time_point now) {
    parts_->now = now;
    const auto of_v4 =
        std::ranges::find_if(mappings, [](const port_mapping& each) { return each.external.address.is_v4(); });
    parts_->stun.on_gateway_address(of_v4 == mappings.end() ? std::nullopt : std::optional(of_v4->external.address));
    parts_->forwarded.on_mappings(std::move(mappings), now);
    parts_->settle(now);
}

void node_machine::on_channel_open(channel_id channel, const endpoint& remote, time_point now) {
    parts_->now = now;
    parts_->relays.on_channel_open(channel, remote, now);
    parts_->tunnels.on_channel_open(channel, now);
    parts_->settle(now);
}

void node_machine::on_channel_closed(channel_id channel, const error& why, time_point now) {
    auto& p = *parts_;
    p.now = now;
    p.log.debug("channel closed", {{"channel", std::to_string(channel)}, {"reason", why.text}});
    if (!p.relays.on_channel_closed(channel, now)) p.tunnels.on_channel_closed(channel, now);
    p.settle(now);
}

channel_id node_machine::next_channel() {
    return parts_->around.next_channel();
}

void node_machine::on_network_change(time_point now) {
    auto& p = *parts_;
    p.now = now;
    p.stun.on_network_change(now);
    p.forwarded.start_again(now);
    p.relays.on_network_change(now);
    p.tunnels.on_local_change(now);
    p.settle(now);
}

void node_machine::on_epoch_confirmed(spi in_with_epoch, time_point now) {
    parts_->now = now;
    parts_->tunnels.on_epoch_confirmed(in_with_epoch, now);
    parts_->settle(now);
}

void node_machine::on_authentic_from(spi in, const path_address& from, time_point now) {
    parts_->now = now;
    parts_->tunnels.on_authentic_from(in, from, now);
    parts_->settle(now);
}

void node_machine::on_traffic(spi in, const traffic_sample& sample, time_point now) {
    parts_->now = now;
    parts_->tunnels.on_traffic(in, sample, now);
    parts_->settle(now);
}

void node_machine::on_send_wanted(node_id peer, time_point now) {
    auto& p = *parts_;
    p.now = now;
    if (!p.tunnels.on_send_wanted(peer, now)) p.want_tunnel(peer);
    p.settle(now);
}

// ---- inside tunnels -----------------------------------------------------------------------------------------------

void node_machine::on_inner_control(node_id peer, spi in, byte_view inner, time_point now) {
    auto& p = *parts_;
    p.now = now;
    const auto message = wire::parse_tunnel_message(inner);
    if (!message) {
        p.log.debug("ignored a message from a peer", {{"peer", to_string(peer)}, {"error", message.error().text}});
        return;
    }
    if (const auto* asked = std::get_if<wire::echo>(&*message)) {
        p.tunnels.send_sealed_to(peer, wire::encode(wire::tunnel_message{wire::echo_reply{asked->number}}), now);
    } else if (const auto* reply = std::get_if<wire::echo_reply>(&*message)) {
        const parts::sent_echo answered{peer, reply->number};
        if (std::erase(p.echoes, answered) != 0) p.out.push_back(echo_answered{peer, reply->number});
    } else {
        p.tunnels.on_message(in, *message, now);
        p.settle(now);
    }
}

void node_machine::ask_why(node_id peer, time_point now) {
    auto& p = *parts_;
    p.now = now;
    p.tunnels.ask_why(peer, now);
    p.settle(now);
}

void node_machine::send_echo(node_id peer, std::uint64_t number, time_point now) {
    auto& p = *parts_;
    p.now = now;
    if (p.echoes.size() == parts::max_echoes) p.echoes.pop_front();
    p.echoes.push_back({peer, number});
    if (p.tunnels.current(peer) == nullptr) p.want_tunnel(peer);
    p.settle(now);
    p.tunnels.send_sealed_to(peer, wire::encode(wire::tunnel_message{wire::echo{number}}), now);
    p.settle(now);
}

void node_machine::on_key_changed(time_point now) {
    parts_->now = now;
    parts_->tunnels.want_new_introductions(now);
    parts_->settle(now);
}

// ---- time and outputs ---------------------------------------------------------------------------------------------

void node_machine::on_deadline(time_point now) {
    auto& p = *parts_;
    p.now = now;
    p.fail_pending(p.waiting.take_expired(now),
                   make_error(errc::timed_out, "the server did not answer within 10 s. Try again."));
    p.stun.on_deadline(now);
    p.relays.on_deadline(now);
    p.tunnels.on_deadline(now);
    switch (p.watch.on_deadline(now)) {
        case server_watch::action::none:
            break;
        case server_watch::action::ping:
            if (!p.waiting.is_full()) p.send(wire::ping{}, {.why = pending_request::purpose::ping});
            break;
        case server_watch::action::give_up:
            p.out.push_back(reconnect_wanted{});
            break;
    }
    p.settle(now);
}

time_point node_machine::next_deadline() const {
    const auto& p = *parts_;
    auto first = std::min({p.waiting.next_deadline(), p.stun.next_deadline(), p.relays.next_deadline(),
                           p.tunnels.next_deadline(), p.watch.next_deadline()});
    if (p.connected && !p.waiting.is_full()) first = std::min(first, p.forwarded.next_deadline());
    if (!p.connected) first = std::min(first, p.tunnels.next_reopening());
    if (!p.connected || (p.synchronised && !p.waiting.is_full())) first = std::min(first, p.tunnels.next_wanted());
    return first;
}

std::optional<node_output> node_machine::poll_output() {
    auto& out = parts_->out;
    if (out.empty()) return std::nullopt;
    auto next = std::move(out.front());
    out.pop_front();
    return next;
}

}  // namespace buri::core
