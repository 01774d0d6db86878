#include "buri/node/node.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/base/timestamp.hpp"
#include "buri/core/node/reach_words.hpp"
#include "buri/net/clock.hpp"
#include "buri/store/files.hpp"

#include <algorithm>

namespace buri::node {

using namespace std::chrono_literals;

node::~node() = default;

asio::awaitable<result<void>> node::run() {
    if (state_.pool && state_.ula && state_.identity) {
        on_addresses({state_.identity, *state_.pool, *state_.ula});
    }
    if (!fatal_) {
        announce_endpoints();
        gateways_ = default_gateways();
        tasks_.spawn(channels_.run());
        listen_for_streams();
        start_port_mapping();
        tasks_.spawn(run_reports());
        tasks_.spawn(run_sampler());
        tasks_.spawn(run_addresses());
        tasks_.spawn(run_deadlines());
        tasks_.spawn(run_memory());
        tasks_.spawn(run_link());
    }
    co_await tasks_.join();
    if (fatal_) co_return fail(*fatal_);
    co_return result<void>();
}

void node::stop() {
    if (std::exchange(stopping_, true)) return;
    tasks_.spawn(run_stop());
}

asio::awaitable<void> node::run_stop() {
    if (link_.is_open()) {
        machine_.request(requests_.expect(), wire::bye{}, net::now());
        pump();
    }
    link_.finish();
    retry_.cancel();
    co_await async_keep_memory();
    co_await mapper_.async_close();
    const auto patience = net::now() + 500ms;
    while (link_.is_connected() && net::now() < patience)
        co_await changed_.async_wait(patience);
    link_.close();
    channels_.stop();
    tasks_.cancel();
}

void node::fail_for_good(error why) {
    fatal_ = std::move(why);
    stop();
}

asio::awaitable<void> node::run_reports() {
    for (;;) {
        const bool woken = co_await reports_wait_.async_wait();
        if (!woken) co_return;
        for (auto& report : plane_->take_reports())
            on_report(report);
        pump();
    }
}

void node::on_report(dataplane::report& what) {
    const auto now = net::now();
    std::visit(
        overloaded{
            [&](const dataplane::clear_received& it) { machine_.on_datagram(it.from, it.datagram, now, it.to); },
            [&](const dataplane::control_received& it) { machine_.on_inner_control(it.peer, it.in, it.inner, now); },
            [&](const dataplane::epoch_confirmed& it) { machine_.on_epoch_confirmed(it.in_with_epoch, now); },
            [&](const dataplane::authentic_from& it) { machine_.on_authentic_from(it.in, it.from, now); },
            [&](const dataplane::send_wanted& it) { machine_.on_send_wanted(it.peer, now); },
            [&](dataplane::plane_failed& it) { fail_for_good(std::move(it.why)); },
        },
        what);
    pump();
}

asio::awaitable<void> node::run_sampler() {
    asio::steady_timer tick(context_);
    for (;;) {
        tick.expires_after(250ms);
        co_await tick.async_wait(net::as_tuple);
        const auto samples = links_.take_samples(net::now());
        for (const auto& [in, carried] : samples)
            machine_.on_traffic(in, carried, net::now());
        if (!samples.empty()) pump();
        watch_sleep();
    }
}

asio::awaitable<void> node::run_deadlines() {
    auto expired = [this](time_point now) {
        machine_.on_deadline(now);
        pump();
    };
    co_await timer_.run(std::move(expired));
}

void node::pump() {
    if (std::exchange(pumping_, true)) return;
    while (auto output = machine_.poll_output())
        on_output(*output);
    pumping_ = false;
    links_.flush();
    timer_.arm(machine_.next_deadline());
    changed_.notify();
}

void node::on_output(core::node_output& output) {
    std::visit(overloaded{
                   [&](const core::send_request& it) { link_.send(wire::encode(it.message)); },
                   [&](core::send_plain& it) { links_.on_plain(std::move(it)); },
                   [&](const core::open_relay_stream& it) { on_open_relay_stream(it); },
                   [&](const core::open_own_socket& it) { channels_.open_socket(it.channel); },
                   [&](const core::keep_channel& it) { channels_.keep(it.channel); },
                   [&](const core::close_own_channel& it) { channels_.close(it.channel); },
                   [&](const core::mapping_reached& it) { mapper_.set_verified(it.external, true); },
                   [&](core::tunnel_wants& it) { on_tunnel_wants(it); },
                   [&](const core::route_peer& it) { links_.on_route(it.peer, it.in); },
                   [&](const core::remove_tunnel& it) { links_.on_remove(it.peer, it.in); },
                   [&](const core::configure_addresses& it) { on_addresses(it); },
                   [&](core::request_done& it) { requests_.resolve(it.ticket, std::move(it.outcome)); },
                   [&](core::node_event& it) { on_event(it); },
                   [&](const core::echo_answered& it) { echoes_.resolve(it.number, net::now()); },
                   [&](const core::reconnect_wanted&) { link_.close(); },
               },
               output);
}

void node::on_open_relay_stream(const core::open_relay_stream& wanted) {
    // What lets this node through to its server will let it through to a relay.
    const auto& known = link_.known();
    channels_.open_relay_stream(wanted.channel, wanted.relay, known ? std::optional(known->kind) : std::nullopt);
}

void node::on_addresses(const core::configure_addresses& addresses) {
    const bool is_known = interface_.is_configured();
    links_.on_addresses(addresses.self, addresses.ula);
    links_.flush();
    const auto done = interface_.configure(addresses.self, addresses.pool, addresses.ula);
    if (!done) {
        fail_for_good(done.error());
        return;
    }
    const bool is_new = state_.pool != addresses.pool || state_.ula != addresses.ula;
    state_.pool = addresses.pool;
    state_.ula = addresses.ula;
    if (is_new) keep_state();
    if (is_new || !is_known) {
        say("address", to_string(addresses.self) + "  " + to_string(ula_of(addresses.ula, addresses.self)));
    }
    announce_endpoints();
}

void node::on_event(core::node_event& event) {
    if (event.kind == "online") {
        was_online_ = true;
        problem_.reset();
        if (identity_.next() != nullptr && !rotating_) tasks_.spawn(run_unfinished_rotation());
        const auto count = machine_.networks().size();
        say("online", std::to_string(count) + (count == 1 ? " network" : " networks") +
                          (count == 0 ? ". Make one with 'vpn create NAME' or join one with 'vpn join NAME'." : ""));
    }
    say_to_people(event);
    if (state_.nickname != machine_.nickname() && !machine_.nickname().empty()) {
        state_.nickname = machine_.nickname();
        keep_state();
    }
    if (!listener_) return;
    auto line = std::move(event.data);
    line["event"] = event.kind;
    line["time"] = to_rfc3339(net::wall_now());
    listener_(line);
}

/// What a terminal shows of the events.
void node::say_to_people(const core::node_event& event) const {
    const auto text = [&](const char* name) { return event.data.at(name).get<std::string>(); };
    if (event.kind == "welcome" || event.kind == "announcement") say(event.kind, text("network") + ": " + text("text"));
    if (event.kind == "notice") say("notice", text("text"));
}

void node::say(std::string_view label, const std::string& text) const {
    log_.info(label, {{"text", text}});
    if (options_.progress) options_.progress(label, text);
}

bool node::keep_state() {
    const auto saved = store::save_node_state(options_.state, state_);
    if (saved) return true;
    log_.error("the state could not be kept", {{"error", saved.error().text}});
    problem_ = saved.error();
    return false;
}

asio::awaitable<result<wire::answer>> node::async_request(wire::request what) {
    const auto ticket = requests_.expect();
    machine_.request(ticket, std::move(what), net::now());
    pump();
    auto outcome = co_await requests_.async_wait(ticket, net::now() + 15s);
    if (!outcome) co_return fail(errc::timed_out);
    co_return std::move(*outcome);
}

asio::awaitable<result<ping_reply>> node::async_ping(std::string peer, duration patience) {
    const auto found = machine_.find_peer(peer);
    if (!found) co_return fail(found.error());
    const auto number = echoes_.expect();
    const auto sent = net::now();
    machine_.send_echo(*found, number, sent);
    pump();
    const auto answered = co_await echoes_.async_wait(number, sent + patience);
    if (!answered) co_return fail(errc::timed_out, "no answer from '" + peer + "'");
    ping_reply reply;
    reply.peer = *found;
    reply.round_trip = *answered - sent;
    const auto views = machine_.peers();
    const auto view = std::ranges::find(views, *found, [](const auto& it) { return it.info.id; });
    if (view == views.end()) co_return reply;
    reply.nickname = view->info.nickname;
    if (!view->tunnel || !view->tunnel->path) co_return reply;
    reply.path = view->tunnel->path->at;
    reply.via = core::kind_of(*view->tunnel);
    if (view->tunnel->relay) reply.relay = relay_name(*view->tunnel->relay);
    co_return reply;
}

result<bool> node::holds(const condition& until) const {
    using kind = condition::kind;
    if (until.what == kind::address) return interface_.is_configured();
    if (until.what == kind::online) return machine_.is_online();
    const auto found = machine_.find_peer(until.peer);
    if (!found && found.error().code == errc::peer_not_found) return false;
    if (!found) return fail(found.error());
    for (const auto& view : machine_.peers()) {
        if (view.info.id != *found) continue;
        const bool is_up = view.tunnel && view.tunnel->state == core::tunnel_state::up && view.tunnel->path;
        if (until.what == kind::peer) return is_up || (view.tunnel && view.tunnel->resting && view.tunnel->path);
        return is_up && !view.tunnel->relay;
    }
    return false;
}

/// A tunnel at rest looks for no way: what is waited for has to wake it.
void node::wake(const std::string& peer) {
    const auto found = machine_.find_peer(peer);
    if (!found) return;
    machine_.send_echo(*found, 0, net::now());
    pump();
}

asio::awaitable<result<void>> node::async_wait(condition until, duration patience) {
    constexpr auto wake_interval = 5s;
    const auto limit = net::now() + patience;
    const bool is_about_peer = until.what == condition::kind::peer || until.what == condition::kind::direct;
    auto next_wake = net::now();
    for (;;) {
        const auto fulfilled = holds(until);
        if (!fulfilled) co_return fail(fulfilled.error());
        if (*fulfilled) co_return result<void>();
        const auto now = net::now();
        if (now >= limit) break;
        if (is_about_peer && now >= next_wake) {
            wake(until.peer);
            next_wake = now + wake_interval;
        }
        const auto next_look = is_about_peer ? std::min(limit, next_wake) : limit;
        co_await changed_.async_wait(next_look);
    }
    co_return fail(problem_ ? error{errc::timed_out, "not in time: " + problem_->text} : make_error(errc::timed_out));
}

}  // namespace buri::node
