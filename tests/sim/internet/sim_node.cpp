#include "tests/sim/internet/sim_node.hpp"

#include "buri/base/overloaded.hpp"

#include <algorithm>
#include <utility>

namespace buri::sim {

namespace {

constexpr duration sample_interval = std::chrono::milliseconds(250);
/// From the data plane's thread to control's, and back.
constexpr duration thread_hop = std::chrono::microseconds(50);

core::node_settings settings_for(const sim_server& server) {
    core::node_settings settings;
    settings.suites = {suite_id::aes, suite_id::chacha};
    settings.stun_servers = server.stun_endpoints();
    settings.software = "sim";
    return settings;
}

}  // namespace

sim_node::life::life(sim_node& owner)
    : machine(settings_for(owner.server_), *owner.who_.key, owner.world_.random(), {}),
      links([&owner](dataplane::command what) { owner.post(std::move(what)); }) {
    outward.install(std::make_shared<dataplane::snapshot>());
    inward.install(std::make_shared<dataplane::snapshot>());
}

sim_node::sim_node(world& in, node_identity who, sim_server& server, delivery_book& book)
    : host(who.name, [this](packet what) { on_datagram(std::move(what)); }),
      world_(in),
      who_(std::move(who)),
      server_(server),
      book_(book),
      outgoing_(4096) {}

sim_node::~sim_node() {
    server_.close(*this);
}

void sim_node::start() {
    life_ = std::make_shared<life>(*this);
    life_->machine.on_local_endpoints(host.endpoints(port), world_.now());
    drain();
    connect();
    later(sample_interval, [this] { sample(); });
}

void sim_node::start_with(core::memory remembered) {
    start();
    const auto done = life_->machine.recall(std::move(remembered), world_.now());
    world_.expect(done.has_value(), "what was remembered is taken");
    drain();
}

void sim_node::kill() {
    world_.trace().note(world_.now(), who_.name, who_.name, "KILLED");
    server_.close(*this);
    life_.reset();
}

void sim_node::later(duration delay, std::function<void()> what) {
    world_.after(delay, [this, alive = std::weak_ptr(life_), what = std::move(what)] {
        if (!alive.expired()) what();
    });
}

void sim_node::on_addresses_changed() {
    life_->machine.on_local_endpoints(host.endpoints(port), world_.now());
    drain();
}

// ---- the control channel ------------------------------------------------------------------------------------------

void sim_node::connect() {
    server_.connect(*this);
}

void sim_node::on_channel_open() {
    ++connections_;
    life_->channel = true;
    life_->machine.on_connected(who_.id, world_.now());
    drain();
}

void sim_node::on_channel_message(const wire::server_message& message) {
    life_->machine.on_server_message(message, world_.now());
    drain();
}

void sim_node::on_channel_closed() {
    if (!life_) return;
    if (std::exchange(life_->channel, false)) life_->machine.on_disconnected(world_.now());
    drain();
    later(world_.between(std::chrono::milliseconds(250), std::chrono::seconds(1)), [this] { connect(); });
}

void sim_node::request(std::uint64_t ticket, wire::request body) {
    life_->machine.request(ticket, std::move(body), world_.now());
    drain();
}

void sim_node::send_echo(node_id to, std::uint64_t number) {
    life_->machine.send_echo(to, number, world_.now());
    drain();
}

// ---- control to the data plane ------------------------------------------------------------------------------------

void sim_node::post(dataplane::command what) {
    std::visit(
        overloaded{
            [&](dataplane::install_snapshot& install) {
                world_.expect(install.next->link_count() <= 8 * (install.next->peer_count() + 1),
                              "the number of tunnels is bounded");
                life_->outward.install(install.next);
                life_->inward.install(install.next);
                life_->told_wanted.clear();
                life_->told_elsewhere.clear();
            },
            [&](dataplane::send_datagram& send) { host.send(port, send.to.at, std::move(send.datagram), send.ttl); },
            [&](const dataplane::send_message& send) {
                transmit(life_->outward.seal_for(send.in, send.plaintext, outgoing_));
            },
            [](const dataplane::add_channel&) {},
            [](const dataplane::remove_channel&) {},
        },
        what);
}

void sim_node::transmit(const dataplane::outbound& ready) {
    if (ready.dropped != dataplane::drop_reason::none) return;
    host.send(port, ready.link->path.at, bytes(ready.datagram.begin(), ready.datagram.end()));
}

// ---- the data plane -----------------------------------------------------------------------------------------------

void sim_node::send_packet(node_id to, std::size_t padding) {
    if (!life_) return;
    auto inner = book_.make_packet(who_.id, to, ula_, padding);
    const auto ready = life_->outward.find_route(inner, inner.size());
    if (ready.dropped == dataplane::drop_reason::none) transmit(life_->outward.seal(*ready.link, inner, outgoing_));
    if (ready.dropped != dataplane::drop_reason::none) {
        world_.trace().note(world_.now(), who_.name, who_.name,
                            "inner packet dropped: " + std::string(to_string(ready.dropped)));
    }
    if (ready.dropped != dataplane::drop_reason::no_session || !life_->told_wanted.insert(ready.peer).second) return;
    report([peer = ready.peer, this](core::node_machine& machine) { machine.on_send_wanted(peer, world_.now()); });
}

void sim_node::on_datagram(packet what) {
    if (!life_ || what.to.port != port) return;
    const auto message = life_->inward.on_datagram(what.from, what.data);
    if (message.first_in_epoch) {
        report([in = message.in, this](core::node_machine& machine) { machine.on_epoch_confirmed(in, world_.now()); });
    }
    if (message.from_elsewhere && life_->told_elsewhere.emplace(message.in.base(), what.from).second) {
        report([in = message.in.base(), from = what.from, this](core::node_machine& machine) {
            machine.on_authentic_from(in, from, world_.now());
        });
    }
    bytes content(message.content.begin(), message.content.end());
    switch (message.what) {
        case dataplane::inbound::kind::packet:
            book_.on_delivered(who_.id, content);
            break;
        case dataplane::inbound::kind::control:
            report([peer = message.peer, in = message.in, content, this](core::node_machine& machine) {
                machine.on_inner_control(peer, in, content, world_.now());
            });
            break;
        case dataplane::inbound::kind::clear:
            report([from = what.from, content, this](core::node_machine& machine) {
                machine.on_datagram(from, content, world_.now());
            });
            break;
        case dataplane::inbound::kind::keepalive:
            break;
        case dataplane::inbound::kind::dropped:
            world_.trace().note(world_.now(), who_.name, who_.name,
                                "datagram dropped: " + std::string(to_string(message.dropped)));
            break;
    }
}

void sim_node::report(std::function<void(core::node_machine&)> to_control) {
    world_.expect(++life_->reports <= max_plane_reports, "reports of the data plane are bounded");
    later(thread_hop, [this, to_control = std::move(to_control)] {
        --life_->reports;
        to_control(life_->machine);
        drain();
    });
}

std::uint64_t sim_node::dropped(dataplane::drop_reason reason) const {
    return life_->outward.drops()[reason] + life_->inward.drops()[reason];
}

// ---- the machine's outputs ----------------------------------------------------------------------------------------

void sim_node::drain() {
    while (auto next = life_->machine.poll_output())
        carry_out(std::move(*next));
    life_->links.flush();
    arm();
}

void sim_node::carry_out(core::node_output what) {
    std::visit(overloaded{
                   [&](core::send_request& request) { server_.send(*this, request.message); },
                   [&](core::send_plain& plain) { life_->links.on_plain(std::move(plain)); },
                   [](const core::open_relay_stream&) {},
                   [](const core::open_own_socket&) {},
                   [](const core::keep_channel&) {},
                   [](const core::close_own_channel&) {},
                   [](const core::mapping_reached&) {},
                   [&](core::tunnel_wants& wants) { life_->links.on_tunnel(std::move(wants)); },
                   [&](core::route_peer& route) { life_->links.on_route(route.peer, route.in); },
                   [&](core::remove_tunnel& gone) { life_->links.on_remove(gone.peer, gone.in); },
                   [&](core::configure_addresses& own) {
                       ula_ = own.ula;
                       life_->links.on_addresses(own.self, own.ula);
                   },
                   [&](core::request_done& done) {
                       const auto outcome = done.outcome ? result<void>{} : fail(done.outcome.error());
                       world_.expect(answers_.emplace(done.ticket, outcome).second, "a request is answered once");
                   },
                   [&](core::node_event& event) { on_event(event); },
                   [&](core::echo_answered& echo) { echoes_.push_back(echo); },
                   [&](core::reconnect_wanted&) {
                       server_.close(*this);
                       later({}, [this] { on_channel_closed(); });
                   },
               },
               what);
}

void sim_node::on_event(const core::node_event& what) {
    world_.trace().note(world_.now(), who_.name, who_.name, what.kind + " " + what.data.dump());
    if (what.kind != "tunnel") return;
    const auto peer = parse_node_id(what.data.at("peer").get<std::string>());
    life_->tunnel_states[*peer] = what.data.at("state").get<std::string>();
}

std::string sim_node::tunnel_state(node_id peer) const {
    if (!life_) return "closed";
    const auto found = life_->tunnel_states.find(peer);
    return found == life_->tunnel_states.end() ? "closed" : found->second;
}

bool sim_node::is_direct(node_id peer) const {
    return tunnel_state(peer) == "direct";
}

std::optional<std::uint32_t> sim_node::relay_to(node_id peer) const {
    for (const auto& view : life_->machine.peers()) {
        if (view.info.id != peer || !view.tunnel || view.tunnel->state != core::tunnel_state::up) continue;
        return view.tunnel->relay;
    }
    return std::nullopt;
}

bool sim_node::is_resting(node_id peer) const {
    return std::ranges::any_of(life_->machine.peers(), [peer](const core::peer_view& view) {
        return view.info.id == peer && view.tunnel && view.tunnel->resting;
    });
}

std::optional<spi> sim_node::tunnel_to(node_id peer) const {
    for (const auto& view : life_->machine.peers()) {
        if (view.info.id == peer) return view.in;
    }
    return std::nullopt;
}

// ---- timers -------------------------------------------------------------------------------------------------------

void sim_node::arm() {
    const auto next = life_->machine.next_deadline();
    if (next == never || life_->armed <= next) return;
    life_->armed = next;
    later(std::max(next - world_.now(), duration{}), [this, next] {
        if (life_->armed == next) on_timer();
    });
}

void sim_node::on_timer() {
    life_->armed = never;
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(world_.now().time_since_epoch());
    if (std::exchange(busy_second_, second) != second) timers_in_second_ = 0;
    world_.expect(++timers_in_second_ < 500, "timers do not run wild");
    life_->machine.on_deadline(world_.now());
    world_.expect(life_->machine.next_deadline() > world_.now(), "deadlines progress");
    drain();
}

void sim_node::sample() {
    for (const auto& [in, carried] : life_->links.take_samples(world_.now())) {
        life_->machine.on_traffic(in, carried, world_.now());
    }
    drain();
    later(sample_interval, [this] { sample(); });
}

}  // namespace buri::sim
