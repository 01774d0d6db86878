#include "daemon/node_service.hpp"

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

result<json> as_document(result<void> done) {
    if (!done) return fail(std::move(done.error()));
    return json::object();
}

/// `changed` is false where it was so already: asking for that is a success.
result<json> as_document(result<wire::answer> done, const network_name& network, bool changed) {
    if (!done) return fail(std::move(done.error()));
    return json{{"network", network.text()}, {"changed", changed}};
}

}  // namespace

/// One function a method; each reads its parameters, then acts.
struct node_methods {
    static answer status(node_service& self, json) { co_return self.status(); }
    static answer networks(node_service& self, json) { co_return self.node_.networks(); }
    static answer peers(node_service& self, json) { co_return self.node_.peers(); }
    static answer version(node_service&, json) { co_return json{{"version", buri::daemon::version()}}; }

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

    template <typename Request>
    static answer enter_network(node_service& self, json params) {
        auto name = parameters::network(params);
        if (!name) co_return fail(name.error());
        auto password = parameters::optional_text(params, "password");
        if (!password) co_return fail(password.error());
        Request what;
        what.network = *name;
        what.password = std::move(*password);
        const bool was_member = self.node_.network(name->text()).has_value();
        wire::request request(std::move(what));
        auto done = co_await self.node_.async_request(std::move(request));
        co_return as_document(std::move(done), *name, !was_member);
    }

    template <typename Request>
    static answer end_network(node_service& self, json params) {
        auto name = parameters::network(params);
        if (!name) co_return fail(name.error());
        Request what;
        what.network = *name;
        const bool was_member = self.node_.network(name->text()).has_value();
        wire::request request(std::move(what));
        auto done = co_await self.node_.async_request(std::move(request));
        co_return as_document(std::move(done), *name, was_member);
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

    static answer ping(node_service& self, json params) {
        const auto name = parameters::text(params, "peer");
        if (!name) co_return fail(name.error());
        const auto patience = parameters::seconds(params, "timeout_s", 5);
        if (!patience) co_return fail(patience.error());
        const auto reply = co_await self.node_.async_ping(*name, *patience);
        if (!reply) co_return fail(reply.error());
        json out{{"via", "direct"}, {"endpoint", nullptr}};
        out["rtt_ms"] = std::chrono::duration<double, std::milli>(reply->round_trip).count();
        if (reply->path) out["endpoint"] = to_string(*reply->path);
        co_return out;
    }

    static answer wait(node_service& self, json params) {
        auto until = condition(params);
        if (!until) co_return fail(until.error());
        const auto patience = parameters::seconds(params, "timeout_s", default_wait_seconds);
        if (!patience) co_return fail(patience.error());
        auto done = co_await self.node_.async_wait(std::move(*until), *patience);
        co_return as_document(std::move(done));
    }

    static answer down(node_service& self, json) {
        if (self.stop_) self.stop_();
        co_return json::object();
    }

    struct row {
        std::string_view name;
        answer (*run)(node_service&, json);
    };
    static constexpr std::array table{
        row{"status", status},
        row{"networks", networks},
        row{"network", one_network},
        row{"peers", peers},
        row{"peer", one_peer},
        row{"create", enter_network<wire::create_network>},
        row{"join", enter_network<wire::join_network>},
        row{"leave", end_network<wire::leave_network>},
        row{"delete", end_network<wire::delete_network>},
        row{"nick", nick},
        row{"ping", ping},
        row{"wait", wait},
        row{"down", down},
        row{"version", version},
    };
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
    names.push_back("events");
    return names;
}

answer node_service::call(std::string method, json params) {
    const auto* const row = std::ranges::find(node_methods::table, method, &node_methods::row::name);
    if (row == node_methods::table.end()) {
        co_return fail(errc::unknown_request,
                       "there is no method '" + method.substr(0, 64) + "'; see LOCAL INTERFACE in vpn(1)");
    }
    auto outcome = co_await row->run(*this, std::move(params));
    co_return outcome;
}

}  // namespace buri::daemon
