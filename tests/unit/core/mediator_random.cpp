// Thousands of random acts. Whatever was decided, every node believes what is so and was told nothing else, tunnels are between members,
// and what is durable is what is in memory.
#include "tests/unit/core/mediation.hpp"

#include <source_location>

using namespace buri;
using namespace buri::test;

namespace {

/// As REQUIRE, without its cost in millions of checks.
void must(bool holds, std::source_location where = std::source_location::current()) {
    if (!holds) FAIL("line " << where.line());
}

class random_run : mediation {
public:
    explicit random_run(std::uint64_t seed) : mediation(small(), seed), dice_(seed + 1) {
        for (int i = 0; i < 12; ++i)
            everyone_.push_back(new_account());
    }

    void step() {
        // Slow enough for the limits on changes.
        advance(std::chrono::milliseconds(1000 + dice_.below(500)));
        const auto node = anybody();
        const auto dice = dice_.below(1000);
        fail_next_commit.reset();
        if (dice < 5) {
            restart_server();
        } else if (dice < 12) {
            advance(21s);
        } else if (dice < 17) {
            advance(std::chrono::hours(dice_.below(200)));
        } else if (dice < 60) {
            operate();
        } else if (!connections.contains(node)) {
            return_of(node);
        } else if (dice < 150) {
            departure_of(node, dice);
        } else if (dice < 200) {
            move(node, dice);
        } else if (dice < 220) {
            forget_replaced(node);
        } else {
            if (dice_.below(20) == 0) fail_next_commit = error{errc::disk_full, "the disk is full"};
            ask(node, random_wish(node));
            if (answers.size() > 5000) answers.clear();
        }
        replace_the_deleted();
        confirm_some();
        advance(1100ms);  // whoever came is ready, and what was seen is durable
        forget();
    }

    void check() {
        check_durable();
        std::set<std::uint32_t> spis;
        for (const auto node : everyone_) {
            if (!connections.contains(node)) continue;
            check_view(node);
            for (const auto& [in, tunnel] : nodes[node].tunnels)
                must(spis.insert(in.value).second);
        }
        check_tunnels();
    }

private:
    static core::mediator_settings small() {
        auto settings = usual_settings();
        settings.plans = plan_of_limits(6, 5);
        return settings;
    }

    node_id new_account() {
        const auto made = make_account("node" + std::to_string(accounts_ % 9), "key " + std::to_string(accounts_));
        ++accounts_;
        if (accounts_ % 3 != 0) plain_allowed.insert(made);
        return made;
    }
    node_id anybody() { return everyone_[dice_.below(static_cast<std::uint32_t>(everyone_.size()))]; }
    network_name some_network() { return net("net-" + std::to_string(dice_.below(6))); }
    bool coin() { return dice_.below(2) == 0; }
    std::string some_plan() { return std::vector<std::string>{"free", "premium", "small", ""}[dice_.below(4)]; }

    // ---- acts -----------------------------------------------------------------------------------------------------------

    void operate() {
        const auto dice = dice_.below(20);
        if (dice == 0) {
            auto settings = small();
            if (coin()) settings.plans = core::plan_table();
            configure(settings);
        } else if (dice == 1) {
            mediation::operate(core::remove_account{anybody(), coin()});
        } else if (dice == 2) {
            mediation::operate(core::remove_network{some_network()});
        } else {
            const auto until = coin() ? std::optional(today + std::chrono::hours(1 + dice_.below(400))) : std::nullopt;
            mediation::operate(core::set_plan{anybody(), some_plan(), until});
        }
    }

    void return_of(node_id node) {
        auto& self = nodes[node];
        const bool restarted = dice_.below(4) == 0;
        if (restarted) self.tunnels.clear();
        connect(node);
        hello(node, self.claims(), {2, 3}, restarted ? std::nullopt : self.resume_point());
        if (coin()) tell_endpoints(node);
    }

    void departure_of(node_id node, std::uint32_t dice) {
        if (dice < 110) {
            disconnect(node);
        } else if (dice < 130) {
            REQUIRE(succeeds(node, wire::bye{}));
            nodes[node].tunnels.clear();
        } else {
            return_of(node);  // a second connection, the first is displaced
        }
    }

    void move(node_id node, std::uint32_t dice) {
        const auto port = static_cast<std::uint16_t>(1 + dice_.below(60'000));
        if (dice < 175) {
            ask(node, wire::endpoints{{{wire::candidate_kind::host, {ip_address::v4(0xc0000200U), port}}}, {}});
        } else {
            ask(node, wire::tunnel_request{anybody()});
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

    wire::request random_wish(node_id) {
        switch (dice_.below(12)) {
            case 0:
            case 1:
                return wire::create_network{some_network(), {}};
            case 2:
            case 3:
            case 4:
            case 5:
                return wire::join_network{some_network(), {}, {}};
            case 6:
                return wire::leave_network{some_network()};
            case 7:
                return wire::set_nickname{"nick" + std::to_string(dice_.below(9))};
            case 8:
                return rare_wish();
            default:
                return owners_wish();
        }
    }

    wire::request rare_wish() {
        switch (dice_.below(8)) {
            case 0:
                return wire::delete_network{some_network()};
            case 1:
                return wire::delete_account{coin()};
            case 2:
            case 3:
                return wire::offer_transfer{some_network(), anybody()};
            default:
                return wire::answer_transfer{some_network(), dice_.below(4) != 0};
        }
    }

    wire::request owners_wish() {
        const auto name = some_network();
        const auto whom = anybody();
        const auto all = privilege_set::from_bits(dice_.below(64));
        switch (dice_.below(14)) {
            case 0:
                return wire::set_access{name, {}, {}, dice_.below(4) == 0, {}, {}};
            case 1:
            case 2:
                return wire::set_access{name, {}, {}, {}, coin(), {}};
            case 3:
            case 4:
                return wire::set_access{name, {}, {}, {}, {}, coin()};
            case 5:
            case 6:
                return wire::approve_member{name, whom};
            case 7:
                return wire::reject_member{name, whom};
            case 8:
                return wire::evict_member{name, whom};
            case 9:
                if (coin()) return wire::unban_node{name, whom, {}};
                return wire::ban_node{name, whom, "spam", today + std::chrono::hours(dice_.below(50))};
            case 10:
                return wire::grant_privileges{name, whom, all};
            case 11:
                return wire::revoke_privileges{name, whom, all};
            case 12:
                return wire::set_welcome{name, coin() ? "welcome" : ""};
            default:
                return wire::make_announcement{name, "hear this"};
        }
    }

    void confirm_some() {
        for (const auto node : everyone_) {
            if (!connections.contains(node) || !coin()) continue;
            for (const auto& each : told<wire::announcement_event>(node))
                ask(node, wire::confirm_messages{each.network, false, each.message.id});
            for (const auto& each : told<wire::welcome_event>(node))
                ask(node, wire::confirm_messages{each.network, true, 0});
        }
    }

    void replace_the_deleted() {
        for (auto& node : everyone_) {
            if (server->records().account(node) != nullptr) continue;
            must(!connections.contains(node));
            nodes.erase(node);
            node = new_account();
        }
    }

    // ---- what must be so --------------------------------------------------------------------------------------------------

    /// What is in memory is what was committed, and nothing else.
    void check_durable() {
        for (; applied_ < history.size(); ++applied_)
            durable_.apply(history[applied_]);
        const auto& durable = durable_;
        const auto& records = server->records();
        must(records.account_count() == durable.account_count());
        must(records.network_count() == durable.network_count());
        for (const auto* const network : durable.networks()) {
            must(*records.network(network->id) == *network);
            must(std::ranges::equal(records.members(network->id), durable.members(network->id)));
            must(std::ranges::equal(records.waiting(network->id), durable.waiting(network->id)));
            for (const auto member : durable.members(network->id))
                must(*records.member(network->id, member) == *durable.member(network->id, member));
        }
        if (history.size() > 200) begin_history_anew();
    }

    void begin_history_anew() {
        history = {everything(durable_)};
        durable_ = core::directory();
        applied_ = 0;
    }

    static record_change everything(const core::directory& records) {
        record_change out;
        for (const auto* const account : records.accounts())
            out.push_back(put_account{*account});
        for (const auto* const network : records.networks()) {
            out.push_back(put_network{*network});
            for (const auto list : {records.members(network->id), records.waiting(network->id)}) {
                for (const auto node : list)
                    out.push_back(put_member{*records.member(network->id, node)});
            }
            for (const auto& ban : records.bans(network->id))
                out.push_back(put_ban{ban});
            for (const auto& each : records.announcements(network->id))
                out.push_back(put_announcement{each});
        }
        return out;
    }

    /// What a node was told, event by event, is what is so.
    void check_view(node_id node) {
        const auto& view = nodes[node];
        must(knows_the_truth(node));
        must(view.plan.name == rules().plans.of(*server->records().account(node), today).name);
        for (const auto peer : server->records().peers_of(node)) {
            must(view.peers.contains(peer));
            must(view.peers.at(peer).nickname == server->records().account(peer)->nickname);
            if (connections.contains(peer)) must(view.peers.at(peer).online);
        }
    }

    [[nodiscard]] bool may_be_plain(node_id node) {
        const auto& plan = rules().plans.of(*server->records().account(node), today);
        return plan.permissions.contains(permission::no_encryption);
    }

    [[nodiscard]] bool is_plain(node_id a, node_id b) {
        const auto& records = server->records();
        if (!plain_allowed.contains(a) || !plain_allowed.contains(b) || !may_be_plain(a) || !may_be_plain(b))
            return false;
        return std::ranges::all_of(records.common_networks(a, b), [&](std::uint64_t id) {
            return records.network(id)->is_unencrypted && may_be_plain(records.network(id)->owner);
        });
    }

    /// Every pair that can have a tunnel has one, the newest of both ends; no other pair has any.
    void check_tunnels() {
        std::size_t expected = 0;
        for (const auto a : everyone_) {
            for (const auto b : everyone_) {
                if (a == b || !connections.contains(a)) continue;
                const bool share = !server->records().common_networks(a, b).empty();
                if (!share) must(nodes[a].tunnels_to(b) == 0);
                if (!share || !connections.contains(b)) continue;
                ++expected;
                const auto* const newest = newest_to(a, b);
                must(newest != nullptr);
                const auto mirror = nodes[b].tunnels.find(newest->second.out);
                must(mirror != nodes[b].tunnels.end() && mirror->second.peer == a &&
                     mirror->second.out == newest->first);
                must(newest->second.plain == is_plain(a, b));
            }
        }
        must(server->tunnel_count() >= expected / 2);
        must(server->tunnel_count() <= everyone_.size() * (everyone_.size() - 1) / 2);
    }

    const std::pair<const spi, believing_node::tunnel>* newest_to(node_id from, node_id peer) {
        const std::pair<const spi, believing_node::tunnel>* newest = nullptr;
        for (const auto& each : nodes[from].tunnels) {
            if (each.second.peer != peer) continue;
            if (newest == nullptr || each.second.order > newest->second.order) newest = &each;
        }
        return newest;
    }

    seeded_random dice_;
    core::directory durable_;  ///< what was committed
    std::size_t applied_ = 0;  ///< of history, in durable_
    std::vector<node_id> everyone_;
    std::uint32_t accounts_ = 0;
};

}  // namespace

TEST_CASE(
    "10,000 random acts leave what is durable in the records, the truth in every node's view, and tunnels of members") {
    const std::uint64_t seed = GENERATE(1U, 2U, 3U, 20'261'122U);
    random_run run(seed);
    for (int step = 0; step < 2500; ++step) {
        INFO("seed " << seed << ", step " << step);
        run.step();
        if (step % 3 == 2) run.check();
    }
    run.check();
}
