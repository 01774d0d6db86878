// What the server says, and what a node does about it.
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
        result<void> outcome;
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

void node_machine::parts::on_event(const wire::sync& all) {
    if (all.id != known.self()) {
        log.warning("ignored a sync", {{"reason", "it is for another node"}, {"peer", to_string(all.id)}});
        return;
    }
    auto news = known.on_sync(all);
    if (!news) {
        log.warning("ignored a sync", {{"error", news.error().text}});
        return;
    }
    if (!configured || configured->pool != known.pool() || configured->ula != known.ula() ||
        configured->self != all.id) {
        configured = configure_addresses{all.id, known.pool(), known.ula()};
        out.push_back(*configured);
    }
    if (!std::exchange(synchronised, true)) {
        out.push_back(node_event{"online",
                                 {{"address", to_string(all.id)},
                                  {"address6", to_string(ula_of(known.ula(), all.id))},
                                  {"nickname", known.nickname()}}});
    }
    // Tunnels stay: a large sync goes on in events, and the server closes those of hello that may not be.
    tell(std::move(*news));
}

void node_machine::parts::on_event(const wire::peer_event& what) {
    tell(known.on_peer(what.peer));
}

void node_machine::parts::on_event(const wire::network_event& what) {
    tell(known.on_network(what.network));
    tunnels.remove_strangers();
}

void node_machine::parts::on_event(const wire::member_joined& what) {
    tell(known.on_joined(what));
}

void node_machine::parts::on_event(const wire::member_left& what) {
    tell(known.on_left(what));
    tunnels.remove_strangers();
}

void node_machine::parts::on_event(const wire::network_gone& what) {
    tell(known.on_gone(what));
    tunnels.remove_strangers();
}

void node_machine::parts::on_event(const wire::tunnel_open& offer) {
    tunnels.on_open(known.self(), offer, now);
}

void node_machine::parts::on_event(const wire::tunnel_close& which) {
    tunnels.on_close(which);
}

void node_machine::parts::on_event(const wire::peer_candidates& what) {
    tunnels.on_candidates(what, now);
}

void node_machine::parts::on_event(const wire::notice& what) {
    if (what.peer) tunnels.on_refused(*what.peer, what.text);
    out.push_back(node_event{"notice", {{"code", what.code}, {"text", what.text}}});
}

}  // namespace buri::core
