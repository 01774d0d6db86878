#include "buri/core/mediator.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/mediator/candidates.hpp"
#include "buri/core/mediator/changes.hpp"
#include "buri/core/mediator/reach.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// How long a node that said hello may take to tell its endpoints before it is introduced without.
constexpr auto readiness_delay = std::chrono::milliseconds(300);
/// How often a node's candidates are passed on to its peers; more are held back, and the newest of them told.
constexpr std::uint32_t candidate_pushes = 8;
constexpr auto candidate_period = std::chrono::seconds(30);
/// Of a page of the audit log.
constexpr std::uint32_t max_log_entries = 1000;

template <typename Wish>
concept question = requires(const rule_input& input, node_id actor, const Wish& wish) {
    answer(input, actor, wish);
};

}  // namespace

struct mediator::parts {
    parts(mediator_settings with, directory from, const licence_issuer& licences,
          const relay_token_issuer& relay_tokens, random_source& random, logger to)
        : settings(std::move(with)),
          records(std::move(from)),
          log(std::move(to)),
          at{settings, records, licences, relay_tokens, random},
          relays(at, nodes, out, log),
          grants(at, nodes, out, relays),
          reached(at, out),
          told(at, nodes, out),
          tunnels(at, nodes, out, grants),
          messages(at, nodes, out),
          plans(at, nodes, out),
          after(at, records, nodes, out, told, tunnels, messages, plans),
          limits(settings.registrations_per_minute),
          pending(at, nodes, out, after, limits, log),
          pushes(candidate_pushes, candidate_period) {}

    void start_absence(online_node& node);
    void go_offline(online_node& node);
    void become_ready(online_node& node);
    void push_candidates(online_node& node);

    void on_request(online_node& from, const wire::numbered_request& message);
    void on_listening_request(online_node& from, const wire::numbered_request& message);
    result<void> on_endpoints(online_node& from, const wire::endpoints& told_now);
    void on_hello(online_node& from, std::uint32_t number, const wire::hello& said);
    void on_relay_hello(online_node& from, std::uint32_t number, const wire::relay_hello& said);
    void tell_what_it_may_know(online_node& node, const std::optional<wire::resume_point>& resume);
    void on_bye(online_node& from, std::uint32_t number);
    template <question Wish>
    void on_question(online_node& from, const wire::numbered_request& message, const Wish& wish);
    void on_log_wanted(online_node& from, const wire::numbered_request& message, const wire::read_log& wish);
    void on_timer(online_node& node, node_timer which);

    mediator_settings settings;
    directory records;
    const logger log;
    present at;
    roster nodes;
    outbox out;
    fleet relays;
    relay_grants grants;
    reach reached;
    news told;
    introductions tunnels;
    deliveries messages;
    plan_watch plans;
    aftermath after;
    request_limits limits;
    changes pending;
    rate_limit pushes;
};

void mediator::parts::start_absence(online_node& node) {
    // Connections that come and go without a hello do not lengthen it.
    if (node.due[static_cast<std::size_t>(node_timer::absence)] != never) return;
    nodes.arm(node, node_timer::absence, at.now + settings.absence);
}

void mediator::parts::go_offline(online_node& node) {
    if (node.is_visible) {
        log.debug("node offline", {{"peer", to_string(node.id)}});
        nodes.make_invisible(node);
        tunnels.on_offline(node);
        told.on_peer_changed(node.id);
    }
    if (!node.connection) nodes.erase(node.id);
}

void mediator::parts::become_ready(online_node& node) {
    if (!node.is_listening || node.is_ready) return;
    node.is_ready = true;
    nodes.cancel(node, node_timer::readiness);
    tunnels.on_ready(node);
}

void mediator::parts::push_candidates(online_node& node) {
    if (node.tunnels.empty()) return;
    if (pushes.allow(node.id.value, at.now)) {
        nodes.cancel(node, node_timer::candidates);
        tunnels.on_candidates(node);
    } else {
        nodes.arm(node, node_timer::candidates, pushes.next(node.id.value, at.now));
    }
}

// ---- requests -------------------------------------------------------------------------------------------------------------

void mediator::parts::on_request(online_node& from, const wire::numbered_request& message) {
    if (const auto* const said = std::get_if<wire::hello>(&message.body)) {
        on_hello(from, message.number, *said);
    } else if (std::holds_alternative<wire::bye>(message.body)) {
        on_bye(from, message.number);
    } else if (const auto* const relay = std::get_if<wire::relay_hello>(&message.body)) {
        on_relay_hello(from, message.number, *relay);
    } else if (!from.is_listening) {
        out.answer(*from.connection, message.number, fail(errc::out_of_order, "hello comes first on a connection"));
    } else {
        on_listening_request(from, message);
    }
}

void mediator::parts::on_listening_request(online_node& from, const wire::numbered_request& message) {
    const auto number = message.number;
    const auto answer = [&](const result<void>& outcome) { out.answer(*from.connection, number, outcome); };
    std::visit(overloaded{
                   [&](const wire::endpoints& where) { answer(on_endpoints(from, where)); },
                   [&](const wire::tunnel_request& wish) { answer(tunnels.on_request(from, wish.peer)); },
                   [&](const wire::check_reach& wish) { answer(reached.on_check(from, wish)); },
                   [&](const wire::ping&) { answer({}); },
                   [&](const wire::confirm_messages& seen) { pending.on_seen(from, number, seen); },
                   [&](const wire::read_log& wish) { on_log_wanted(from, message, wish); },
                   [&]<question Wish>(const Wish& wish) { on_question(from, message, wish); },
                   [&](const auto&) { pending.on_request(from, message); },
               },
               message.body);
}

template <question Wish>
void mediator::parts::on_question(online_node& from, const wire::numbered_request& message, const Wish& wish) {
    const auto allowed = limits.on_question(from, message.body, at.now);
    if (!allowed) return out.answer(*from.connection, message.number, allowed);
    auto known = answer(at.input(), from.id, wish);
    if (known) {
        out.answer(*from.connection, message.number, std::move(*known));
    } else {
        out.answer(*from.connection, message.number, fail(known.error()));
    }
}

void mediator::parts::on_log_wanted(online_node& from, const wire::numbered_request& message,
                                    const wire::read_log& wish) {
    const auto allowed = limits.on_question(from, message.body, at.now);
    if (!allowed) return out.answer(*from.connection, message.number, allowed);
    const auto network = readable_log(at.input(), from.id, wish);
    if (!network) return out.answer(*from.connection, message.number, fail(network.error()));
    const auto limit = wish.limit == 0 ? max_log_entries : std::min(wish.limit, max_log_entries);
    out.put(log_wanted{*from.connection, message.number, *network, wish.after, limit});
}

void mediator::parts::on_hello(online_node& from, std::uint32_t number, const wire::hello& said) {
    if (from.is_listening) {
        out.answer(*from.connection, number, fail(errc::out_of_order, "hello was said on this connection already"));
        return;
    }
    out.answer(*from.connection, number, result<void>{});
    from.software = said.software;
    from.is_listening = true;
    const bool came = !from.is_visible;
    nodes.make_visible(from);
    tell_what_it_may_know(from, said.resume);
    if (came) {
        log.debug("node online", {{"peer", to_string(from.id)}});
        told.on_peer_changed(from.id);
    }
    reached.tell(from);
    relays.tell(from);
    messages.on_hello(from);
    tunnels.on_hello(from, said);
    nodes.arm(from, node_timer::readiness, at.now + readiness_delay);
}

/// From here on the connection is no node's.
void mediator::parts::on_relay_hello(online_node& from, std::uint32_t number, const wire::relay_hello& said) {
    const auto connection = *from.connection;
    if (from.is_listening) {
        return out.answer(connection, number, fail(errc::out_of_order, "this connection is a node's: it said hello"));
    }
    const auto where = from.from;
    nodes.drop_connection(from);
    if (!from.is_visible) nodes.erase(from.id);
    relays.join(connection, where, number, said);
}

void mediator::parts::tell_what_it_may_know(online_node& node, const std::optional<wire::resume_point>& resume) {
    if (resume && node.session != 0 && resume->session == node.session && resume->sequence <= node.sequence &&
        node.missed.reaches_back_to(resume->sequence)) {
        out.resume(node, resume->sequence);
        return;
    }
    told.synchronise(node);
    plans.on_hello(node);
}

result<void> mediator::parts::on_endpoints(online_node& from, const wire::endpoints& told_now) {
    if (told_now.candidates.size() > wire::max_candidates) {
        return fail(errc::malformed, "endpoints: more than " + std::to_string(wire::max_candidates) + " candidates");
    }
    auto accepted = acceptable_candidates(told_now.candidates, settings.pool, settings.ula);
    const bool has_moved = std::exchange(from.told_from, from.from.address) != from.from.address;
    if (accepted != from.candidates || has_moved) {
        from.candidates = std::move(accepted);
        push_candidates(from);
    }
    if (told_now.relays && told_now.relays != from.round_trips) {
        from.round_trips = told_now.relays;
        grants.on_round_trips(from);
    }
    become_ready(from);
    return {};
}

void mediator::parts::on_bye(online_node& from, std::uint32_t number) {
    const auto connection = *from.connection;
    out.answer(connection, number, result<void>{});
    out.put(disconnect{connection, make_error(errc::server_closed, "the node said bye")});
    nodes.drop_connection(from);
    pending.on_disconnected(from.id);
    go_offline(from);
}

void mediator::parts::on_timer(online_node& node, node_timer which) {
    switch (which) {
        case node_timer::absence:
            go_offline(node);
            break;
        case node_timer::readiness:
            become_ready(node);
            break;
        case node_timer::candidates:
            push_candidates(node);
            break;
    }
}

// ---- inputs ---------------------------------------------------------------------------------------------------------------

mediator::mediator(mediator_settings settings, directory records, const licence_issuer& licences,
                   const relay_token_issuer& relay_tokens, random_source& random, logger log)
    : parts_(std::make_unique<parts>(std::move(settings), std::move(records), licences, relay_tokens, random,
                                     std::move(log))) {}

mediator::~mediator() = default;

void mediator::register_account(std::uint64_t ticket, byte_view key_blob, std::string_view nickname,
                                const ip_address& from, wall_time today, time_point now) {
    parts_->at.move_on(today, now);
    parts_->pending.on_registration(ticket, key_blob, nickname, from);
}

void mediator::on_connected(connection_id connection, node_id node, const endpoint& from, time_point now) {
    parts_->at.now = now;
    if (parts_->records.account(node) == nullptr) {
        parts_->out.put(disconnect{connection, make_error(errc::account_unknown)});
        return;
    }
    const auto displaced = parts_->nodes.connect(connection, node, from);
    auto& entry = *parts_->nodes.find(node);
    if (displaced) {
        parts_->out.put(disconnect{
            *displaced, make_error(errc::server_closed,
                                   "another connection of this node took over; two machines with one key do that")});
        parts_->pending.on_disconnected(node);
    }
    if (entry.is_visible) parts_->start_absence(entry);
}

void mediator::on_message(connection_id connection, const wire::numbered_request& message, wall_time today,
                          time_point now) {
    parts_->at.move_on(today, now);
    if (parts_->relays.has(connection)) return parts_->relays.on_request(connection, message);
    if (auto* const from = parts_->nodes.by_connection(connection)) parts_->on_request(*from, message);
}

void mediator::on_disconnected(connection_id connection, time_point now) {
    parts_->at.now = now;
    parts_->relays.on_disconnected(connection);
    auto* const node = parts_->nodes.by_connection(connection);
    if (node == nullptr) return;
    parts_->nodes.drop_connection(*node);
    parts_->pending.on_disconnected(node->id);
    if (node->is_visible) {
        parts_->start_absence(*node);
    } else {
        parts_->nodes.erase(node->id);
    }
}

void mediator::on_committed(std::uint64_t ticket, time_point now) {
    parts_->at.now = now;
    parts_->pending.on_committed(ticket);
    parts_->relays.on_records();
}

void mediator::on_commit_failed(std::uint64_t ticket, const error& why, time_point now) {
    parts_->at.now = now;
    parts_->pending.on_commit_failed(ticket, why);
}

void mediator::on_hashed(std::uint64_t ticket, password_outcome outcome, wall_time today, time_point now) {
    parts_->at.move_on(today, now);
    parts_->pending.on_hashed(ticket, std::move(outcome));
}

void mediator::operate(std::uint64_t ticket, operator_wish wish, wall_time today, time_point now) {
    parts_->at.move_on(today, now);
    parts_->pending.on_operation(ticket, std::move(wish));
}

void mediator::configure(mediator_settings settings, wall_time today, time_point now) {
    parts_->at.move_on(today, now);
    std::vector<std::pair<node_id, plan>> had;
    for (const auto* const account : parts_->records.accounts())
        had.emplace_back(account->id, parts_->settings.plans.of(*account, today));
    parts_->settings = std::move(settings);
    parts_->limits.set_registrations(parts_->settings.registrations_per_minute);
    parts_->relays.on_settings();
    for (const auto& [node, before] : had)
        parts_->after.on_plan(*parts_->records.account(node), before);
}

void mediator::on_own_relay_load(const wire::relay_load& load, time_point now) {
    parts_->at.now = now;
    parts_->relays.on_own_load(load);
}

void mediator::on_deadline(wall_time today, time_point now) {
    parts_->at.move_on(today, now);
    while (const auto timer = parts_->nodes.take_due(now))
        parts_->on_timer(*parts_->nodes.find(timer->node), timer->which);
    parts_->pending.on_deadline();
    if (parts_->relays.on_deadline()) parts_->grants.on_fleet_changed();
    parts_->grants.on_deadline();
    const auto& all = parts_->settings.plans;
    for (const auto& turn : parts_->plans.on_deadline()) {
        const auto& account = *parts_->records.account(turn.node);
        const auto* const own = all.find(account.plan);
        if (own != nullptr) parts_->after.on_plan(account, turn.has_ended ? *own : all.by_default());
    }
}

// ---- outputs --------------------------------------------------------------------------------------------------------------

time_point mediator::next_deadline() const {
    return std::min({parts_->nodes.next_deadline(), parts_->pending.next_deadline(), parts_->plans.next_deadline(),
                     parts_->relays.next_deadline(), parts_->grants.next_deadline()});
}

std::optional<mediator_output> mediator::poll_output() {
    return parts_->out.poll();
}

const directory& mediator::records() const {
    return parts_->records;
}

bool mediator::is_online(node_id node) const {
    return parts_->nodes.is_visible(node);
}

std::string mediator::software_of(node_id node) const {
    const auto* const found = parts_->nodes.find(node);
    return found != nullptr && found->is_visible ? found->software : std::string();
}

std::size_t mediator::online_count() const {
    return parts_->nodes.visible_count();
}

std::size_t mediator::tunnel_count() const {
    return parts_->tunnels.count();
}

const relay_state* mediator::relay(std::uint32_t id) const {
    return parts_->relays.find(id);
}

}  // namespace buri::core
