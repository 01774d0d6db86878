#include "buri/server/sessions.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/core/mediator/views.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/frame.hpp"

#include <asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace buri::server {
namespace {

/// A page of the log that one frame can hold: entries quote what people wrote.
wire::log_page newest_that_fit(std::span<const audit_record> entries) {
    constexpr std::size_t names_and_numbers = 256;
    auto room = wire::max_frame;
    auto first = entries.size();
    for (; first > 0; --first) {
        const auto& each = entries[first - 1];
        const auto weight = names_and_numbers + each.actor_name.size() + each.act.size() + each.network_name.size() +
                            each.target_name.size() + each.before.size() + each.after.size() + each.result.size();
        if (weight > room) break;
        room -= weight;
    }
    wire::log_page page;
    for (const auto& entry : entries.subspan(first))
        page.entries.push_back(core::entry_of(entry));
    return page;
}

constexpr std::size_t max_answer = wire::max_frame - 1024;
/// Nodes ping when they have been quiet for 20 s.
constexpr auto idle_limit = std::chrono::seconds(90);

core::plan_table plans_of(const store::server_config& config) {
    return core::plan_table(config.plans, config.default_plan);
}

core::mediator_settings settings_of(const store::server_config& config) {
    core::mediator_settings out;
    out.pool = config.pool;
    out.ula = config.ula;
    out.suites = config.suites;
    out.plans = plans_of(config);
    return out;
}

}  // namespace

sessions::sessions(net::task_group& tasks, const asio::any_io_executor& executor, const store::server_config& config,
                   core::server_host_keys keys, store::server_database database, directory_records records,
                   random_source& random, logger log)
    : tasks_(tasks),
      executor_(executor),
      config_(config),
      plans_(plans_of(config)),
      keys_(std::move(keys)),
      licences_(keys_.ed25519),
      relay_tokens_(keys_.ed25519),
      database_(std::move(database)),
      random_(random),
      log_(log),
      mediator_(settings_of(config), core::directory(std::move(records)), licences_, relay_tokens_, random, log),
      timer_(executor),
      passwords_(executor, [this](std::uint64_t ticket, core::password_outcome outcome) {
          on_hashed(ticket, std::move(outcome));
      }) {}

void sessions::accept(std::unique_ptr<net::byte_stream> stream, core::strangers::guest who) {
    auto machine = std::make_unique<core::control_server>(keys_, config_.suites, random_, log_, net::now());
    auto made = std::make_shared<session>(++last_id_, std::move(stream), std::move(who), std::move(machine));
    open_.emplace(made->id, made);
    tasks_.spawn(run_writer(made));
    tasks_.spawn(run_reader(made));
}

asio::awaitable<void> sessions::run_writer(session_ptr which) {
    co_await which->channel.run_writer();
}

asio::awaitable<void> sessions::run_reader(session_ptr which) {
    std::array<std::uint8_t, 16384> buffer{};
    while (!which->ending) {
        const bool is_open = which->machine->state() == core::control_server_state::open;
        const auto limit = is_open ? net::now() + idle_limit : which->machine->next_deadline();
        const auto count = co_await which->channel.async_read(buffer, limit);
        if (!count && (is_open || count.error().code != errc::timed_out)) break;
        if (count) {
            which->machine->on_bytes(std::span(buffer).first(*count), net::now());
        } else {
            which->machine->on_deadline(net::now());
        }
        pump_session(*which);
        pump_mediator();
    }
    end(*which);
    pump_mediator();
}

void sessions::end(session& which) {
    if (open_.erase(which.id) == 0) return;
    which.ending = true;
    which.channel.finish();
    if (which.node) mediator_.on_disconnected(which.id, net::now());
}

void sessions::pump_session(session& which) {
    while (auto output = which.machine->poll_output())
        on_handshake_output(which, *output);
}

void sessions::on_handshake_output(session& which, core::control_server_output& output) {
    std::visit(overloaded{
                   [&](const core::send_bytes& what) {
                       if (!which.channel.send(what.data)) which.ending = true;
                   },
                   [&](const core::registration_wanted& what) {
                       if (!config_.registration_open) {
                           which.machine->on_registration_refused(make_error(errc::registration_closed), net::now());
                           return;
                       }
                       mediator_.register_account(which.id, what.key, what.nickname, which.channel.remote().address,
                                                  net::wall_now(), net::now());
                   },
                   [&](const core::account_wanted& what) {
                       const auto* const account = mediator_.records().account(what.identity);
                       if (account) {
                           which.machine->on_account(account->key_blob, net::now());
                       } else {
                           which.machine->on_account_unknown(net::now());
                       }
                   },
                   [&](const core::node_authenticated& what) {
                       which.node = what.identity;
                       which.stranger.reset();
                       log_.info("node connected",
                                 {{"peer", to_string(what.identity)}, {"endpoint", to_string(which.channel.remote())}});
                       mediator_.on_connected(which.id, what.identity, which.channel.remote(), net::now());
                   },
                   [&](const core::message_received& what) { on_message(which, what.cbor); },
                   [&](const core::channel_failed& what) {
                       log_.debug("connection ended",
                                  {{"endpoint", to_string(which.channel.remote())}, {"reason", what.why.text}});
                       which.ending = true;
                   },
               },
               output);
}

void sessions::on_message(session& which, byte_view cbor) {
    const auto message = wire::parse_request(cbor);
    if (message) {
        mediator_.on_message(which.id, *message, net::wall_now(), net::now());
        return;
    }
    if (message.error().number == 0) {
        log_.debug("malformed message", {{"peer", to_string(which.node)}, {"reason", message.error().why.text}});
        which.ending = true;
        return;
    }
    const auto& why = message.error().why;
    const wire::error_answer refusal{static_cast<std::uint16_t>(why.code), why.text};
    send(which.id, wire::numbered_answer{message.error().number, refusal});
}

void sessions::pump_mediator() {
    if (std::exchange(pumping_, true)) return;
    while (auto output = mediator_.poll_output())
        on_mediator_output(*output);
    pumping_ = false;
    timer_.arm(mediator_.next_deadline());
}

session* sessions::find(core::connection_id id) {
    const auto found = open_.find(id);
    return found == open_.end() ? nullptr : found->second.get();
}

void sessions::on_mediator_output(core::mediator_output& output) {
    std::visit(overloaded{
                   [&](const core::deliver& what) { send(what.to, what.message); },
                   [&](const core::disconnect& what) { on_disconnect(what); },
                   [&](const core::commit& what) { on_commit(what); },
                   [&](const core::registration_done& what) { on_registered(what); },
                   [&](core::hash_wanted& what) { passwords_.submit(what.ticket, std::move(what.work)); },
                   [&](const core::log_wanted& what) { answer_log(what); },
                   [&](const core::logged& what) {
                       if (log_listener_) log_listener_(what.entry);
                   },
                   [&](const core::reach_check& what) {
                       if (send_check_) send_check_(what);
                   },
                   [&](const core::operator_done& what) { on_operated(what); },
               },
               output);
}

void sessions::send(core::connection_id id, const wire::server_message& message) {
    auto* const to = find(id);
    if (!to || to->ending) return;
    auto data = wire::encode(message);
    const auto* const answer = std::get_if<wire::numbered_answer>(&message);
    if (answer != nullptr && data.size() > max_answer) {
        const wire::error_answer refusal{static_cast<std::uint16_t>(errc::internal),
                                         "the answer is too long for one message"};
        data = wire::encode(wire::server_message(wire::numbered_answer{answer->number, refusal}));
    }
    to->machine->send(data);
    pump_session(*to);
}

void sessions::on_disconnect(const core::disconnect& what) {
    auto* const which = find(what.which);
    if (!which) return;
    log_.info("node disconnected", {{"peer", to_string(which->node)}, {"reason", what.why.text}});
    which->ending = true;
    which->channel.finish();
}

void sessions::on_commit(const core::commit& what) {
    const auto done = database_.commit(what.change);
    if (done) {
        mediator_.on_committed(what.ticket, net::now());
        prune_if_grown(what.change);
    } else {
        log_.error("a change could not be kept", {{"error", done.error().text}});
        mediator_.on_commit_failed(what.ticket, done.error(), net::now());
    }
}

void sessions::on_registered(const core::registration_done& what) {
    auto* const which = find(what.ticket);
    if (!which) return;
    if (what.outcome) {
        which->machine->on_registered(*what.outcome, net::now());
    } else {
        which->machine->on_registration_refused(what.outcome.error(), net::now());
    }
    pump_session(*which);
}

void sessions::on_hashed(std::uint64_t ticket, core::password_outcome outcome) {
    mediator_.on_hashed(ticket, std::move(outcome), net::wall_now(), net::now());
    pump_mediator();
}

void sessions::answer_log(const core::log_wanted& what) {
    const auto entries = database_.read_audit({what.network, what.after, what.limit});
    if (!entries) {
        log_.error("the audit log could not be read", {{"error", entries.error().text}});
        const wire::error_answer refusal{static_cast<std::uint16_t>(entries.error().code), entries.error().text};
        return send(what.to, wire::numbered_answer{what.number, refusal});
    }
    send(what.to, wire::numbered_answer{what.number, newest_that_fit(*entries)});
}

// ---- the operator -------------------------------------------------------------------------------------------------------

void sessions::operate(core::operator_wish wish, operator_outcome done) {
    operating_.emplace(++last_operation_, std::move(done));
    mediator_.operate(last_operation_, std::move(wish), net::wall_now(), net::now());
    pump_mediator();
}

void sessions::on_operated(const core::operator_done& what) {
    const auto done = operating_.extract(what.ticket);
    if (done) done.mapped()(what.outcome);
}

void sessions::configure(const store::server_config& config) {
    config_ = config;
    plans_ = plans_of(config);
    mediator_.configure(settings(), net::wall_now(), net::now());
    pump_mediator();
    prune();
}

core::mediator_settings sessions::settings() const {
    auto out = settings_of(config_);
    out.reach = reach_;
    return out;
}

void sessions::set_reach(core::server_reach reach) {
    reach_ = std::move(reach);
    mediator_.configure(settings(), net::wall_now(), net::now());
    pump_mediator();
}

void sessions::set_own_relay_load(const wire::relay_load& load) {
    mediator_.on_own_relay_load(load, net::now());
    pump_mediator();
}

// ---- time ---------------------------------------------------------------------------------------------------------------

asio::awaitable<void> sessions::run_timer() {
    timer_.arm(mediator_.next_deadline());
    auto expired = [this](time_point now) {
        mediator_.on_deadline(net::wall_now(), now);
        pump_mediator();
        timer_.arm(mediator_.next_deadline());
    };
    co_await timer_.run(std::move(expired));
}

/// In small steps, so that nobody who makes entries on purpose fills the disk before the day is over.
void sessions::prune_if_grown(const record_change& change) {
    unpruned_ += static_cast<std::uint64_t>(std::ranges::count_if(
        change, [](const auto& operation) { return std::holds_alternative<put_audit>(operation); }));
    const auto step = std::clamp<std::uint64_t>(config_.audit_entries / 10, 16, 1000);
    if (config_.audit_entries > 0 && unpruned_ >= step) prune();
}

void sessions::prune() {
    unpruned_ = 0;
    const bool has_days = config_.audit_days.count() > 0;
    const auto keep_since = has_days ? net::wall_now() - config_.audit_days : wall_time();
    const auto gone = database_.prune_audit(keep_since, config_.audit_entries);
    if (!gone) {
        log_.error("the audit log could not be shortened", {{"error", gone.error().text}});
    } else if (*gone > 0) {
        log_.info(std::to_string(*gone) + " entries of the audit log were removed");
    }
}

asio::awaitable<void> sessions::run_pruning() {
    asio::steady_timer pause(executor_);
    for (;;) {
        prune();
        pause.expires_after(std::chrono::hours(24));
        const auto [problem] = co_await pause.async_wait(net::as_tuple);
        if (problem == asio::error::operation_aborted) co_return;
    }
}

void sessions::close_all() {
    for (const auto& [id, which] : open_)
        which->channel.close();
}

}  // namespace buri::server
