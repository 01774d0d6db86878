#pragma once
// Two networks as the server tells them: lab-net with anna and bodo, home with anna.
#include "buri/core/node/known_networks.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace buri::core::node_test {

inline constexpr node_id me{0x64400001};
inline constexpr node_id anna{0x64400002};
inline constexpr node_id bodo{0x64400003};
inline constexpr node_id cleo{0x64400004};

inline network_name name(std::string_view text) {
    return *network_name::parse(text);
}

inline wire::peer_info peer(node_id id, std::string nickname, bool online = true) {
    wire::peer_info info;
    info.id = id;
    info.nickname = std::move(nickname);
    info.online = online;
    return info;
}

inline wire::member_info member(node_id id, std::string called) {
    return {id, std::move(called), {}};
}

inline wire::applicant applicant(node_id id, std::string called) {
    return {id, std::move(called), "SHA256:k", wall_time{}};
}

inline wire::network_info network(std::string_view text, std::vector<wire::member_info> members) {
    wire::network_info info;
    info.settings.network = name(text);
    info.settings.owner = me;
    info.settings.encryption = true;
    info.settings.max_members = 256;
    info.members = std::move(members);
    return info;
}

/// As the server tells it to a node that waits for approval.
inline wire::network_info awaited(std::string_view text) {
    wire::network_info info;
    info.settings.network = name(text);
    info.waiting = true;
    return info;
}

inline wire::sync two_networks() {
    wire::sync all;
    all.id = me;
    all.nickname = "self";
    all.pool = "100.64.0.0/10";
    all.ula = "fd00:1:2:3::/64";
    all.plan.name = "free";
    all.peers = {peer(anna, "anna"), peer(bodo, "bodo", false)};
    all.networks = {network("lab-net", {member(me, "self"), member(anna, "anna"), member(bodo, "bodo")}),
                    network("home", {member(me, "self"), member(anna, "anna")})};
    return all;
}

struct two_networks_known {
    two_networks_known() {
        const auto news = known.on_sync(two_networks());
        REQUIRE(news);
        REQUIRE(news->empty());
    }
    [[nodiscard]] const wire::network_info& lab() const { return known.networks().front(); }
    known_networks known;
};

inline std::vector<std::string> lines(const known_networks::events& events) {
    std::vector<std::string> found;
    for (const auto& event : events)
        found.push_back(event.kind + " " + event.data.dump());
    return found;
}

}  // namespace buri::core::node_test
