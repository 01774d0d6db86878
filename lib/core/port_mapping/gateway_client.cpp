#include "buri/core/port_mapping/gateway_client.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/wire/writer.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

constexpr duration close_limit = std::chrono::milliseconds(250);
constexpr duration give_back_interval = std::chrono::milliseconds(100);
/// A refusal is taken to last this long at most.
constexpr std::chrono::seconds longest_rest(3600);
/// Not all hosts of a network ask a restarted gateway in the same instant.
constexpr std::uint32_t remake_spread_ms = 2000;

std::uint8_t number_of(mapping_protocol protocol) {
    return protocol == mapping_protocol::udp ? wire::protocol_udp : wire::protocol_tcp;
}

wire::nat_pmp_opcode opcode_of(mapping_protocol protocol) {
    return protocol == mapping_protocol::udp ? wire::nat_pmp_opcode::map_udp : wire::nat_pmp_opcode::map_tcp;
}

}  // namespace

gateway_client::gateway_client(random_source& random, byte_view nonce_secret)
    : random_(random), nonce_secret_(nonce_secret.begin(), nonce_secret.end()) {
    slots_[1].protocol = mapping_protocol::tcp;
}

// ---- the owner's wishes --------------------------------------------------------------------------------------------

void gateway_client::start(const gateway& where, const mapped_ports& ports, time_point now) {
    stop();
    where_ = where;
    set_ports(ports, now);
}

void gateway_client::stop() {
    where_.reset();
    dialect_ = dialect::pcp;
    has_answered_ = is_silent_ = false;
    for (auto& each : slots_) {
        const auto protocol = each.protocol;
        each = slot{};
        each.protocol = protocol;
    }
    address_ = {};
    epoch_.forget();
    reports_ = {};
    outgoing_.clear();
}

void gateway_client::set_ports(const mapped_ports& ports, time_point now) {
    if (!where_ || closes_) return;
    ask_for(slots_[0], ports.udp, now);
    ask_for(slots_[1], ports.tcp, now);
    update_report();
}

void gateway_client::ask_for(slot& which, std::uint16_t port, time_point now) {
    if (which.port == port) return;
    if (which.held || which.schedule.is_awaiting()) send(which, 0);
    const auto protocol = which.protocol;
    which = slot{};
    which.protocol = protocol;
    which.port = port;
    if (port == 0) return;
    which.nonce = nonce_for(which);
    which.schedule.begin(now);
}

void gateway_client::try_again(time_point now) {
    if (!where_ || closes_) return;
    for (auto& each : slots_) {
        if (each.port != 0 && !each.schedule.is_asking()) each.schedule.begin(now);
    }
}

void gateway_client::close(time_point now) {
    if (closes_) return;
    closes_ = now + close_limit;
    gives_back_again_ = now + give_back_interval;
    for (auto& each : slots_) {
        if (!each.held && !each.schedule.is_awaiting()) continue;
        each.is_leaving = true;
        send(each, 0);
    }
}

// ---- time ----------------------------------------------------------------------------------------------------------

time_point gateway_client::next_deadline() const {
    if (is_closed() || !where_) return never;
    if (closes_) return std::min(*closes_, gives_back_again_);
    auto next = address_.schedule.next();
    for (const auto& each : slots_) {
        next = std::min(next, each.schedule.next());
        if (each.held) next = std::min(next, each.held->expires);
    }
    return next;
}

void gateway_client::on_deadline(time_point now) {
    if (!where_) return;
    if (closes_) return step_closing(now);
    drop_expired(now);
    for (auto& each : slots_)
        step(each, now);
    step_address(now);
    update_report();
}

void gateway_client::step_closing(time_point now) {
    if (now >= *closes_) {
        for (auto& each : slots_)
            leave(each, true);
    }
    if (now < gives_back_again_) return;
    gives_back_again_ = never;
    for (const auto& each : slots_) {
        if (each.is_leaving) send(each, 0);
    }
}

void gateway_client::drop_expired(time_point now) {
    for (auto& each : slots_) {
        if (each.held && now >= each.held->expires) each.held.reset();
    }
}

void gateway_client::step(slot& which, time_point now) {
    switch (which.schedule.on_deadline(now)) {
        case request_schedule::step::none:
            return;
        case request_schedule::step::give_up:
            return on_silence(which, now);
        case request_schedule::step::send:
            break;
    }
    if (which.schedule.is_first()) {
        is_silent_ = false;
        which.refusal.clear();
        if (dialect_ == dialect::nat_pmp && !address_.schedule.is_asking()) address_.schedule.begin(now);
    }
    send(which, static_cast<std::uint32_t>(requested_lifetime.count()));
}

void gateway_client::step_address(time_point now) {
    const auto step = address_.schedule.on_deadline(now);
    if (step == request_schedule::step::send) outgoing_.push_back(wire::encode_nat_pmp_address());
    if (step == request_schedule::step::give_up && has_answered_) {
        if (!address_.known) address_.refusal = "the gateway does not tell its external address";
        address_.schedule.begin(now + rest_interval);
    }
}

void gateway_client::on_silence(slot& which, time_point now) {
    if (which.held) {
        const auto left = which.held->expires - now;
        which.schedule.begin(now + std::max<duration>(left / 2, min_request_interval));
        return;
    }
    if (is_any_held()) return which.schedule.begin(now + rest_interval);
    is_silent_ = true;
    update_report();
    const bool has_other = dialect_ == dialect::pcp && !has_answered_ && where_->address.is_v4();
    if (has_other) {
        use_nat_pmp(now);
    } else {
        rest(now);
    }
}

void gateway_client::use_nat_pmp(time_point now) {
    dialect_ = dialect::nat_pmp;
    has_answered_ = is_silent_ = false;
    epoch_.forget();
    for (auto& each : slots_) {
        each.held.reset();
        each.refusal.clear();
        each.schedule = {};
        if (each.port != 0) each.schedule.begin(now);
    }
    on_deadline(now);
}

void gateway_client::rest(time_point now) {
    dialect_ = dialect::pcp;
    has_answered_ = is_silent_ = false;
    address_ = {};
    epoch_.forget();
    for (auto& each : slots_) {
        if (each.port != 0) each.schedule.begin(now + rest_interval);
    }
}

// ---- the wire ------------------------------------------------------------------------------------------------------

std::optional<bytes> gateway_client::poll_datagram() {
    if (outgoing_.empty()) return std::nullopt;
    auto out = std::move(outgoing_.front());
    outgoing_.pop_front();
    return out;
}

wire::pcp_nonce gateway_client::nonce_for(const slot& which) const {
    wire::writer input;
    input.raw(where_->address.v6_bytes()).raw(where_->own.v6_bytes()).u8(number_of(which.protocol)).u16(which.port);
    const auto digest = crypto::hmac_sha256(nonce_secret_, input.data());
    wire::pcp_nonce out{};
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
}

void gateway_client::send(const slot& which, std::uint32_t lifetime) {
    const auto suggested = which.held ? which.held->external : endpoint{{}, which.port};
    if (dialect_ == dialect::nat_pmp) {
        const auto port = lifetime == 0 ? std::uint16_t{0} : suggested.port;
        outgoing_.push_back(wire::encode_nat_pmp_map({opcode_of(which.protocol), which.port, port, lifetime}));
        return;
    }
    wire::pcp_map_request request{where_->own, lifetime, which.nonce, number_of(which.protocol), which.port, {}};
    if (lifetime != 0) request.suggested = suggested;
    outgoing_.push_back(wire::encode_pcp_map(request));
}

void gateway_client::on_datagram(const endpoint& from, byte_view datagram, time_point now) {
    if (!where_ || from != endpoint{where_->address, wire::port_control_port}) return;
    drop_expired(now);
    if (dialect_ == dialect::nat_pmp) {
        if (const auto answer = wire::parse_nat_pmp(datagram)) on_nat_pmp(*answer, now);
    } else if (is_refused_by_version(datagram)) {
        reports_[0] = {method_state::refused, "the gateway speaks no PCP", {}, {}};
        use_nat_pmp(now);
    } else if (const auto answer = wire::parse_pcp_map(datagram)) {
        on_pcp(*answer, now);
    }
    update_report();
}

void gateway_client::on_announcement(const endpoint& from, byte_view datagram, time_point now) {
    if (!where_ || closes_ || from != endpoint{where_->address, wire::port_control_port}) return;
    auto epoch = wire::parse_pcp_announcement(datagram);
    if (dialect_ == dialect::nat_pmp) {
        const auto told = wire::parse_nat_pmp(datagram);
        epoch = told && told->opcode == wire::nat_pmp_opcode::address ? std::optional(told->epoch) : std::nullopt;
    }
    if (epoch) on_epoch(*epoch, nullptr, now);
}

/// Only in answer to a request, and not once PCP has worked.
bool gateway_client::is_refused_by_version(byte_view datagram) const {
    if (has_answered_ || closes_ || !where_->address.is_v4() || !wire::is_pcp_refused_by_version(datagram))
        return false;
    return std::ranges::any_of(slots_, [](const slot& each) { return each.schedule.is_awaiting(); });
}

void gateway_client::on_pcp(const wire::pcp_map_response& answer, time_point now) {
    const auto which = std::ranges::find_if(slots_, [&](const slot& each) {
        return each.port != 0 && each.port == answer.internal_port && number_of(each.protocol) == answer.protocol &&
               each.nonce == answer.nonce;
    });
    const bool is_granted = answer.result == wire::pcp_result::success;
    if (which == slots_.end()) return;
    if (closes_) return leave(*which, !is_granted || answer.lifetime == 0);
    if (!which->schedule.on_answer()) return;
    has_answered_ = true;
    on_epoch(answer.epoch, &*which, now);
    if (is_granted) return on_granted(*which, answer.external, answer.lifetime, now);
    on_refused(*which, std::string(wire::describe(answer.result)), answer.lifetime, now);
}

void gateway_client::on_nat_pmp(const wire::nat_pmp_response& answer, time_point now) {
    // A late answer to a request of PCP.
    if (answer.result == wire::nat_pmp_result::unsupported_version) return;
    if (answer.opcode == wire::nat_pmp_opcode::address) return on_address(answer, now);
    auto& which = slots_[answer.opcode == wire::nat_pmp_opcode::map_udp ? 0 : 1];
    const bool is_granted = answer.result == wire::nat_pmp_result::success;
    if (which.port == 0 || (is_granted && answer.internal_port != which.port)) return;
    if (closes_) return leave(which, !is_granted || answer.lifetime == 0);
    if (!which.schedule.on_answer()) return;
    has_answered_ = true;
    on_epoch(answer.epoch, &which, now);
    if (!is_granted) return on_refused(which, std::string(wire::describe(answer.result)), 0, now);
    // The address is asked for by itself.
    const auto address = address_.known.value_or(where_->address);
    on_granted(which, {address, answer.external_port}, answer.lifetime, now);
}

void gateway_client::on_address(const wire::nat_pmp_response& answer, time_point now) {
    if (closes_ || !address_.schedule.on_answer()) return;
    has_answered_ = true;
    on_epoch(answer.epoch, nullptr, now);
    address_.known.reset();
    if (answer.result != wire::nat_pmp_result::success) {
        address_.refusal = wire::describe(answer.result);
    } else if (const auto why = why_unusable({answer.address, 1}, where_->own)) {
        address_.refusal = *why;
    } else {
        address_.refusal.clear();
        address_.known = answer.address;
    }
    if (!address_.known) address_.schedule.begin(now + rest_interval);
}

void gateway_client::on_granted(slot& which, const endpoint& external, std::uint32_t lifetime, time_point now) {
    if (lifetime == 0) return on_refused(which, "the gateway grants no time", 0, now);
    if (const auto why = why_unusable(external, where_->own)) return on_refused(which, *why, 0, now);
    which.refusal.clear();
    which.held = make_lease(external, lifetime, now);
    which.schedule.begin(which.held->renew);
}

void gateway_client::on_refused(slot& which, std::string why, std::uint32_t lifetime, time_point now) {
    which.held.reset();
    which.refusal = std::move(why);
    which.schedule.begin(now + std::clamp(std::chrono::seconds(lifetime), rest_interval, longest_rest));
}

void gateway_client::on_epoch(std::uint32_t epoch, const slot* answered, time_point now) {
    if (epoch_.on_answer(epoch, now)) return;
    for (auto& each : slots_) {
        if (&each == answered || !each.held || each.schedule.is_asking()) continue;
        each.schedule.begin(now + std::chrono::milliseconds(random_.below(remake_spread_ms)));
    }
}

void gateway_client::leave(slot& which, bool is_gone) {
    if (!is_gone) return;
    which.is_leaving = false;
    which.held.reset();
}

}  // namespace buri::core
