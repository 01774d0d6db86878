#include "buri/server/administration.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"
#include "buri/server/find_account.hpp"
#include "buri/server/state_files.hpp"
#include "buri/wire/json.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace buri::server {
namespace {

using wire::json;
using answer = asio::awaitable<result<json>>;

/// Copied in about a millisecond; nodes are served between one step and the next.
constexpr int pages_at_once = 64;

/// A token is a line of text, easy to tell from a licence's key.
constexpr std::string_view relay_token_prefix = "buri-relay-";
constexpr std::size_t relay_token_size = 32;

/// An act of the operator, until it is durable or refused.
struct operation {
    explicit operation(const asio::any_io_executor& executor) : done(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer done;
    std::optional<result<bool>> outcome;
};

}  // namespace

administration::administration(asio::any_io_executor executor, sessions& over, server_place place,
                               store::server_config config, random_source& random)
    : executor_(std::move(executor)),
      sessions_(over),
      place_(std::move(place)),
      config_(std::move(config)),
      random_(random),
      started_(net::now()) {}

document_source administration::source() const {
    return {sessions_.mediator().records(), sessions_.plans(), sessions_.mediator(), net::wall_now()};
}

json administration::status() const {
    const auto& mediator = sessions_.mediator();
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(net::now() - started_);
    return {{"name", config_.name ? json(*config_.name) : json(nullptr)},
            {"uptime_s", uptime.count()},
            {"listen_tcp", config_.listen_tcp},
            {"accounts", mediator.records().account_count()},
            {"networks", mediator.records().network_count()},
            {"online", mediator.online_count()},
            {"connections", sessions_.connection_count()},
            {"tunnels", mediator.tunnel_count()},
            {"default_plan", sessions_.plans().by_default().name},
            {"fingerprint_ed25519", crypto::fingerprint(sessions_.keys().ed25519.public_part().blob())},
            {"fingerprint_rsa", crypto::fingerprint(sessions_.keys().rsa.public_part().blob())}};
}

json administration::accounts() const {
    json out = json::array();
    const auto from = source();
    for (const auto* const account : from.records.accounts())
        out.push_back(account_summary(from, *account));
    return out;
}

result<json> administration::account(std::string_view node) const {
    const auto from = source();
    const auto id = find_account(from.records, node);
    if (!id) return fail(id.error());
    return account_document(from, *from.records.account(*id));
}

json administration::networks() const {
    json out = json::array();
    const auto from = source();
    for (const auto* const network : from.records.networks())
        out.push_back(network_summary(from, *network));
    return out;
}

result<json> administration::network(const network_name& name) const {
    const auto from = source();
    const auto* const found = from.records.network(name);
    if (found == nullptr) {
        return fail(errc::network_not_found,
                    "there is no network '" + name.text() + "' on this server. 'vpn server networks' lists them.");
    }
    return network_document(from, *found);
}

json administration::plans() const {
    json out = json::array();
    const auto& table = sessions_.plans();
    for (const auto& each : table.all())
        out.push_back(plan_document(each, each.name == table.by_default().name));
    return out;
}

json administration::licences() const {
    json out = json::array();
    for (const auto* const licence : sessions_.mediator().records().licences())
        out.push_back(licence_document(*licence));
    return out;
}

json administration::relays() const {
    json out = json::array();
    const auto& mediator = sessions_.mediator();
    if (mediator.relay(own_relay) != nullptr) out.push_back(relay_document(mediator, own_relay, nullptr));
    for (const auto* const relay : mediator.records().relays())
        out.push_back(relay_document(mediator, relay->id, relay));
    return out;
}

result<json> administration::log(const log_wish& wish) const {
    store::audit_query query;
    query.after = wish.after;
    query.limit = wish.limit;
    if (wish.network) {
        const auto* const found = sessions_.mediator().records().network(*wish.network);
        if (found == nullptr) {
            return fail(errc::network_not_found,
                        "there is no network '" + wish.network->text() +
                            "' on this server. 'vpn server log' without a name has networks that are gone, too.");
        }
        query.network = found->id;
    }
    const auto entries = sessions_.database().read_audit(query);
    if (!entries) return fail(entries.error());
    json out = json::array();
    for (const auto& entry : *entries)
        out.push_back(log_document(entry));
    return out;
}

asio::awaitable<result<bool>> administration::async_operate(core::operator_wish wish) {
    const auto waiting = std::make_shared<operation>(executor_);
    sessions_.operate(std::move(wish), [waiting](const result<bool>& outcome) {
        waiting->outcome = outcome;
        waiting->done.cancel();
    });
    if (!waiting->outcome) co_await waiting->done.async_wait(net::as_tuple);
    if (!waiting->outcome) co_return fail(errc::cancelled);
    co_return *waiting->outcome;
}

answer administration::async_set_plan(plan_wish wish) {
    const auto node = find_account(sessions_.mediator().records(), wish.node);
    if (!node) co_return fail(node.error());
    core::operator_wish act = core::set_plan{*node, std::move(wish.plan), wish.until};
    const auto changed = co_await async_operate(std::move(act));
    if (!changed) co_return fail(changed.error());
    const auto from = source();
    const auto* const account = from.records.account(*node);
    if (account == nullptr) co_return fail(errc::account_unknown);
    const auto now = account_summary(from, *account);
    co_return json{{"address", now.at("address")},
                   {"plan", now.at("plan")},
                   {"until", now.at("plan_until")},
                   {"changed", *changed}};
}

answer administration::async_remove_account(std::string node, bool with_networks) {
    const auto id = find_account(sessions_.mediator().records(), node);
    if (!id) co_return fail(id.error());
    core::operator_wish act = core::remove_account{*id, with_networks};
    const auto changed = co_await async_operate(std::move(act));
    if (!changed) co_return fail(changed.error());
    co_return json{{"address", to_string(*id)}, {"changed", *changed}};
}

answer administration::async_remove_network(network_name name) {
    core::operator_wish act = core::remove_network{name};
    const auto changed = co_await async_operate(std::move(act));
    if (!changed) co_return fail(changed.error());
    co_return json{{"network", name.text()}, {"changed", *changed}};
}

result<std::vector<licence_record>> administration::new_licences(const licence_wish& wish) const {
    node_id only_for;
    if (wish.node) {
        const auto node = find_account(sessions_.mediator().records(), *wish.node);
        if (!node) return fail(node.error());
        only_for = *node;
    }
    std::vector<licence_record> made;
    for (std::uint32_t i = 0; i < wish.count; ++i) {
        licence_record licence;
        licence.id.resize(core::licence_id_size);
        random_.fill(licence.id);
        licence.plan = wish.plan;
        licence.only_for = only_for;
        licence.months = wish.months;
        licence.made = net::wall_now();
        made.push_back(std::move(licence));
    }
    return made;
}

answer administration::async_make_licences(licence_wish wish) {
    auto made = new_licences(wish);
    if (!made) co_return fail(made.error());
    core::operator_wish act = core::keep_licences{*made};
    const auto kept = co_await async_operate(std::move(act));
    if (!kept) co_return fail(kept.error());
    json keys = json::array();
    for (const auto& licence : *made)
        keys.push_back(sessions_.licences().key_of(licence));
    co_return json{{"licences", std::move(keys)}};
}

answer administration::async_add_relay(std::string name, std::string region) {
    bytes secret(relay_token_size);
    random_.fill(secret);
    const auto token = std::string(relay_token_prefix) + to_hex(secret);
    const auto digest = crypto::sha256(as_bytes(token));
    core::operator_wish act = core::add_relay{name, std::move(region), {digest.begin(), digest.end()}};
    const auto made = co_await async_operate(std::move(act));
    if (!made) co_return fail(made.error());
    const auto* const relay = sessions_.mediator().records().relay(name);
    if (relay == nullptr) co_return fail(errc::relay_not_found);
    co_return json{{"id", relay->id}, {"name", relay->name}, {"token", token}};
}

answer administration::async_remove_relay(std::string name) {
    core::operator_wish act = core::remove_relay{name};
    const auto changed = co_await async_operate(std::move(act));
    if (!changed) co_return fail(changed.error());
    co_return json{{"name", name}, {"changed", *changed}};
}

answer administration::async_backup(std::filesystem::path file) {
    if (!file.is_absolute()) {
        co_return fail(errc::usage, "'" + file.string() + "' is not an absolute path: the server may run elsewhere.");
    }
    auto others = read_small_files(place_.state, place_.config);
    if (!others) co_return fail(others.error());
    auto backup = sessions_.database().begin_backup(file, std::move(*others));
    if (!backup) co_return fail(backup.error());
    for (;;) {
        const auto is_complete = backup->step(pages_at_once);
        if (!is_complete) co_return fail(is_complete.error());
        if (*is_complete) break;
        co_await asio::post(executor_, asio::use_awaitable);
    }
    std::error_code ignored;
    co_return json{{"file", file.string()}, {"bytes", std::filesystem::file_size(file, ignored)}};
}

config_change administration::reload(const store::server_config& wanted) {
    auto change = take_over(config_, wanted);
    if (change.changed.size() != change.restart_needed.size()) sessions_.configure(config_);
    return change;
}

}  // namespace buri::server
