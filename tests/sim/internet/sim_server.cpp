#include "tests/sim/internet/sim_server.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/wire/stun.hpp"

#include <algorithm>
#include <utility>

namespace buri::sim {

namespace {

core::mediator_settings mediation_settings() {
    core::mediator_settings settings;
    settings.pool = *parse_ip_prefix("100.64.0.0/10");
    settings.ula = *parse_ip_prefix("fd12:3456:789a:1::/64");
    settings.suites = {suite_id::aes, suite_id::chacha};
    return settings;
}

template <typename... Kinds>
std::string kind_of(const std::variant<Kinds...>& message) {
    return std::visit([](const auto& what) { return std::string(what.kind); }, message);
}

std::string kind_of(const wire::server_message& message) {
    if (const auto* answer = std::get_if<wire::numbered_answer>(&message)) return kind_of(answer->body);
    return kind_of(std::get<wire::numbered_event>(message).body);
}

}  // namespace

sim_server::sim_server(world& in, segment& internet, directory_records records, std::vector<ip_address> addresses,
                       logger log)
    : host("server", [this](packet what) { on_stun(std::move(what)); }),
      world_(in),
      log_(std::move(log)),
      host_key_(crypto::identity_key::generate_ed25519(in.random())),
      licences_(host_key_),
      relay_tokens_(host_key_),
      initial_(std::move(records)) {
    host.plug_into(internet, {}, addresses);
    start();
}

sim_server::~sim_server() {
    // What is held holds its session.
    for (const auto& each : all_sessions_) {
        if (const auto alive = each.lock()) alive->held.clear();
    }
}

void sim_server::on_stun(packet what) {
    if (mediator_ == nullptr || std::ranges::find(stun_ports, what.to.port) == std::end(stun_ports)) return;
    const auto request = wire::parse_stun_request(what.data);
    if (!request) return;
    host.send(what.to.port, what.from,
              wire::encode_stun_response({.transaction = request->transaction, .mapped = what.from}));
}

std::vector<endpoint> sim_server::stun_endpoints() const {
    std::vector<endpoint> all;
    for (const auto port : stun_ports)
        std::ranges::move(host.endpoints(port), std::back_inserter(all));
    return all;
}

const core::directory& sim_server::records() const {
    return mediator_ ? mediator_->records() : *last_records_;
}

wall_time sim_server::today() const {
    return wall_time(std::chrono::seconds(1'790'000'000) +
                     std::chrono::duration_cast<std::chrono::seconds>(world_.now().time_since_epoch()));
}

// ---- life ---------------------------------------------------------------------------------------------------------

void sim_server::start() {
    ++life_;
    core::directory records(initial_);
    for (const auto& change : committed_)
        records.apply(change);
    mediator_ = std::make_unique<core::mediator>(mediation_settings(), std::move(records), licences_, relay_tokens_,
                                                 world_.random(), log_);
    drain();
}

void sim_server::stop() {
    ++life_;
    world_.trace().note(world_.now(), "server", "server", "STOPS");
    last_records_ = std::make_unique<core::directory>(initial_);
    for (const auto& change : committed_)
        last_records_->apply(change);
    mediator_.reset();
    for (auto& [number, each] : std::exchange(sessions_, {})) {
        each->open = false;
        pass(each, each->last_down, [each] {
            if (each->peer != nullptr) std::exchange(each->peer, nullptr)->on_channel_closed();
        });
    }
}

// ---- channels -----------------------------------------------------------------------------------------------------

void sim_server::pass(const session_ptr& through, time_point& last, std::function<void()> what) {
    if (cut_[through->node]) {
        world_.expect(through->held.size() < 1000, "a cut channel holds a bounded number of messages");
        through->held.push_back(std::move(what));
        return;
    }
    last = std::max(last, world_.now() + one_way);
    world_.at(last, std::move(what));
}

void sim_server::set_cut(node_id node, bool cut) {
    cut_[node] = cut;
    if (cut) return;
    for (const auto& known : all_sessions_) {
        const auto each = known.lock();
        if (!each || each->node != node) continue;
        for (auto& what : std::exchange(each->held, {}))
            world_.after(one_way, std::move(what));
    }
}

std::optional<core::connection_id> sim_server::number_of(const control_peer& from) const {
    for (const auto& [number, each] : sessions_) {
        if (each->peer == &from) return number;
    }
    return std::nullopt;
}

void sim_server::connect(control_peer& from) {
    const auto opened = std::make_shared<session>();
    opened->peer = &from;
    opened->node = from.id();
    const auto number = ++last_connection_;
    // TCP's handshake, HELO and AUTH: the server knows the node after two round trips and a half, the node after three.
    world_.after(5 * one_way, [this, opened, number, life = life_] {
        if (opened->peer == nullptr) return;
        if (mediator_ == nullptr || life != life_ || cut_[opened->node]) {
            sessions_.erase(number);
            world_.after(one_way, [opened] {
                if (opened->peer != nullptr) std::exchange(opened->peer, nullptr)->on_channel_closed();
            });
            return;
        }
        opened->open = true;
        pass(opened, opened->last_down, [opened] {
            if (opened->peer != nullptr) opened->peer->on_channel_open();
        });
        mediator_->on_connected(number, opened->node, {address_of(opened->node), 50'000}, world_.now());
        drain();
    });
    sessions_.emplace(number, opened);
    std::erase_if(all_sessions_, [](const auto& each) { return each.expired(); });
    all_sessions_.push_back(opened);
}

sim_relay& sim_server::add_relay(segment& internet, const ip_address& at) {
    const auto id = static_cast<std::uint32_t>(relays_.size() + 1);
    relays_.push_back(std::make_unique<sim_relay>(world_, internet, at, id, host_key_, [this] { return today(); }));
    return *relays_.back();
}

void sim_server::add_relays(node_id to, wire::server_message& message) const {
    auto* const event = std::get_if<wire::numbered_event>(&message);
    if (event == nullptr || relays_.empty()) return;
    if (auto* const list = std::get_if<wire::relay_list>(&event->body)) {
        for (const auto& each : relays_)
            list->relays.push_back(each->info());
    }
    if (auto* const open = std::get_if<wire::tunnel_open>(&event->body)) {
        open->relays.emplace();
        for (const auto& each : relays_)
            open->relays->push_back(each->grant(to, open->in));
    }
}

void sim_server::send(control_peer& from, const wire::numbered_request& message) {
    const auto number = number_of(from);
    if (!number) return;
    const auto through = sessions_.at(*number);
    const auto text = wire::encode(message);
    world_.trace().note(world_.now(), from.label(), "server", kind_of(message.body));
    pass(through, through->last_up, [this, through, number = *number, text, life = life_] {
        if (life != life_ || !through->open) return;
        const auto parsed = wire::parse_request(text);
        world_.expect(parsed.has_value(), "the server understands every request");
        mediator_->on_message(number, *parsed, today(), world_.now());
        drain();
    });
}

void sim_server::close(control_peer& from) {
    const auto number = number_of(from);
    if (!number) return;
    const auto through = sessions_.at(*number);
    through->peer = nullptr;
    pass(through, through->last_up, [this, number = *number, life = life_] {
        if (life == life_) lose(number);
    });
}

void sim_server::lose(core::connection_id number) {
    const auto found = sessions_.extract(number);
    if (!found || !std::exchange(found.mapped()->open, false)) return;
    mediator_->on_disconnected(number, world_.now());
    drain();
}

// ---- the mediator's outputs ---------------------------------------------------------------------------------------

void sim_server::drain() {
    while (auto next = mediator_->poll_output())
        carry_out(std::move(*next));
    arm();
}

void sim_server::carry_out(core::mediator_output what) {
    std::visit(overloaded{
                   [&](core::deliver& message) {
                       const auto to = sessions_.find(message.to);
                       if (to == sessions_.end()) return;
                       const auto through = to->second;
                       add_relays(through->node, message.message);
                       const auto text = wire::encode(message.message);
                       pass(through, through->last_down, [this, through, text] {
                           if (through->peer == nullptr) return;
                           const auto parsed = wire::parse_server_message(text);
                           world_.expect(parsed.has_value(), "a node understands every message of the server");
                           world_.trace().note(world_.now(), "server", through->peer->label(), kind_of(*parsed));
                           through->peer->on_channel_message(*parsed);
                       });
                   },
                   [&](core::disconnect& closed) {
                       const auto found = sessions_.extract(closed.which);
                       if (!found) return;
                       const auto through = found.mapped();
                       through->open = false;
                       pass(through, through->last_down, [through] {
                           if (through->peer != nullptr) std::exchange(through->peer, nullptr)->on_channel_closed();
                       });
                   },
                   [&](core::commit& change) {
                       committed_.push_back(change.change);
                       world_.after(disk, [this, ticket = change.ticket, life = life_] {
                           if (life != life_ || mediator_ == nullptr) return;
                           mediator_->on_committed(ticket, world_.now());
                           drain();
                       });
                   },
                   [&](core::hash_wanted& wanted) {
                       // As scrypt, without its cost.
                       const auto hash = "hash of " + wanted.work.password;
                       const auto& against = wanted.work.against;
                       const auto outcome = against.empty() ? core::password_outcome{hash, true}
                                                            : core::password_outcome{against, against == hash};
                       world_.after(hashing, [this, ticket = wanted.ticket, outcome, life = life_] {
                           if (life != life_ || mediator_ == nullptr) return;
                           mediator_->on_hashed(ticket, outcome, today(), world_.now());
                           drain();
                       });
                   },
                   [](core::registration_done&) {},
                   [](core::log_wanted&) {},
                   [](core::logged&) {},
                   [&](core::reach_check& wanted) {
                       if (wanted.transaction.size() != std::tuple_size_v<wire::stun_transaction>) return;
                       wire::stun_response answer{.mapped = wanted.to};
                       std::ranges::copy(wanted.transaction, answer.transaction.begin());
                       host.send(check_port, wanted.to, wire::encode_stun_response(answer));
                   },
                   [](core::operator_done&) {},
               },
               what);
}

void sim_server::arm() {
    const auto next = mediator_->next_deadline();
    if (next == never || (armed_ > world_.now() && armed_ <= next)) return;
    armed_ = next;
    world_.at(std::max(next, world_.now()), [this, next, life = life_] {
        if (life != life_ || mediator_ == nullptr || armed_ != next) return;
        armed_ = never;
        mediator_->on_deadline(today(), world_.now());
        drain();
        world_.expect(mediator_->next_deadline() > world_.now(), "the server's deadlines progress");
    });
}

}  // namespace buri::sim
