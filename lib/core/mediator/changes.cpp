#include "buri/core/mediator/changes.hpp"

#include "buri/core/directory/account_rules.hpp"
#include "buri/core/directory/network_rules.hpp"

namespace buri::core {
namespace {

template <typename... Cases>
struct overloaded : Cases... {
    using Cases::operator()...;
};

/// "cannot join 'lab'", for an error that the rules did not make.
std::string attempt(const wire::request& body) {
    return std::visit(
        [](const auto& wish) -> std::string {
            using kind = std::decay_t<decltype(wish)>;
            if constexpr (requires { wish.network.text(); }) {
                return "cannot " + std::string(kind::kind) + " '" + wish.network.text() + "'";
            } else {
                return "cannot change the nickname";
            }
        },
        body);
}

}  // namespace

changes::changes(const mediator_settings& settings, directory& records, roster& nodes, outbox& out, news& told,
                 introductions& tunnels, random_source& random, const logger& log)
    : settings_(settings),
      records_(records),
      nodes_(nodes),
      out_(out),
      news_(told),
      tunnels_(tunnels),
      random_(random),
      log_(log),
      passwords_(passwords_per_minute, std::chrono::minutes(1)),
      changes_(changes_in_period, change_period),
      registrations_(settings.registrations_per_minute, std::chrono::minutes(1)) {}

void changes::on_request(online_node& from, const wire::numbered_request& message, wall_time today, time_point now) {
    if (const auto allowed = check_limits(from, message.body, now); !allowed) {
        out_.answer(*from.connection, message.number, allowed);
        return;
    }
    ++from.waiting_requests;
    waiting_.emplace_back(waiting_request{*from.connection, from.id, message, today});
    advance();
}

result<void> changes::check_limits(const online_node& from, const wire::request& body, time_point now) {
    if (from.waiting_requests >= max_waiting_per_node) {
        return fail(errc::too_many_requests, attempt(body) + ": " + std::to_string(from.waiting_requests) +
                                                 " requests wait already; try again later");
    }
    const auto* const join = std::get_if<wire::join_network>(&body);
    if (join != nullptr && join->password && !passwords_.allow(from.id.value, now)) {
        return fail(errc::too_many_requests,
                    attempt(body) + ": too many passwords were tried in a minute; try again in a minute");
    }
    if (!changes_.allow(from.id.value, now)) {
        return fail(errc::too_many_requests,
                    attempt(body) + ": too many changes in a short time; try again in a minute");
    }
    return {};
}

void changes::on_registration(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, wall_time today,
                              time_point now) {
    constexpr std::uint64_t all = 0;
    if (!registrations_.allow(all, now)) {
        out_.put(registration_done{
            ticket,
            fail(errc::too_many_requests,
                 "cannot make an account: the server had too many registrations in a minute; try again later")});
        return;
    }
    waiting_.emplace_back(
        waiting_registration{ticket, bytes(key_blob.begin(), key_blob.end()), std::string(nickname), today, {}});
    advance();
}

void changes::advance() {
    while (!outstanding_ && !waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        auto change = std::visit([this](auto& waiting) { return decide(waiting); }, next);
        if (change) commit_now(std::move(next), std::move(*change));
    }
}

std::optional<record_change> changes::decide(waiting_request& waiting) {
    auto* const from = nodes_.by_connection(waiting.connection);
    if (from == nullptr) return std::nullopt;  // whoever asked is gone, and was promised nothing
    --from->waiting_requests;
    auto change = apply_rule(waiting);
    if (change && !change->empty()) return std::move(*change);
    answer(waiting, change ? result<void>{} : fail(change.error()));
    return std::nullopt;
}

std::optional<record_change> changes::decide(waiting_registration& waiting) {
    auto made = register_account(records_, settings_.pool, waiting.key_blob, waiting.nickname, waiting.today, random_);
    if (!made) {
        out_.put(registration_done{waiting.ticket, fail(made.error())});
        return std::nullopt;
    }
    if (made->change.empty()) {
        out_.put(registration_done{waiting.ticket, made->id});
        return std::nullopt;
    }
    waiting.made = made->id;
    return std::move(made->change);
}

result<record_change> changes::apply_rule(const waiting_request& waiting) {
    const auto rules = overloaded{
        [&](const wire::create_network& wish) {
            return create_network(records_, settings_.limits, waiting.node, wish.network, wish.password, waiting.today,
                                  random_);
        },
        [&](const wire::join_network& wish) {
            return join_network(records_, settings_.limits, waiting.node, wish.network, wish.password, waiting.today);
        },
        [&](const wire::leave_network& wish) { return leave_network(records_, waiting.node, wish.network); },
        [&](const wire::delete_network& wish) { return delete_network(records_, waiting.node, wish.network); },
        [&](const wire::set_nickname& wish) { return change_nickname(records_, waiting.node, wish.nickname); },
        [](const auto&) -> result<record_change> { return fail(errc::unknown_request); }};
    return std::visit(rules, waiting.message.body);
}

void changes::commit_now(waiting_change origin, record_change change) {
    out_.put(commit{++last_ticket_, change});
    outstanding_ = outstanding_change{last_ticket_, std::move(origin), std::move(change)};
}

std::optional<changes::outstanding_change> changes::take_outstanding(std::uint64_t ticket) {
    if (!outstanding_ || outstanding_->ticket != ticket) return std::nullopt;
    return std::exchange(outstanding_, std::nullopt);
}

void changes::on_committed(std::uint64_t ticket) {
    const auto done = take_outstanding(ticket);
    if (!done) return;
    std::visit([&](const auto& origin) { make_visible(origin, done->change); }, done->origin);
    advance();
}

void changes::on_commit_failed(std::uint64_t ticket, const error& why) {
    const auto failed = take_outstanding(ticket);
    if (!failed) return;
    log_.error("change not made durable", {{"error", why.text}});
    std::visit(
        overloaded{
            [&](const waiting_request& origin) {
                answer(origin, fail(why.code, attempt(origin.message.body) + ": " + why.text));
            },
            [&](const waiting_registration& origin) {
                out_.put(registration_done{origin.ticket, fail(why.code, "cannot make an account: " + why.text)});
            }},
        failed->origin);
    advance();
}

void changes::make_visible(const waiting_registration& waiting, const record_change& change) {
    records_.apply(change);
    log_.info("account made", {{"peer", to_string(waiting.made)}});
    out_.put(registration_done{waiting.ticket, waiting.made});
}

/// The one who asked is told what changed before it is told that it is done: then what it shows is true.
void changes::make_visible(const waiting_request& waiting, const record_change& change) {
    const auto node = waiting.node;
    const auto cases = overloaded{[&](const wire::create_network& wish) {
                                      records_.apply(change);
                                      on_joined(node, wish.network);
                                  },
                                  [&](const wire::join_network& wish) {
                                      records_.apply(change);
                                      on_joined(node, wish.network);
                                  },
                                  [&](const wire::leave_network& wish) {
                                      records_.apply(change);
                                      const auto& network = *records_.network(wish.network);
                                      news_.on_left(node, network);
                                      for (const auto member : records_.members(network.id))
                                          tunnels_.on_separated(node, member);
                                  },
                                  [&](const wire::delete_network& wish) {
                                      const auto& network = *records_.network(wish.network);
                                      const auto name = network.name;
                                      const auto members = records_.members(network.id);
                                      const std::vector former(members.begin(), members.end());
                                      records_.apply(change);
                                      news_.on_deleted(name, former);
                                      tunnels_.on_deleted(former);
                                  },
                                  [&](const wire::set_nickname&) {
                                      records_.apply(change);
                                      news_.on_peer_changed(node);
                                  },
                                  [](const auto&) {}};
    std::visit(cases, waiting.message.body);
    log_.debug("change made", {{"peer", to_string(node)}});
    answer(waiting, {});
}

void changes::on_joined(node_id node, const network_name& name) {
    const auto& network = *records_.network(name);
    news_.on_joined(node, network);
    tunnels_.on_joined(node, network.id);
}

void changes::answer(const waiting_request& waiting, const result<void>& outcome) {
    if (nodes_.by_connection(waiting.connection) != nullptr) {
        out_.answer(waiting.connection, waiting.message.number, outcome);
    }
}

}  // namespace buri::core
