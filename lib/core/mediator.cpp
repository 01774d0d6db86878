#include "buri/core/mediator.hpp"

#include "buri/core/mediator/candidates.hpp"
#include "buri/core/mediator/changes.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// How long a node that said hello may take to tell its endpoints before it is introduced without.
constexpr auto readiness_delay = std::chrono::milliseconds(300);
/// How often a node's candidates are passed on to its peers; more are held back, and the newest of them told.
constexpr std::uint32_t candidate_pushes = 8;
constexpr auto candidate_period = std::chrono::seconds(30);
/// A node that names more suites than exist means none of the rest.
constexpr std::size_t max_suites = 16;

}  // namespace

struct mediator::parts {
    parts(mediator_settings with, directory from, random_source& random, logger to)
        : settings(std::move(with)),
          records(std::move(from)),
          log(std::move(to)),
          told(settings, records, nodes, out),
          tunnels(settings, records, nodes, out, random),
          pending(settings, records, nodes, out, told, tunnels, random, log),
          pushes(candidate_pushes, candidate_period) {}

    void start_absence(online_node& node, time_point now);
    void go_offline(online_node& node);
    void become_ready(online_node& node);
    void push_candidates(online_node& node, time_point now);

    void on_request(online_node& from, const wire::numbered_request& message, wall_time today, time_point now);
    result<void> on_endpoints(online_node& from, const wire::endpoints& told_now, time_point now);
    void on_hello(online_node& from, std::uint32_t number, const wire::hello& said, time_point now);
    void on_bye(online_node& from, std::uint32_t number);

    const mediator_settings settings;
    directory records;
    const logger log;
    roster nodes;
    outbox out;
    news told;
    introductions tunnels;
    changes pending;
    rate_limit pushes;
};

void mediator::parts::start_absence(online_node& node, time_point now) {
    // Connections that come and go without a hello do not lengthen it.
    if (node.due[static_cast<std::size_t>(node_timer::absence)] != never) return;
    nodes.arm(node, node_timer::absence, now + settings.absence);
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

void mediator::parts::push_candidates(online_node& node, time_point now) {
    if (node.tunnels.empty()) return;
    if (pushes.allow(node.id.value, now)) {
        nodes.cancel(node, node_timer::candidates);
        tunnels.on_candidates(node);
    } else {
        nodes.arm(node, node_timer::candidates, pushes.next(node.id.value, now));
    }
}

void mediator::parts::on_request(online_node& from, const wire::numbered_request& message, wall_time today,
                                 time_point now) {
    const auto number = message.number;
    const auto& body = message.body;
    if (const auto* const said = std::get_if<wire::hello>(&body)) {
        on_hello(from, number, *said, now);
    } else if (std::holds_alternative<wire::bye>(body)) {
        on_bye(from, number);
    } else if (!from.is_listening) {
        out.answer(*from.connection, number, fail(errc::out_of_order, "hello comes first on a connection"));
    } else if (const auto* const where = std::get_if<wire::endpoints>(&body)) {
        out.answer(*from.connection, number, on_endpoints(from, *where, now));
    } else if (const auto* const wish = std::get_if<wire::tunnel_request>(&body)) {
        out.answer(*from.connection, number, tunnels.on_request(from, wish->peer, now));
    } else if (std::holds_alternative<wire::ping>(body)) {
        out.answer(*from.connection, number, {});
    } else {
        pending.on_request(from, message, today, now);
    }
}

void mediator::parts::on_hello(online_node& from, std::uint32_t number, const wire::hello& said, time_point now) {
    if (from.is_listening) {
        out.answer(*from.connection, number, fail(errc::out_of_order, "hello was said on this connection already"));
        return;
    }
    out.answer(*from.connection, number, {});
    const auto key = crypto::public_key::from_blob(records.account(from.id)->key_blob);
    from.has_rsa_key = key && key->type() == crypto::key_type::rsa;
    from.is_listening = true;
    const bool came = !from.is_visible;
    nodes.make_visible(from);
    told.synchronise(from);
    if (came) {
        log.debug("node online", {{"peer", to_string(from.id)}});
        told.on_peer_changed(from.id);
    }
    const auto suite_count = std::min(said.suites.size(), max_suites);
    const auto suites_end = said.suites.begin() + static_cast<std::ptrdiff_t>(suite_count);
    tunnels.on_hello(from, said.tunnels, {said.suites.begin(), suites_end});
    nodes.arm(from, node_timer::readiness, now + readiness_delay);
}

result<void> mediator::parts::on_endpoints(online_node& from, const wire::endpoints& told_now, time_point now) {
    if (told_now.candidates.size() > wire::max_candidates) {
        return fail(errc::malformed, "endpoints: more than " + std::to_string(wire::max_candidates) + " candidates");
    }
    auto accepted = acceptable_candidates(told_now.candidates, settings.pool, settings.ula);
    if (accepted != from.candidates) {
        from.candidates = std::move(accepted);
        push_candidates(from, now);
    }
    become_ready(from);
    return {};
}

void mediator::parts::on_bye(online_node& from, std::uint32_t number) {
    const auto connection = *from.connection;
    out.answer(connection, number, {});
    out.put(disconnect{connection, make_error(errc::server_closed, "the node said bye")});
    nodes.drop_connection(from);
    go_offline(from);
}

mediator::mediator(mediator_settings settings, directory records, random_source& random, logger log)
    : parts_(std::make_unique<parts>(std::move(settings), std::move(records), random, std::move(log))) {}

mediator::~mediator() = default;

void mediator::register_account(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, wall_time today,
                                time_point now) {
    parts_->pending.on_registration(ticket, key_blob, nickname, today, now);
}

void mediator::on_connected(connection_id connection, node_id node, time_point now) {
    if (parts_->records.account(node) == nullptr) {
        parts_->out.put(disconnect{connection, make_error(errc::account_unknown)});
        return;
    }
    const auto displaced = parts_->nodes.connect(connection, node);
    auto& entry = *parts_->nodes.find(node);
    if (displaced) {
        parts_->out.put(disconnect{
            *displaced, make_error(errc::server_closed,
                                   "another connection of this node took over; two machines with one key do that")});
    }
    if (entry.is_visible) parts_->start_absence(entry, now);
}

void mediator::on_message(connection_id connection, const wire::numbered_request& message, wall_time today,
                          time_point now) {
    if (auto* const from = parts_->nodes.by_connection(connection)) parts_->on_request(*from, message, today, now);
}

void mediator::on_disconnected(connection_id connection, time_point now) {
    auto* const node = parts_->nodes.by_connection(connection);
    if (node == nullptr) return;
    parts_->nodes.drop_connection(*node);
    if (node->is_visible) {
        parts_->start_absence(*node, now);
    } else {
        parts_->nodes.erase(node->id);
    }
}

void mediator::on_committed(std::uint64_t ticket, time_point /*now*/) {
    parts_->pending.on_committed(ticket);
}

void mediator::on_commit_failed(std::uint64_t ticket, const error& why, time_point /*now*/) {
    parts_->pending.on_commit_failed(ticket, why);
}

void mediator::on_deadline(time_point now) {
    while (const auto timer = parts_->nodes.take_due(now)) {
        auto& node = *parts_->nodes.find(timer->node);
        switch (timer->which) {
            case node_timer::absence:
                parts_->go_offline(node);
                break;
            case node_timer::readiness:
                parts_->become_ready(node);
                break;
            case node_timer::candidates:
                parts_->push_candidates(node, now);
                break;
        }
    }
}

time_point mediator::next_deadline() const {
    return parts_->nodes.next_deadline();
}

std::optional<mediator_output> mediator::poll_output() {
    return parts_->out.poll();
}

const directory& mediator::records() const {
    return parts_->records;
}

std::size_t mediator::online_count() const {
    return parts_->nodes.visible_count();
}

std::size_t mediator::tunnel_count() const {
    return parts_->tunnels.count();
}

}  // namespace buri::core
