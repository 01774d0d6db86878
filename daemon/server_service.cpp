#include "daemon/server_service.hpp"

#include "daemon/parameters.hpp"
#include "daemon/version.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace buri::daemon {
namespace {

using wire::json;
using answer = asio::awaitable<result<json>>;

constexpr std::size_t longest_path = 4095;

result<server::plan_wish> plan_wish(const json& params) {
    auto node = parameters::text(params, "node");
    if (!node) return fail(node.error());
    auto plan = parameters::text(params, "plan");
    if (!plan) return fail(plan.error());
    const auto until = parameters::optional_time(params, "until");
    if (!until) return fail(until.error());
    return server::plan_wish{std::move(*node), std::move(*plan), *until};
}

result<server::licence_wish> licence_wish(const json& params) {
    server::licence_wish out;
    auto plan = parameters::text(params, "plan");
    if (!plan) return fail(plan.error());
    auto node = parameters::text(params, "for");
    if (!node) return fail(node.error());
    const auto months = parameters::number(params, "months", 1, core::max_licence_months);
    if (!months) return fail(months.error());
    const auto count = parameters::optional_number(params, "count", 1, out.most_at_once);
    if (!count) return fail(count.error());
    out.plan = std::move(*plan);
    if (*node != "any") out.node = std::move(*node);
    out.months = static_cast<std::uint32_t>(*months);
    out.count = static_cast<std::uint32_t>(count->value_or(out.count));
    return out;
}

result<server::log_wish> log_wish(const json& params) {
    server::log_wish out;
    const auto network = parameters::optional_text(params, "network");
    if (!network) return fail(network.error());
    if (*network) {
        auto name = network_name::parse(**network);
        if (!name) return fail(name.error());
        out.network = std::move(*name);
    }
    const auto after = parameters::optional_number(params, "after", 0, std::numeric_limits<std::int64_t>::max());
    if (!after) return fail(after.error());
    const auto limit = parameters::optional_number(params, "limit", 1, out.most_entries);
    if (!limit) return fail(limit.error());
    out.after = after->value_or(out.after);
    out.limit = static_cast<std::uint32_t>(limit->value_or(out.limit));
    return out;
}

struct row {
    std::string_view name;
    answer (*run)(server_service&, json);
    std::array<std::string_view, 4> parameters{};  ///< their names; the rest is empty

    [[nodiscard]] std::span<const std::string_view> names() const {
        const auto rest = static_cast<std::size_t>(std::ranges::count(parameters, std::string_view()));
        return std::span(parameters).first(parameters.size() - rest);
    }
};

}  // namespace

/// One function a method; each reads its parameters, then acts.
struct server_methods {
    static answer status(server_service& self, json) {
        auto out = self.administration_.status();
        out["version"] = buri::daemon::version();
        out["pid"] = ::getpid();
        co_return out;
    }
    static answer version(server_service&, json) { co_return json{{"version", buri::daemon::version()}}; }
    static answer accounts(server_service& self, json) { co_return self.administration_.accounts(); }
    static answer networks(server_service& self, json) { co_return self.administration_.networks(); }
    static answer plans(server_service& self, json) { co_return self.administration_.plans(); }
    static answer licences(server_service& self, json) { co_return self.administration_.licences(); }

    static answer account(server_service& self, json params) {
        const auto node = parameters::text(params, "node");
        if (!node) co_return fail(node.error());
        co_return self.administration_.account(*node);
    }

    static answer network(server_service& self, json params) {
        const auto name = parameters::network(params);
        if (!name) co_return fail(name.error());
        co_return self.administration_.network(*name);
    }

    static answer remove_account(server_service& self, json params) {
        auto node = parameters::text(params, "node");
        if (!node) co_return fail(node.error());
        const auto with_networks = parameters::optional_flag(params, "with_networks");
        if (!with_networks) co_return fail(with_networks.error());
        auto done =
            co_await self.administration_.async_remove_account(std::move(*node), with_networks->value_or(false));
        co_return done;
    }

    static answer remove_network(server_service& self, json params) {
        auto name = parameters::network(params);
        if (!name) co_return fail(name.error());
        auto done = co_await self.administration_.async_remove_network(std::move(*name));
        co_return done;
    }

    static answer set_plan(server_service& self, json params) {
        auto wish = plan_wish(params);
        if (!wish) co_return fail(wish.error());
        auto done = co_await self.administration_.async_set_plan(std::move(*wish));
        co_return done;
    }

    static answer make_licences(server_service& self, json params) {
        auto wish = licence_wish(params);
        if (!wish) co_return fail(wish.error());
        auto done = co_await self.administration_.async_make_licences(std::move(*wish));
        co_return done;
    }

    static answer relays(server_service& self, json) { co_return self.administration_.relays(); }

    static answer add_relay(server_service& self, json params) {
        auto name = parameters::text(params, "name");
        if (!name) co_return fail(name.error());
        const auto region = parameters::optional_text(params, "region");
        if (!region) co_return fail(region.error());
        auto done = co_await self.administration_.async_add_relay(std::move(*name), region->value_or(""));
        co_return done;
    }

    static answer remove_relay(server_service& self, json params) {
        auto name = parameters::text(params, "name");
        if (!name) co_return fail(name.error());
        auto done = co_await self.administration_.async_remove_relay(std::move(*name));
        co_return done;
    }

    static answer log(server_service& self, json params) {
        const auto wish = log_wish(params);
        if (!wish) co_return fail(wish.error());
        co_return self.administration_.log(*wish);
    }

    static answer backup(server_service& self, json params) {
        auto file = parameters::text(params, "file", longest_path);
        if (!file) co_return fail(file.error());
        // The system would read less than was asked for.
        if (file->find('\0') != std::string::npos) co_return parameters::wrong("file", "is not a path");
        std::filesystem::path path(std::move(*file));
        auto done = co_await self.administration_.async_backup(std::move(path));
        co_return done;
    }

    static answer reload(server_service& self, json) {
        const auto change = self.reload_();
        if (!change) co_return fail(change.error());
        co_return json{{"changed", change->changed}, {"restart_needed", change->restart_needed}};
    }

    static constexpr std::array table{
        row{"status", status},
        row{"accounts", accounts},
        row{"account", account, {"node"}},
        row{"remove_account", remove_account, {"node", "with_networks"}},
        row{"networks", networks},
        row{"network", network, {"network"}},
        row{"remove_network", remove_network, {"network"}},
        row{"plans", plans},
        row{"set_plan", set_plan, {"node", "plan", "until"}},
        row{"make_licences", make_licences, {"plan", "for", "months", "count"}},
        row{"licences", licences},
        row{"relays", relays},
        row{"add_relay", add_relay, {"name", "region"}},
        row{"remove_relay", remove_relay, {"name"}},
        row{"log", log, {"network", "after", "limit"}},
        row{"backup", backup, {"file"}},
        row{"reload", reload},
        row{"version", version},
    };
};

server_service::server_service(server::administration& administration, reload_handler reload)
    : administration_(administration), reload_(std::move(reload)) {
    administration_.set_log_listener([this](const audit_record& entry) {
        auto event = server::log_document(entry);
        event["event"] = "logged";
        events_.publish(event);
    });
}

server_service::~server_service() {
    administration_.set_log_listener(nullptr);
}

std::vector<std::string_view> server_service::methods() {
    std::vector<std::string_view> names;
    for (const auto& row : server_methods::table)
        names.push_back(row.name);
    names.push_back("events");
    return names;
}

answer server_service::call(std::string method, json params) {
    const auto* const found = std::ranges::find(server_methods::table, method, &row::name);
    if (found == server_methods::table.end()) {
        co_return fail(errc::unknown_request,
                       "there is no method '" + method.substr(0, 64) + "'; see LOCAL INTERFACE in vpn(1)");
    }
    const auto known = parameters::only(params, found->names());
    if (!known) co_return fail(known.error());
    auto outcome = co_await found->run(*this, std::move(params));
    co_return outcome;
}

}  // namespace buri::daemon
