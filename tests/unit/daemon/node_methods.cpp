#include "daemon/node_service.hpp"
#include "tests/unit/daemon/node_methods_fixture.hpp"

namespace buri::daemon {

TEST_CASE("an answer of another kind than was asked for harms nothing", "[node_methods]") {
    node_in_networks on;
    const std::vector<wire::answer> answers{wire::ok_answer{},    wire::ban_list{},    wire::message_list{},
                                            wire::invite_made{1}, wire::invite_list{}, wire::log_page{}};
    const json params{{"network", "lab-net"}, {"peer", "anna"}, {"text", "x"}, {"can", {"ban"}},
                      {"accept", true},       {"locked", true}, {"id", 1},     {"key", "k"}};
    for (const auto& rows : {network_questions(), member_questions(), message_questions()}) {
        for (const auto& row : rows) {
            CAPTURE(row.name);
            for (const auto& answer : answers)
                CHECK(on.told(row.name, params, answer).is_structured());
        }
    }
}

TEST_CASE("every method of the local interface is there once", "[node_methods]") {
    auto methods = node_service::methods();
    std::ranges::sort(methods);
    CHECK(std::ranges::adjacent_find(methods) == methods.end());
    for (const auto* const name :
         {"status",  "networks", "network",        "peers",    "peer",    "create",   "join",
          "leave",   "delete",   "nick",           "ping",     "wait",    "down",     "version",
          "events",  "set",      "requests",       "approve",  "reject",  "evict",    "ban",
          "unban",   "bans",     "grant",          "revoke",   "admins",  "transfer", "heir",
          "welcome", "announce", "announcements",  "invite",   "invites", "uninvite", "log",
          "licence", "rotate",   "delete_account", "netcheck", "why",     "doctor"}) {
        CAPTURE(name);
        CHECK(std::ranges::binary_search(methods, std::string_view(name)));
    }
    CHECK(methods.size() == 41);
}

}  // namespace buri::daemon
