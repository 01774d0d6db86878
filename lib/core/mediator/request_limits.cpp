#include "buri/core/mediator/request_limits.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

struct phrase {
    std::string_view kind;
    std::string_view act;  ///< what follows "cannot", before the name of the network if there is one
};

constexpr auto phrases = std::to_array<phrase>({
    {"create", "create"},
    {"join", "join"},
    {"leave", "leave"},
    {"delete", "delete"},
    {"set", "change"},
    {"approve", "approve a node in"},
    {"reject", "reject a node in"},
    {"evict", "evict a node from"},
    {"ban", "ban a node from"},
    {"unban", "unban a node from"},
    {"bans", "list the bans of"},
    {"grant", "grant privileges in"},
    {"revoke", "revoke privileges in"},
    {"transfer", "transfer"},
    {"heir", "answer the offer of"},
    {"welcome", "set the welcome of"},
    {"announce", "announce in"},
    {"messages", "list the messages of"},
    {"seen", "confirm messages of"},
    {"invite", "make an invite to"},
    {"invites", "list the invites to"},
    {"uninvite", "revoke an invite to"},
    {"log", "read the log of"},
    {"licence", "install the licence"},
    {"rotate", "change the key"},
    {"delete_account", "delete the account"},
    {"nick", "change the nickname"},
});

tl::unexpected<error> too_many(const wire::request& body, std::string_view why) {
    return fail(errc::too_many_requests, attempt(body) + ": " + std::string(why));
}

}  // namespace

std::uint64_t address_key(const ip_address& address) {
    if (address.is_v4()) return address.v4_value();
    std::uint64_t out = 0;
    for (const auto byte : std::span(address.v6_bytes()).first(8))
        out = out << 8U | byte;
    return out;
}

std::string attempt(const wire::request& body) {
    return std::visit(
        [](const auto& wish) -> std::string {
            const auto* const known = std::ranges::find(phrases, std::string_view(wish.kind), &phrase::kind);
            auto out = "cannot " + std::string(known != phrases.end() ? known->act : wish.kind);
            if constexpr (requires { wish.network.text(); }) out += " '" + wish.network.text() + "'";
            return out;
        },
        body);
}

request_limits::request_limits(std::uint32_t registrations_per_minute)
    : passwords_by_node_(passwords_per_minute, std::chrono::minutes(1)),
      wrong_passwords_(wrong_passwords_per_minute_and_address, std::chrono::minutes(1)),
      changes_(changes_in_period, change_period),
      questions_(questions_per_minute, std::chrono::minutes(1)),
      registrations_per_minute_(registrations_per_minute),
      registrations_(registrations_per_minute, std::chrono::minutes(1)),
      registrations_by_address_(registrations_per_hour_and_address, std::chrono::hours(1)),
      refusals_(refusals_kept_per_hour, std::chrono::hours(1)) {}

void request_limits::set_registrations(std::uint32_t per_minute) {
    if (std::exchange(registrations_per_minute_, per_minute) == per_minute) return;
    registrations_ = rate_limit(per_minute, std::chrono::minutes(1));
}

result<void> request_limits::on_password(const online_node& from, const wire::request& body, time_point now) {
    if (wrong_passwords_.next(address_key(from.from.address), now) > now) {
        return too_many(body,
                        "too many wrong passwords and invites came from this address in a minute; try again in a "
                        "minute");
    }
    if (!passwords_by_node_.allow(from.id.value, now)) {
        return too_many(body,
                        "too many passwords and invites were tried by this node in a minute; try again in a minute");
    }
    return {};
}

void request_limits::on_refused_join(const online_node& from, errc why, time_point now) {
    if (why == errc::password_wrong || why == errc::invite_invalid)
        wrong_passwords_.count(address_key(from.from.address), now);
}

result<void> request_limits::on_change(const online_node& from, const wire::request& body, time_point now) {
    if (from.waiting_requests >= max_waiting_per_node) {
        return too_many(body, std::to_string(from.waiting_requests) + " requests wait already; try again later");
    }
    const auto* const join = std::get_if<wire::join_network>(&body);
    if (join != nullptr && (join->password || join->invite)) {
        if (auto allowed = on_password(from, body, now); !allowed) return allowed;
    }
    if (!changes_.allow(from.id.value, now)) {
        return too_many(body, "too many changes in a short time; try again in a minute");
    }
    return {};
}

result<void> request_limits::on_question(const online_node& from, const wire::request& body, time_point now) {
    if (questions_.allow(from.id.value, now)) return {};
    return too_many(body, "too many questions in a minute; try again in a minute");
}

result<void> request_limits::on_registration(const ip_address& from, time_point now) {
    constexpr std::uint64_t all = 0;
    if (registrations_by_address_.next(address_key(from), now) > now) {
        return fail(errc::too_many_requests,
                    "cannot make an account: too many were made from this address in an hour; try again later");
    }
    if (registrations_.allow(all, now)) {
        registrations_by_address_.count(address_key(from), now);
        return {};
    }
    return fail(errc::too_many_requests,
                "cannot make an account: the server had too many registrations in a minute; try again later");
}

}  // namespace buri::core
