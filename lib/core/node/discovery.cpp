#include "buri/core/node/discovery.hpp"

#include <algorithm>

namespace buri::core {

void discovery::start(time_point now) {
    running_ = true;
    begin_round(now);
}

void discovery::stop() {
    running_ = false;
    next_round_ = never;
    for (auto& each : queries_)
        each.next_try = never;
    out_.clear();
}

void discovery::on_servers(std::vector<endpoint> servers, time_point now) {
    const auto same = std::ranges::equal(servers, queries_, {}, {}, &query::server);
    if (same) return;
    queries_.clear();
    for (const auto& server : servers)
        queries_.push_back({.server = server});
    if (running_) begin_round(now);
}

void discovery::on_host_endpoints(std::vector<endpoint> hosts, time_point now) {
    if (hosts == hosts_) return;
    hosts_ = std::move(hosts);
    if (running_) begin_round(now);
}

bool discovery::has_family(const endpoint& server) const {
    if (hosts_.empty()) return true;
    return std::ranges::any_of(hosts_,
                               [&](const endpoint& own) { return own.address.is_v4() == server.address.is_v4(); });
}

void discovery::begin_round(time_point now) {
    next_round_ = now + refresh;
    for (auto& each : queries_) {
        if (!has_family(each.server)) {
            each.mapped.reset();
            each.next_try = never;
            continue;
        }
        random_.fill(each.transaction);
        each.tries = 0;
        ask(each, now);
    }
}

void discovery::ask(query& which, time_point now) {
    out_.push_back({which.server, wire::encode_stun_request({.transaction = which.transaction})});
    which.next_try = now + first_retry * (1U << which.tries);
    ++which.tries;
}

bool discovery::on_response(const endpoint& from, const wire::stun_response& response, time_point) {
    for (auto& each : queries_) {
        if (each.next_try == never || each.server != from || each.transaction != response.transaction) continue;
        each.next_try = never;
        each.mapped = response.mapped;
        return true;
    }
    return false;
}

void discovery::on_deadline(time_point now) {
    if (next_round_ <= now) {
        begin_round(now);
        return;
    }
    for (auto& each : queries_) {
        if (each.next_try > now) continue;
        if (each.tries < max_tries) {
            ask(each, now);
        } else {
            // Nobody answers any more: what was known of this way out is no longer true.
            each.next_try = never;
            each.mapped.reset();
        }
    }
}

time_point discovery::next_deadline() const {
    auto first = next_round_;
    for (const auto& each : queries_)
        first = std::min(first, each.next_try);
    return first;
}

std::optional<send_plain> discovery::poll_output() {
    if (out_.empty()) return std::nullopt;
    auto next = std::move(out_.front());
    out_.pop_front();
    return next;
}

std::vector<endpoint> discovery::mapped() const {
    std::vector<endpoint> found;
    for (const auto& each : queries_) {
        if (each.mapped && std::ranges::find(found, *each.mapped) == found.end()) found.push_back(*each.mapped);
    }
    return found;
}

std::optional<wire::nat_kind> discovery::nat_of_family(bool v4) const {
    std::vector<endpoint> answers;
    for (const auto& each : queries_) {
        if (each.mapped && each.mapped->address.is_v4() == v4) answers.push_back(*each.mapped);
    }
    if (answers.empty()) return std::nullopt;
    const auto is_first = [&](const endpoint& other) { return other == answers.front(); };
    if (!std::ranges::all_of(answers, is_first)) return wire::nat_kind::address_dependent;
    if (std::ranges::find(hosts_, answers.front()) != hosts_.end()) return wire::nat_kind::none;
    return answers.size() > 1 ? wire::nat_kind::endpoint_independent : wire::nat_kind::unknown;
}

wire::nat_kind discovery::nat() const {
    if (const auto v4 = nat_of_family(true)) return *v4;
    return nat_of_family(false).value_or(wire::nat_kind::unknown);
}

}  // namespace buri::core
