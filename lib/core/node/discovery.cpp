#include "buri/core/node/discovery.hpp"

#include "buri/core/mapping_samples.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr unsigned keepalive_tries = 3;
/// With UDP blocked: how soon it is tried again, doubled up to discovery::refresh.
constexpr duration first_pause = 3s;
const ip_prefix shared_addresses{ip_address::v4(0x64400000), 10};  // RFC 6598

}  // namespace

discovery::discovery(random_source& random, std::function<channel_id()> next_channel)
    : random_(random), tests_(random, std::move(next_channel), out_) {}

void discovery::start(time_point now) {
    running_ = true;
    away_ = false;
    ask_all(now);
}

void discovery::on_server_away(time_point now) {
    if (!running_ || std::exchange(away_, true)) return;
    for (auto& each : servers_)
        each.query.stop();
    blocked_at_ = never;
    asked_all_ = false;
    next_round_ = now + interval();
}

void discovery::on_network_change(time_point now) {
    if (running_) ask_all(now);
}

void discovery::on_kept_alive(time_point now) {
    if (running_ && next_round_ != never) next_round_ = std::max(next_round_, now + interval() + pong_patience);
}

void discovery::on_doubt(time_point now) {
    if (running_ && !is_asking()) keep_alive(now);
    on_deadline(now);
}

void discovery::on_servers(std::vector<endpoint> servers, time_point now) {
    const auto same = std::ranges::equal(servers, servers_, {}, {}, &server::at);
    if (same) return;
    auto before = std::exchange(servers_, {});
    for (const auto& at : servers) {
        const auto known = std::ranges::find(before, at, &server::at);
        servers_.push_back(known == before.end() ? server{at, stun_query(at)} : std::move(*known));
    }
    if (running_) ask_all(now);
    refresh_report();
}

void discovery::on_host_endpoints(std::vector<endpoint> hosts, time_point now) {
    if (hosts == hosts_) return;
    hosts_ = std::move(hosts);
    if (!running_) return;
    forget_tests(now);
    ask_all(now);
}

void discovery::on_gateway_address(const std::optional<ip_address>& external) {
    gateway_ = external;
    refresh_report();
}

bool discovery::has_family(const endpoint& server) const {
    if (hosts_.empty()) return true;
    return std::ranges::any_of(hosts_,
                               [&](const endpoint& own) { return own.address.is_v4() == server.address.is_v4(); });
}

bool discovery::is_asking() const {
    return std::ranges::any_of(servers_, [](const server& each) { return each.query.is_waiting(); });
}

const discovery::server* discovery::nearest(bool v4) const {
    const server* best = nullptr;
    for (const auto& each : servers_) {
        if (!each.mapped || each.at.address.is_v4() != v4) continue;
        if (best == nullptr || each.query.round_trip() < best->query.round_trip()) best = &each;
    }
    return best;
}

std::optional<bool> discovery::family() const {
    if (nearest(true) != nullptr) return true;
    return nearest(false) != nullptr ? std::optional(false) : std::nullopt;
}

// ---- asking -------------------------------------------------------------------------------------------------------

void discovery::ask_all(time_point now) {
    next_round_ = never;
    asked_at_ = now;
    asked_all_ = true;
    answered_ = false;
    for (auto& each : servers_) {
        each.is_fresh = false;
        if (has_family(each.at)) {
            each.query.start(random_, now);
        } else {
            each.mapped.reset();
            each.query.stop();
        }
    }
    blocked_at_ = is_asking() && !away_ ? now + blocked_after : never;
    if (!is_asking()) next_round_ = now + refresh;
    on_deadline(now);
}

void discovery::keep_alive(time_point now) {
    asked_all_ = false;
    next_round_ = now + interval();
    bool any = false;
    for (const bool v4 : {true, false}) {
        const auto* const best = nearest(v4);
        if (best == nullptr) continue;
        servers_[static_cast<std::size_t>(best - servers_.data())].query.start(random_, now,
                                                                               away_ ? 1 : keepalive_tries);
        any = true;
    }
    if (!any) ask_all(now);
}

void discovery::on_deadline(time_point now) {
    if (!running_) return;
    if (next_round_ <= now) keep_alive(now);
    if (blocked_at_ <= now) {
        blocked_at_ = never;
        blocked_ = true;
    }
    for (auto& each : servers_) {
        if (auto datagram = each.query.take_due(now)) {
            out_.emplace_back(send_plain{each.at, *std::move(datagram)});
        } else if (each.query.has_given_up(now)) {
            give_up(each, now);
        }
    }
    if (asked_all_ && !is_asking()) on_all_asked(now);
    tests_.on_deadline(now);
    test_more(now);
    refresh_report();
}

void discovery::give_up(server& silent, time_point now) {
    if (asked_all_) {
        // Nobody answers there any more: what was known of this way out is no longer true.
        silent.mapped.reset();
    } else if (!away_) {
        ask_all(now);
    }
}

duration discovery::pause_after_failure() const {
    const duration longest = away_ ? longest_refresh : refresh;
    return std::min<duration>(first_pause * (1U << std::min(failures_ - 1, 6U)), longest);
}

void discovery::on_all_asked(time_point now) {
    asked_all_ = false;
    failures_ = answered_ ? 0 : failures_ + 1;
    next_round_ = now + (failures_ == 0 ? interval() : pause_after_failure());
}

bool discovery::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    if (!running_) return false;
    for (auto& each : servers_) {
        if (!each.query.on_response(from, response, now)) continue;
        if (response.other) each.other = response.other;
        on_mapped(each, response.mapped, now);
        on_deadline(now);
        return true;
    }
    if (!tests_.on_response(from, response, now)) return false;
    refresh_report();
    return true;
}

void discovery::on_mapped(server& from, const endpoint& mapped, time_point now) {
    const bool changed = from.mapped && *from.mapped != mapped;
    const bool kept_alive = !asked_all_;
    from.mapped = mapped;
    from.is_fresh = true;
    answered_ = true;
    failures_ = 0;
    blocked_ = false;
    blocked_at_ = never;
    if (!changed) return;
    forget_tests(now);
    // The others saw the old one.
    if (kept_alive) ask_all(now);
}

// ---- beyond the mapped address ------------------------------------------------------------------------------------

void discovery::forget_tests(time_point now) {
    changed_ = now;
    tests_.reset();
}

void discovery::test_more(time_point now) {
    const auto v4 = family();
    // A server that never answers must not hold up the rest.
    if (!v4 || away_ || (is_asking() && now < asked_at_ + blocked_after)) return;
    const server* tested = nullptr;
    std::vector<endpoint> answering;
    for (const auto& each : servers_) {
        if (!each.mapped || each.at.address.is_v4() != *v4) continue;
        answering.push_back(each.at);
        if (!each.other || each.other->address.is_v4() != *v4) continue;
        const bool is_full = each.other->address != each.at.address;
        if (tested == nullptr || (is_full && tested->other->address == tested->at.address)) tested = &each;
    }
    if (report_.is_symmetric()) tests_.sample_ports(answering, now);
    if (tested == nullptr) return;
    tests_.test_filtering(tested->at, *tested->other, now);
    if (now >= changed_ + stable_for) tests_.test_lifetime(tested->at, now);
}

duration discovery::interval() const {
    if (report_.lifetime) return std::clamp<duration>(*report_.lifetime * 4 / 5, refresh, longest_refresh);
    const bool is_open =
        report_.mapping == nat_mapping::none && report_.filtering == nat_filtering::endpoint_independent;
    return is_open ? longest_refresh : refresh;
}

time_point discovery::next_deadline() const {
    if (!running_) return never;
    auto first = std::min({next_round_, blocked_at_, tests_.next_deadline()});
    for (const auto& each : servers_)
        first = std::min(first, each.query.next_deadline());
    return first;
}

std::optional<node_output> discovery::poll_output() {
    if (out_.empty()) return std::nullopt;
    auto next = std::move(out_.front());
    out_.pop_front();
    return next;
}

// ---- what is known ------------------------------------------------------------------------------------------------

std::vector<endpoint> discovery::mapped() const {
    std::vector<endpoint> found;
    for (const auto& each : servers_) {
        if (each.mapped && std::ranges::find(found, *each.mapped) == found.end()) found.push_back(*each.mapped);
    }
    return found;
}

void discovery::refresh_report() {
    auto now = report_;
    const auto v4 = family();
    std::vector<mapping_sample> samples;
    now.stun_servers.clear();
    for (const auto& each : servers_) {
        if (!each.mapped || each.at.address.is_v4() != v4) continue;
        now.stun_servers.push_back(each.at);
        if (each.is_fresh) samples.push_back({each.at, *each.mapped});
    }
    const auto mapping = mapping_of(samples, hosts_);
    if (mapping != nat_mapping::unknown || !is_asking()) now.mapping = mapping;
    // The tests start over with every change, but what they found is good until they found something else.
    if (tests_.filtering() != nat_filtering::unknown) now.filtering = tests_.filtering();
    if (!tests_.ports().empty()) now.ports = tests_.ports();
    if (!now.is_symmetric()) now.ports.clear();
    now.step = port_step(now.ports);
    now.mapped.reset();
    if (v4) now.mapped = nearest(*v4)->mapped;
    now.preserves_port = now.mapped && std::ranges::any_of(hosts_, [&](const endpoint& own) {
                             return own.address.is_v4() == *v4 && own.port == now.mapped->port;
                         });
    now.lifetime.reset();
    if (tests_.lifetime() > duration(0)) now.lifetime = tests_.lifetime();
    now.udp_works = !blocked_;
    now.is_cgn = gateway_ && now.mapped && gateway_->is_v4() == now.mapped->address.is_v4() &&
                 (shared_addresses.contains(*gateway_) || *gateway_ != now.mapped->address);
    if (now == report_) return;
    report_ = std::move(now);
    news_ = true;
}

bool discovery::take_news() {
    return std::exchange(news_, false);
}

wire::nat_kind discovery::nat() const {
    switch (report_.mapping) {
        case nat_mapping::none:
            return wire::nat_kind::none;
        case nat_mapping::endpoint_independent:
            return wire::nat_kind::endpoint_independent;
        case nat_mapping::address_dependent:
        case nat_mapping::address_port_dependent:
            return wire::nat_kind::address_dependent;
        case nat_mapping::unknown:
            break;
    }
    return wire::nat_kind::unknown;
}

}  // namespace buri::core
