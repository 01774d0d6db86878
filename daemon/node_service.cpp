#include "daemon/node_service.hpp"

#include "buri/net/clock.hpp"
#include "daemon/node_methods.hpp"
#include "daemon/parameters.hpp"
#include "daemon/version.hpp"

#include <algorithm>
#include <array>

namespace buri::daemon {
namespace {

using wire::json;
using answer = asio::awaitable<result<json>>;

constexpr double default_wait_seconds = 60;

result<node::condition> condition(const json& params) {
    const auto wanted = parameters::text(params, "for");
    if (!wanted) return fail(wanted.error());
    node::condition out;
    using kind = node::condition::kind;
    if (*wanted == "address")
        out.what = kind::address;
    else if (*wanted == "online")
        out.what = kind::online;
    else if (wanted->starts_with("peer="))
        out = {kind::peer, wanted->substr(5)};
    else if (wanted->starts_with("direct="))
        out = {kind::direct, wanted->substr(7)};
    else
        return fail(errc::usage,
                    "'" + *wanted + "' cannot be waited for; use address, online, peer=NAME or direct=NAME");
    return out;
}

std::array<std::span<const question_row>, 3> all_questions() {
    return {network_questions(), member_questions(), message_questions()};
}

/// Unused places of a row's names are empty.
result<void> check_names(const json& params, const parameter_names& names) {
    const auto end = std::ranges::find(names, std::string_view());
    return parameters::only(params, std::span(names.begin(), end));
}

}  // namespace

/// One function a method; each reads its parameters, then acts.
struct node_methods {
    static answer status(node_service& self, json) { co_return self.status(); }
    static answer networks(node_service& self, json) { co_return self.node_.networks(); }
    static answer peers(node_service& self, json) { co_return self.node_.peers(); }
    static answer version(node_service&, json) { co_return json{{"version", buri::daemon::version()}}; }

    static answer requests(node_service& self, json params) { co_return read_requests(self.node_.machine(), params); }
    static answer administrators(node_service& self, json params) {
        co_return read_administrators(self.node_.machine(), params);
    }

    static answer one_network(node_service& self, json params) {
        const auto name = parameters::text(params, "network");
        if (!name) co_return fail(name.error());
        co_return self.node_.network(*name);
    }

    static answer one_peer(node_service& self, json params) {
        const auto name = parameters::text(params, "peer");
        if (!name) co_return fail(name.error());
        co_return self.node_.peer(*name);
    }

    static answer nick(node_service& self, json params) {
        const auto wanted = parameters::optional_text(params, "nickname");
        if (!wanted) co_return fail(wanted.error());
        const bool changed = *wanted && **wanted != self.node_.nickname();
        if (changed) {
            auto checked = parse_nickname(**wanted);
            if (!checked) co_return fail(checked.error());
            wire::set_nickname what;
            what.nickname = std::move(*checked);
            wire::request request(std::move(what));
            auto done = co_await self.node_.async_request(std::move(request));
            if (!done) co_return fail(std::move(done.error()));
        }
        co_return json{{"nickname", *wanted ? **wanted : self.node_.nickname()}, {"changed", changed}};
    }

    static answer unban(node_service& self, json params) {
        auto wish = read_unban(self.node_.machine(), params);
        if (!wish) co_return fail(wish.error());
        if (!wish->named) {
            wire::list_bans list;
            list.network = wish->network;
            wire::request request(std::move(list));
            const auto bans = co_await self.node_.async_request(std::move(request));
            if (!bans) co_return fail(bans.error());
            const auto* const listed = std::get_if<wire::ban_list>(&*bans);
            auto found = find_banned(*wish, listed != nullptr ? *listed : wire::ban_list());
            if (!found) co_return fail(std::move(found.error()));
            wish->named = std::move(*found);
        }
        wire::request request(*wish->named);
        const auto done = co_await self.node_.async_request(std::move(request));
        if (!done) co_return fail(done.error());
        co_return tell_change(self.node_.machine(), *done, unban_document(*wish->named));
    }

    static answer rotate(node_service& self, json params) {
        const auto wanted = parameters::optional_text(params, "key_type");
        if (!wanted) co_return fail(wanted.error());
        std::optional<crypto::key_type> type;
        if (*wanted == "ed25519") type = crypto::key_type::ed25519;
        if (*wanted == "rsa") type = crypto::key_type::rsa;
        if (*wanted && !type) co_return parameters::wrong("key_type", "is neither 'ed25519' nor 'rsa'");
        const auto changed = co_await self.node_.async_rotate(type);
        if (!changed) co_return fail(changed.error());
        co_return json{{"fingerprint", changed->fingerprint}, {"was", changed->was}};
    }

    static answer delete_account(node_service& self, json params) {
        const auto with_networks = parameters::optional_flag(params, "with_networks");
        if (!with_networks) co_return fail(with_networks.error());
        const auto done = co_await self.node_.async_delete_account(with_networks->value_or(false));
        if (!done) co_return fail(done.error());
        if (self.stop_) self.stop_();
        co_return json::object();
    }

    static answer ping(node_service& self, json params) {
        const auto name = parameters::text(params, "peer");
        if (!name) co_return fail(name.error());
        const auto patience = parameters::seconds(params, "timeout_s", 5);
        if (!patience) co_return fail(patience.error());
        const auto reply = co_await self.node_.async_ping(*name, *patience);
        if (!reply) co_return fail(reply.error());
        const auto or_null = [](const std::string& text) { return text.empty() ? json(nullptr) : json(text); };
        json out{{"nickname", reply->nickname}, {"via", or_null(reply->via)}, {"endpoint", nullptr}};
        out["relay"] = or_null(reply->relay);
        out["rtt_ms"] = std::chrono::duration<double, std::milli>(reply->round_trip).count();
        if (reply->path) out["endpoint"] = to_string(*reply->path);
        co_return out;
    }

    static answer netcheck(node_service& self, json) { co_return self.node_.netcheck(); }

    static answer why(node_service& self, json params) {
        auto name = parameters::text(params, "peer");
        if (!name) co_return fail(name.error());
        auto told = co_await self.node_.async_why(std::move(*name));
        co_return told;
    }

    static answer doctor(node_service& self, json) {
        auto found = co_await self.node_.async_doctor();
        co_return found;
    }

    static answer wait(node_service& self, json params) {
        auto until = condition(params);
        if (!until) co_return fail(until.error());
        const auto patience = parameters::seconds(params, "timeout_s", default_wait_seconds);
        if (!patience) co_return fail(patience.error());
        auto done = co_await self.node_.async_wait(std::move(*until), *patience);
        if (!done) co_return fail(std::move(done.error()));
        co_return json::object();
    }

    static answer down(node_service& self, json) {
        if (self.stop_) self.stop_();
        co_return json::object();
    }

    struct row {
        std::string_view name;
        answer (*run)(node_service&, json);
        parameter_names parameters;
    };
    static constexpr std::array table{
        row{"status", status, {}},
        row{"networks", networks, {}},
        row{"network", one_network, {"network"}},
        row{"peers", peers, {}},
        row{"peer", one_peer, {"peer"}},
        row{"requests", requests, {"network"}},
        row{"admins", administrators, {"network"}},
        row{"unban", unban, {"network", "peer"}},
        row{"nick", nick, {"nickname"}},
        row{"rotate", rotate, {"key_type"}},
        row{"delete_account", delete_account, {"with_networks"}},
        row{"ping", ping, {"peer", "timeout_s"}},
        row{"netcheck", netcheck, {}},
        row{"why", why, {"peer"}},
        row{"doctor", doctor, {}},
        row{"wait", wait, {"for", "timeout_s"}},
        row{"down", down, {}},
        row{"version", version, {}},
    };

    /// Reads, asks the server, tells.
    static answer ask(node_service& self, const question_row& row, json params) {
        const node_facts facts{self.node_.machine(), self.node_.server(), net::wall_now(), self.random_};
        auto question = row.read(facts, params);
        if (!question) co_return fail(std::move(question.error()));
        const auto done = co_await self.node_.async_request(std::move(question->what));
        if (!done) co_return fail(done.error());
        co_return row.tell(self.node_.machine(), *done, std::move(question->document));
    }

    static const question_row* find_question(std::string_view name) {
        for (const auto& rows : all_questions()) {
            const auto found = std::ranges::find(rows, name, &question_row::name);
            if (found != rows.end()) return &*found;
        }
        return nullptr;
    }
};

node_service::node_service(node::node& node) : node_(node) {
    node_.set_event_listener([this](const json& event) { events_.publish(event); });
}

node_service::~node_service() {
    node_.set_event_listener(nullptr);
}

json node_service::status() const {
    auto out = node_.status();
    out["version"] = buri::daemon::version();
    return out;
}

std::vector<std::string_view> node_service::methods() {
    std::vector<std::string_view> names;
    for (const auto& row : node_methods::table)
        names.push_back(row.name);
    for (const auto& rows : all_questions()) {
        for (const auto& row : rows)
            names.push_back(row.name);
    }
    names.push_back("events");
    return names;
}

answer node_service::call(std::string method, json params) {
    const auto* const row = std::ranges::find(node_methods::table, method, &node_methods::row::name);
    const auto* const question = node_methods::find_question(method);
    const bool is_own = row != node_methods::table.end();
    if (!is_own && question == nullptr) {
        co_return fail(errc::unknown_request,
                       "there is no method '" + method.substr(0, 64) + "'; see LOCAL INTERFACE in vpn(1)");
    }
    const auto fits = check_names(params, is_own ? row->parameters : question->parameters);
    if (!fits) co_return fail(fits.error());
    if (is_own) {
        auto outcome = co_await row->run(*this, std::move(params));
        co_return outcome;
    }
    auto outcome = co_await node_methods::ask(*this, *question, std::move(params));
    co_return outcome;
}

}  // namespace buri::daemon
