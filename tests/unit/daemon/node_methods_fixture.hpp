#pragma once
// A node whose server is the test: what its methods ask, and what they make of an answer.
#include "buri/base/timestamp.hpp"
#include "buri/crypto/digest.hpp"
#include "daemon/node_methods.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace buri::daemon {

using wire::json;

inline constexpr node_id me{0x64400001};
inline constexpr node_id anna{0x64400002};
inline constexpr node_id bodo{0x64400003};
inline constexpr node_id cleo{0x64400004};

inline const network_name lab = *network_name::parse("lab-net");
inline const std::string pinned = "SHA256:" + to_base64(crypto::sha256({}));

inline crypto::identity_key any_key() {
    test::seeded_random random{1};
    return crypto::identity_key::generate_ed25519(random);
}

/// A node that owns lab-net with anna and bodo, where cleo waits, and that waits in club itself.
struct node_in_networks {
    node_in_networks() {
        wire::sync all;
        all.id = me;
        all.nickname = "self";
        all.pool = "100.64.0.0/10";
        all.ula = "fd00:1:2:3::/64";
        all.plan.name = "premium";
        all.plan.until = parse_rfc3339("2027-01-31T12:00:00Z");
        auto& network = all.networks.emplace_back();
        network.settings.network = lab;
        network.settings.owner = me;
        network.settings.heir = anna;
        network.members = {{me, "self", {}}, {anna, "anna", {privilege::ban, privilege::evict}}, {bodo, "bodo", {}}};
        network.applicants = {{cleo, "cleo", "SHA256:c", wall_time{}}};
        auto& awaited = all.networks.emplace_back();
        awaited.settings.network = *network_name::parse("club");
        awaited.waiting = true;
        auto& visited = all.networks.emplace_back();
        visited.settings.network = *network_name::parse("guests");
        visited.settings.owner = anna;
        visited.members = {{me, "self", {privilege::evict}}, {anna, "anna", {}}};
        machine.on_connected(me, time_point{});
        machine.on_server_message(wire::numbered_event{1, std::move(all)}, time_point{});
        server.host = "vpn.example.org";
        server.fingerprint = pinned;
    }

    [[nodiscard]] static const question_row& row(std::string_view method) {
        for (const auto& rows : {network_questions(), member_questions(), message_questions()}) {
            const auto found = std::ranges::find(rows, method, &question_row::name);
            if (found != rows.end()) return *found;
        }
        throw std::logic_error("no such method");
    }
    result<question> read(std::string_view method, const json& params) {
        return row(method).read({machine, server, today, random}, params);
    }
    template <typename Request>
    Request asked(std::string_view method, const json& params) {
        const auto what = read(method, params);
        REQUIRE(what);
        REQUIRE(std::holds_alternative<Request>(what->what));
        return std::get<Request>(what->what);
    }
    error refused(std::string_view method, const json& params) {
        const auto what = read(method, params);
        REQUIRE_FALSE(what);
        return what.error();
    }
    json told(std::string_view method, const json& params, const wire::answer& answer = wire::ok_answer{}) {
        auto what = read(method, params);
        REQUIRE(what);
        return row(method).tell(machine, answer, std::move(what->document));
    }

    test::seeded_random random{7};
    crypto::identity_key key = any_key();
    core::node_machine machine{{}, key, random, {}};
    store::pinned_server server;
    wall_time today = *parse_rfc3339("2026-03-01T00:00:00Z");
};

}  // namespace buri::daemon
