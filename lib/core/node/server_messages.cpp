// What the server says, and what a node does about it.
#include "buri/core/node/documents.hpp"
#include "buri/core/node/node_parts.hpp"

namespace buri::core {

namespace {

error error_of(const wire::error_answer& answer) {
    const auto code = error_from_wire(answer.code).value_or(errc::internal);
    return answer.text.empty() ? make_error(code) : make_error(code, answer.text);
}

}  // namespace

void node_machine::parts::on_answer(const wire::numbered_answer& answer) {
    const auto who = waiting.on_answer(answer.number);
    if (!who) {
        log.debug("ignored an answer from the server", {{"reason", "nobody waits for it"}});
        return;
    }
    const auto* refused = std::get_if<wire::error_answer>(&answer.body);
    if (who->why == pending_request::purpose::user) {
        if (refused == nullptr && !who->nickname.empty()) known.set_nickname(who->nickname);
        result<wire::answer> outcome = answer.body;
        if (refused != nullptr) outcome = fail(error_of(*refused));
        out.push_back(request_done{who->ticket, std::move(outcome)});
        return;
    }
    if (refused == nullptr) return;
    const auto why = error_of(*refused);
    // Too early is no refusal: it is asked again when patience ends.
    if (who->why == pending_request::purpose::introduction && why.code != errc::too_many_requests) {
        tunnels.drop_want(who->peer);
    }
    log.info("the server refused a request", {{"error", why.text}});
}

void node_machine::parts::on_numbered_event(const wire::numbered_event& event) {
    switch (sequence.on_event(event)) {
        case event_sequence::verdict::take:
            ++revision;
            std::visit([&](const auto& what) { on_event(what); }, event.body);
            break;
        case event_sequence::verdict::ignore:
            log.debug("ignored an event of the server", {{"reason", "it is out of its sequence"}});
            break;
        case event_sequence::verdict::gap:
            log.info("connecting again", {{"reason", "an event of the server is missing"}});
            out.push_back(reconnect_wanted{});
            break;
    }
}

void node_machine::parts::go_online() {
    if (std::exchange(synchronised, true)) return;
    out.push_back(node_event{"online",
                             {{"address", to_string(known.self())},
                              {"address6", to_string(ula_of(known.ula(), known.self()))},
                              {"nickname", known.nickname()}}});
}

void node_machine::parts::use_addresses() {
    around.pool = known.pool();
    around.ula = known.ula();
    const configure_addresses now_valid{known.self(), known.pool(), known.ula()};
    if (configured == now_valid) return;
    configured = now_valid;
    out.push_back(now_valid);
}

void node_machine::parts::on_event(const wire::sync& all) {
    if (all.id != known.self()) {
        log.warning("ignored a sync", {{"reason", "it is for another node"}, {"peer", to_string(all.id)}});
        sequence.forget();
        return;
    }
    auto news = known.on_sync(all);
    if (!news) {
        log.warning("ignored a sync", {{"error", news.error().text}});
        sequence.forget();
        return;
    }
    use_addresses();
    // The others stay: a large sync goes on in events, and the server closes those of hello that may not be.
    if (!synchronised) tunnels.remove_unnamed(named);
    go_online();
    tell(std::move(*news));
}

void node_machine::parts::on_event(const wire::resumed&) {
    go_online();
}

void node_machine::parts::on_event(const wire::plan_event& what) {
    tell(known.on_plan(what.plan));
}

void node_machine::parts::on_event(const wire::peer_event& what) {
    tell(known.on_peer(what.peer));
}

void node_machine::parts::on_event(const wire::network_event& what) {
    tell(known.on_network(what.network));
    tunnels.remove_strangers();
}

void node_machine::parts::on_event(const wire::settings_event& what) {
    tell(known.on_settings(what.settings));
}

void node_machine::parts::on_event(const wire::member_joined& what) {
    tell(known.on_joined(what));
}

void node_machine::parts::on_event(const wire::member_changed& what) {
    tell(known.on_member(what));
}

void node_machine::parts::on_event(const wire::member_requested& what) {
    tell(known.on_requested(what));
}

void node_machine::parts::on_event(const wire::request_gone& what) {
    tell(known.on_request_gone(what));
}

void node_machine::parts::on_event(const wire::member_left& what) {
    tell(known.on_left(what));
    tunnels.remove_strangers();
}

void node_machine::parts::on_event(const wire::network_gone& what) {
    tell(known.on_gone(what));
    shown.forget(what.network);
    tunnels.remove_strangers();
}

// ---- messages of networks -----------------------------------------------------------------------------------------

void node_machine::parts::confirm(wire::confirm_messages what) {
    // Else the server repeats it on the next connection.
    if (!waiting.is_full()) send(std::move(what), {.why = pending_request::purpose::confirmation});
}

void node_machine::parts::on_event(const wire::welcome_event& what) {
    if (!known.is_member_of(what.network)) return;
    wire::confirm_messages seen;
    seen.network = what.network;
    seen.welcome = true;
    confirm(std::move(seen));
    if (!shown.is_new_welcome(what.network, what.text)) return;
    out.push_back(node_event{"welcome", {{"network", what.network.text()}, {"text", what.text}}});
}

void node_machine::parts::on_event(const wire::announcement_event& what) {
    if (!known.is_member_of(what.network)) return;
    wire::confirm_messages seen;
    seen.network = what.network;
    seen.announcement = what.message.id;
    confirm(std::move(seen));
    known.on_announcement(what);
    if (!shown.is_new(what.network, what.message)) return;
    out.push_back(node_event{"announcement",
                             {{"network", what.network.text()},
                              {"id", what.message.id},
                              {"author", named_node_json(what.message.author, what.message.author_name)},
                              {"text", what.message.text}}});
}

void node_machine::parts::on_event(const wire::log_event& what) {
    out.push_back(node_event{"logged", log_entry_json(what.entry)});
}

// ---- tunnels ------------------------------------------------------------------------------------------------------

void node_machine::parts::on_event(const wire::tunnel_open& offer) {
    tunnels.on_open(offer, now);
}

void node_machine::parts::on_event(const wire::tunnel_close& which) {
    tunnels.on_close(which);
}

void node_machine::parts::on_event(const wire::peer_candidates& what) {
    tunnels.on_candidates(what, now);
}

void node_machine::parts::on_event(const wire::tunnel_relays& what) {
    tunnels.on_grants(what, now);
}

void node_machine::parts::on_event(const wire::relay_list& what) {
    relay_list = what.relays;
    relays.on_list(what.relays, now);
    choose_stun_servers();
}

void node_machine::parts::on_event(const wire::seen_event& what) {
    seen = what.at;
    if (what.stun.empty()) return;
    stun_servers = what.stun;
    choose_stun_servers();
}

void node_machine::parts::choose_stun_servers() {
    // Whether mappings depend on the address shows at two of them (RFC 4787), which relays have if the server has not.
    constexpr std::size_t most_relays = 2;
    auto chosen = stun_servers;
    const auto is_elsewhere = [&](const endpoint& where) {
        return std::ranges::none_of(stun_servers, [&](const endpoint& one) {
            return one.address == where.address || one.address.is_v4() != where.address.is_v4() ||
                   one.address != stun_servers.front().address;
        });
    };
    for (const auto& relay : relays.views()) {
        if (!relay.round_trip || relay.by_stream) continue;
        for (const auto& where : relay.info.udp) {
            if (chosen.size() < stun_servers.size() + most_relays && is_elsewhere(where)) chosen.push_back(where);
        }
    }
    stun.on_servers(std::move(chosen), now);
}

void node_machine::parts::on_event(const wire::notice& what) {
    if (what.peer) tunnels.on_refused(*what.peer, what.text);
    out.push_back(node_event{"notice", {{"code", what.code}, {"text", what.text}}});
}

}  // namespace buri::core
