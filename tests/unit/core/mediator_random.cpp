// 5,000 random acts against a model that is too simple to be wrong.
#include "tests/unit/core/mediation.hpp"

#include <source_location>

using namespace buri;
using namespace buri::test;

namespace {

constexpr std::uint32_t members_limit = 6;
constexpr std::uint32_t networks_limit = 5;

core::mediator_settings small_limits() {
    auto settings = usual_settings();
    settings.limits = {members_limit, networks_limit};
    return settings;
}

/// As REQUIRE, without its cost in millions of checks.
void must(bool holds, std::source_location where = std::source_location::current()) {
    if (!holds) FAIL("line " << where.line());
}

struct model_network {
    node_id owner;
    std::set<node_id> members;
};

class random_run : mediation {
public:
    explicit random_run(std::uint64_t seed) : mediation(small_limits(), seed), dice_(seed + 1) {
        for (int i = 0; i < 12; ++i)
            everyone_.push_back(make_account("node" + std::to_string(i)));
    }

    void step() {
        // Slow enough for the limits on changes.
        advance(std::chrono::milliseconds(1000 + dice_.below(500)));
        const auto node = everyone_[dice_.below(static_cast<std::uint32_t>(everyone_.size()))];
        const auto dice = dice_.below(1000);
        if (dice < 5) {
            restart_server();
        } else if (dice < 15) {
            advance(21s);
        } else if (!connections.contains(node)) {
            return_of(node);
        } else if (dice < 100) {
            departure_of(node, dice);
        } else if (dice < 150) {
            REQUIRE(succeeds(
                node, wire::endpoints{{{wire::candidate_kind::host, {ip_address::v4(0xc0000200U), port()}}}, {}}));
        } else if (dice < 250) {
            ask(node, wire::tunnel_request{everyone_[dice_.below(12)]});
        } else if (dice < 300) {
            forget_replaced(node);
        } else {
            change_by(node, dice);
        }
        advance(300ms);  // whoever came is ready
        forget();
    }

    void check() {
        check_records();
        std::set<std::uint32_t> spis;
        for (const auto node : everyone_) {
            if (connections.contains(node)) check_view(node);
            for (const auto& [in, tunnel] : nodes[node].tunnels) {
                if (connections.contains(node)) must(spis.insert(in.value).second);
            }
        }
        check_tunnels();
    }

private:
    std::uint16_t port() { return static_cast<std::uint16_t>(1 + dice_.below(60'000)); }

    void return_of(node_id node) {
        if (dice_.below(4) == 0) nodes[node].tunnels.clear();  // its process restarted
        connect(node);
        hello(node, nodes[node].claims());
        if (dice_.below(2) == 0) tell_endpoints(node);
    }

    void departure_of(node_id node, std::uint32_t dice) {
        if (dice < 60) {
            disconnect(node);
        } else if (dice < 80) {
            REQUIRE(succeeds(node, wire::bye{}));
            nodes[node].tunnels.clear();
        } else {
            return_of(node);  // a second connection, the first is displaced
        }
    }

    /// Nodes remove what was replaced; the newest stays.
    void forget_replaced(node_id node) {
        auto& tunnels = nodes[node].tunnels;
        std::erase_if(tunnels, [&](const auto& entry) {
            return std::ranges::any_of(tunnels, [&](const auto& other) {
                return other.second.peer == entry.second.peer && other.second.order > entry.second.order;
            });
        });
    }

    std::size_t networks_of(node_id node) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(model_, [node](const auto& entry) { return entry.second.members.contains(node); }));
    }

    void change_by(node_id node, std::uint32_t dice) {
        const auto name = "net-" + std::to_string(dice_.below(8));
        if (dice_.below(20) == 0) fail_next_commit = error{errc::disk_full, "the disk is full"};
        const bool fails = fail_next_commit.has_value();
        auto after = model_;
        std::optional<errc> expected;
        wire::request body;
        if (dice < 450) {
            body = wire::create_network{net(name), {}};
            expected = create(after, node, name);
        } else if (dice < 800) {
            body = wire::join_network{net(name), {}};
            expected = join(after, node, name);
        } else if (dice < 900) {
            body = wire::leave_network{net(name)};
            expected = leave(after, node, name);
        } else if (dice < 950) {
            body = wire::delete_network{net(name)};
            expected = remove(after, node, name);
        } else {
            const auto nickname = "nick" + std::to_string(dice_.u32());
            REQUIRE(refusal(node, wire::set_nickname{nickname}) ==
                    (fails ? std::optional(errc::disk_full) : std::nullopt));
            return;
        }
        const bool changes = !expected && !same(after, model_);
        if (fails && changes) {
            expected = errc::disk_full;
        } else {
            model_ = after;
        }
        REQUIRE(refusal(node, body) == expected);
        fail_next_commit.reset();
    }

    using model = std::map<std::string, model_network>;

    static bool same(const model& a, const model& b) {
        return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
            return x.first == y.first && x.second.owner == y.second.owner && x.second.members == y.second.members;
        });
    }

    std::optional<errc> create(model& in, node_id node, const std::string& name) const {
        if (in.contains(name)) return in.at(name).owner == node ? std::nullopt : std::optional(errc::name_taken);
        if (networks_of(node) >= networks_limit) return errc::too_many_networks;
        in[name] = {node, {node}};
        return std::nullopt;
    }
    std::optional<errc> join(model& in, node_id node, const std::string& name) const {
        if (!in.contains(name)) return errc::network_not_found;
        auto& members = in.at(name).members;
        if (members.contains(node)) return std::nullopt;
        if (networks_of(node) >= networks_limit) return errc::too_many_networks;
        if (members.size() >= members_limit) return errc::network_full;
        members.insert(node);
        return std::nullopt;
    }
    static std::optional<errc> leave(model& in, node_id node, const std::string& name) {
        if (!in.contains(name)) return errc::network_not_found;
        if (in.at(name).owner == node) return errc::owner_cannot_leave;
        in.at(name).members.erase(node);
        return std::nullopt;
    }
    static std::optional<errc> remove(model& in, node_id node, const std::string& name) {
        if (!in.contains(name)) return errc::network_not_found;
        if (in.at(name).owner != node) return errc::not_owner;
        in.erase(name);
        return std::nullopt;
    }

    void check_records() const {
        const auto& records = server->records();
        must(records.network_count() == model_.size());
        must(records.account_count() == everyone_.size());
        for (const auto& [name, network] : model_) {
            const auto* const record = records.network(net(name));
            must(record != nullptr);
            must(record->owner == network.owner);
            must(network.members.contains(network.owner));
            const auto members = records.members(record->id);
            must(std::set(members.begin(), members.end()) == network.members);
            must(members.size() == network.members.size());
        }
    }

    [[nodiscard]] bool share(node_id a, node_id b) const {
        return std::ranges::any_of(model_, [&](const auto& entry) {
            return entry.second.members.contains(a) && entry.second.members.contains(b);
        });
    }

    /// What a node was told, event by event, is what is so.
    void check_view(node_id node) {
        const auto& view = nodes[node];
        must(view.networks.size() == networks_of(node));
        for (const auto& [name, members] : view.networks)
            must(members == model_.at(name).members);
        for (const auto peer : everyone_) {
            if (peer == node || !share(node, peer)) continue;
            must(view.peers.contains(peer));
            must(view.peers.at(peer).nickname == server->records().account(peer)->nickname);
            if (connections.contains(peer)) must(view.peers.at(peer).online);
        }
    }

    /// Every pair that can have a tunnel has one, the newest of both ends; no other pair has any.
    void check_tunnels() {
        std::size_t expected = 0;
        for (const auto a : everyone_) {
            for (const auto b : everyone_) {
                if (a == b || !connections.contains(a)) continue;
                if (!share(a, b)) must(nodes[a].tunnels_to(b) == 0);
                if (!share(a, b) || !connections.contains(b)) continue;
                ++expected;
                must(std::ranges::any_of(nodes[a].tunnels, [&](const auto& entry) {
                    const auto mirror = nodes[b].tunnels.find(entry.second.out);
                    return entry.second.peer == b && mirror != nodes[b].tunnels.end() && mirror->second.peer == a &&
                           mirror->second.out == entry.first;
                }));
            }
        }
        must(server->tunnel_count() >= expected / 2);
        must(server->tunnel_count() <= everyone_.size() * (everyone_.size() - 1) / 2);
    }

    seeded_random dice_;
    std::vector<node_id> everyone_;
    model model_;
};

}  // namespace

TEST_CASE("5,000 random acts leave what a simple model says, in the records, in every node's view, and in tunnels") {
    const std::uint64_t seed = GENERATE(1U, 2U, 3U, 20'261'122U);
    random_run run(seed);
    for (int step = 0; step < 1250; ++step) {
        INFO("seed " << seed << ", step " << step);
        run.step();
        run.check();
    }
}
