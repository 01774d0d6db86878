#include "tests/sim/punching/site.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/node/own_candidates.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>
#include <array>

namespace buri::sim {
namespace {

using namespace std::chrono_literals;

constexpr link_settings access{.delay = 10ms};
constexpr link_settings cable{.delay = 200us};
constexpr spi spi_first{0x80000010};
constexpr spi spi_second{0x80000020};
constexpr node_id id_first{0x64400001};
constexpr node_id id_second{0x64400002};

const crypto::identity_key& key_of(std::size_t index) {
    static test::seeded_random random(1);
    static const std::array keys{crypto::identity_key::generate_ed25519(random),
                                 crypto::identity_key::generate_ed25519(random)};
    return keys.at(index);
}

core::introduction introduction_of(bool is_first) {
    const auto other = key_of(is_first ? 1 : 0).public_part().blob();
    const bytes punch(core::punch_key_size, 0x5a);
    return {is_first ? id_first : id_second,
            is_first ? id_second : id_first,
            is_first ? spi_first : spi_second,
            is_first ? spi_second : spi_first,
            suite_id::aes,
            false,
            false,
            core::punch_key(std::span(punch).first<core::punch_key_size>()),
            &key_of(is_first ? 0 : 1),
            crypto::public_key::from_blob(other).value()};
}

}  // namespace

std::string_view to_string(nat_class which) {
    constexpr std::array<std::string_view, 9> names{"P", "F", "C1", "C2", "C3", "A", "S2", "Sq", "Sr"};
    return names.at(static_cast<std::size_t>(which));
}

nat_settings behaviour_of(nat_class which) {
    using enum mapping_behaviour;
    using f = filtering_behaviour;
    switch (which) {
        case nat_class::P:
            break;
        case nat_class::F:
            return {.translates = false};
        case nat_class::C1:
            return {endpoint_independent, f::endpoint_independent};
        case nat_class::C2:
            return {endpoint_independent, f::address_dependent};
        case nat_class::C3:
            return {endpoint_independent, f::address_and_port_dependent};
        case nat_class::A:
            return {address_dependent, f::address_and_port_dependent, port_allocation::random};
        case nat_class::S2:
            return {address_and_port_dependent, f::address_dependent, port_allocation::random};
        case nat_class::Sq:
            return {address_and_port_dependent, f::address_and_port_dependent, port_allocation::sequential};
        case nat_class::Sr:
            return {address_and_port_dependent, f::address_and_port_dependent, port_allocation::random};
    }
    return {};
}

// ---- the server ---------------------------------------------------------------------------------------------------

stun_host::stun_host(world& in, segment& internet)
    : world_(in),
      service_({{*ip_address::parse("198.51.100.1"), *ip_address::parse("198.51.100.2")}, {17771, 17772}}, in.random()),
      host_("stun", [this](packet what) {
          if (auto answer = service_.on_request(what.to, what.from, what.data, world_.now()))
              host_.card().send({answer->from, answer->to, std::move(answer->datagram)});
      }) {
    const std::vector addresses{*ip_address::parse("198.51.100.1"), *ip_address::parse("198.51.100.2")};
    host_.plug_into(internet, access, addresses);
    for (const auto& address : addresses) {
        endpoints_.push_back({address, 17771});
        endpoints_.push_back({address, 17772});
    }
}

// ---- a node -------------------------------------------------------------------------------------------------------

site::site(world& in, segment& internet, const stun_host& stun, bool is_first, const nat_settings& nat, bool is_public)
    : world_(in),
      between_(introduction_of(is_first)),
      paths_(between_, around_, in.random(), log_, outputs_),
      stun_(in.random(), [this] { return around_.next_channel(); }),
      punch_(between_.peer, is_first, *this, around_, in.random(), log_),
      host_(is_first ? "anna" : "bodo", [this](packet what) { receive(std::move(what)); }),
      external_(ip_address::v4(0xcb007100U + (is_first ? 1 : 2))) {
    if (is_public) {
        host_.plug_into(internet, access, {external_});
    } else {
        home_ = std::make_unique<segment>(in, host_.name() + "'s home");
        router_ = std::make_unique<nat_box>(in, host_.name() + "'s router", nat, internet, access, *home_);
        const auto inside = nat.translates ? ip_address::v4(is_first ? 0xc0a80102 : 0xc0a80202) : external_;
        if (nat.translates) {
            router_->set_external(external_);
        } else {
            router_->let_in(external_);
        }
        host_.plug_into(*home_, cable, {inside});
    }
    ports_[main_channel] = port;
    channels_[port] = main_channel;
    stun_.on_servers(stun.endpoints(), in.now());
    around_.hosts = host_.endpoints(port);
    stun_.on_host_endpoints(around_.hosts, in.now());
}

void site::start() {
    stun_.start(world_.now());
    settle();
}

void site::on_introduction(const std::vector<wire::candidate>& candidates, const endpoint& seen) {
    paths_.on_seen(seen);
    paths_.on_candidates(candidates, world_.now());
    punch_.on_seen(seen, world_.now());
    settle();
}

void site::on_up() {
    up_ = true;
    settle();
}

void site::make_noise(unsigned each_second) {
    const auto pause = world_.between(0ms, 2000ms / each_second);
    world_.after(pause, [this, each_second] {
        if (router_) router_->pass_over(1);
        make_noise(each_second);
    });
}

// ---- what punching asks for ---------------------------------------------------------------------------------------

unsigned site::probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl, time_point now) {
    return paths_.probe(to, count, first_ttl, now);
}

void site::scatter(const path_address& to, std::optional<std::uint8_t> ttl, time_point) {
    paths_.scatter(to, ttl);
    drain();
}

void site::send_plain(const path_address& to, bytes datagram) {
    transmit(to, std::move(datagram));
}

bool site::send_message(const wire::tunnel_message& message, time_point) {
    world_.after(relay_delay_, [to = peer_, raw = wire::encode(message)] {
        to->punch_.on_message(wire::parse_tunnel_message(raw).value(), to->world_.now());
        to->settle();
    });
    return true;
}

std::optional<channel_id> site::open_socket() {
    const auto channel = around_.next_channel();
    open_port(channel);
    return channel;
}

void site::open_port(channel_id channel) {
    ports_[channel] = next_port_;
    channels_[next_port_++] = channel;
}

void site::close_channel(channel_id channel) {
    channels_.erase(ports_.at(channel));
    ports_.erase(channel);
    paths_.on_channel_closed(channel, world_.now());
}

// ---- datagrams ----------------------------------------------------------------------------------------------------

void site::transmit(const path_address& to, bytes datagram, std::uint8_t ttl) {
    const auto from = ports_.find(to.channel);
    const auto own = host_.card().address(to.at.address.is_v4());
    if (from == ports_.end() || !own) return;
    host_.card().send({{*own, from->second}, to.at, std::move(datagram), ttl});
}

void site::receive(packet what) {
    const auto channel = channels_.find(what.to.port);
    if (channel == channels_.end()) return;
    const path_address from{channel->second, what.from};
    switch (wire::classify(what.data)) {
        case wire::datagram_kind::stun:
            if (const auto response = wire::parse_stun_response(what.data)) {
                if (!stun_.on_response(from, *response, world_.now())) punch_.on_stun(from, *response, world_.now());
            }
            break;
        case wire::datagram_kind::tunnel_clear:
            receive_clear(from, what.data);
            break;
        default:
            break;
    }
    settle();
}

void site::receive_clear(const path_address& from, byte_view datagram) {
    const auto parsed = wire::parse_clear_datagram(datagram, between_.suite);
    if (!parsed || parsed->to != between_.in || !core::has_right_mac(*parsed, between_.suite, between_.punch)) return;
    std::visit(overloaded{[&](const wire::probe& each) { paths_.on_probe(from, {}, each, world_.now()); },
                          [&](const wire::probe_ack& each) { paths_.on_probe_ack(from, each, world_.now()); },
                          [](const auto&) {}},
               parsed->message);
}

// ---- time ---------------------------------------------------------------------------------------------------------

void site::settle() {
    if (settling_) return;
    settling_ = true;
    share_report();
    paths_.on_deadline(world_.now());
    punch_.on_deadline(world_.now());
    drain();
    settling_ = false;
    arm();
}

void site::drain() {
    while (!outputs_.empty()) {
        auto next = std::move(outputs_.front());
        outputs_.pop_front();
        if (auto* const clear = std::get_if<core::send_clear>(&next))
            transmit(clear->to, std::move(clear->datagram), clear->ttl.value_or(packet::usual_ttl));
    }
    while (auto next = stun_.poll_output())
        carry_out(*std::move(next));
}

void site::carry_out(core::node_output what) {
    if (auto* const plain = std::get_if<core::send_plain>(&what)) {
        transmit(plain->to, std::move(plain->datagram));
    } else if (const auto* const opened = std::get_if<core::open_own_socket>(&what)) {
        open_port(opened->channel);
    } else if (const auto* const closed = std::get_if<core::close_own_channel>(&what)) {
        channels_.erase(ports_.at(closed->channel));
        ports_.erase(closed->channel);
    }
}

void site::share_report() {
    auto report = stun_.report();
    const auto hosts = host_.endpoints(port);
    const auto mapped = stun_.mapped();
    report.candidates = core::own_candidates({hosts, mapped, {}, 0}, {}, {});
    if (report == around_.nat) return;
    around_.nat = std::move(report);
    punch_.on_nat(world_.now());
}

void site::arm() {
    const auto due = std::min({paths_.next_deadline(), stun_.next_deadline(), punch_.next_deadline()});
    if (due == never || due >= armed_) return;
    armed_ = std::max(due, world_.now());
    world_.at(armed_, [this, when = armed_] {
        if (armed_ == when) armed_ = never;
        stun_.on_deadline(world_.now());
        settle();
    });
}

}  // namespace buri::sim
