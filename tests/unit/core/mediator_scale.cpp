#include "tests/unit/core/mediation.hpp"
#include "tests/unit/core/mediator_crowd.hpp"

using namespace buri;
using namespace buri::test;

namespace {

/// What an act made the server do.
struct effort {
    std::size_t outputs = 0;
    std::size_t bytes = 0;
};

struct crowded : mediation {
    crowded() : mediation(roomy()), crowd(today) {}

    static core::mediator_settings roomy() {
        auto settings = usual_settings();
        settings.plans = plan_of_limits(0, 0);
        return settings;
    }

    /// A network of these nodes, the first its owner.
    void network(std::uint64_t id, const std::string& name, std::uint32_t first, std::uint32_t count) {
        for (std::uint32_t node = first; node < first + count; ++node)
            crowd.account({node});
        crowd.network(id, name, {first});
        for (std::uint32_t node = first + 1; node < first + count; ++node)
            crowd.member(id, {node});
    }

    /// Everybody says hello. Time stands still, so nobody is introduced who did not tell its endpoints.
    void open(std::uint32_t first, std::uint32_t count) {
        history.push_back(std::move(crowd.change));
        restart_server();
        for (std::uint32_t node = first; node < first + count; ++node) {
            connect({node});
            effort_of({node}, wire::hello{"test", {2}, {}, {}, {}});
        }
    }

    effort effort_of(node_id node, const wire::request& body) {
        effort out;
        server->on_message(connections.at(node), {1, body}, today, now);
        for (bool is_going_on = true; is_going_on;) {
            is_going_on = false;
            while (auto output = server->poll_output()) {
                ++out.outputs;
                if (const auto* const made = std::get_if<core::deliver>(&*output))
                    out.bytes += wire::encode(made->message).size();
                if (const auto* const made = std::get_if<core::commit>(&*output)) {
                    server->on_committed(made->ticket, now);
                    is_going_on = true;
                }
            }
        }
        return out;
    }

    crowd_builder crowd;
};

}  // namespace

TEST_CASE("a change in a network of 300 makes a few outputs a member, and none for strangers") {
    constexpr std::uint32_t many = 300;
    crowded on;
    on.network(1, "members", 1, many);
    on.network(2, "strangers", many + 1, 50);
    const node_id one{1};
    const node_id another{many};
    const node_id newcomer{many + 51};
    on.crowd.account(newcomer);
    on.open(1, many + 50);
    CHECK(on.server->online_count() == many + 50);
    // Each is told of the peer and of the member; the rest are the commit, the audit log and the answer.
    CHECK(on.effort_of(one, wire::set_nickname{"renamed"}).outputs == (many - 1) + many + 3);
    CHECK(on.effort_of(another, wire::leave_network{net("members")}).outputs == many + 4);
    on.connect(newcomer);
    CHECK(on.effort_of(newcomer, wire::hello{"test", {2}, {}, {}, {}}).outputs == 4);
    CHECK(on.effort_of(newcomer, wire::join_network{net("members"), {}, {}}).outputs == 3 * (many - 1) + 5);
    CHECK(on.effort_of(newcomer, wire::ping{}).outputs == 1);
    // Whoever comes last is introduced to those who are ready, and to nobody else.
    for (std::uint32_t id = 1; id <= 10; ++id)
        on.effort_of({id}, wire::endpoints{});
    CHECK(on.server->tunnel_count() == 45);
    CHECK(on.effort_of(newcomer, wire::endpoints{}).outputs == 1 + 2 * 10);
    CHECK(on.effort_of(newcomer, wire::bye{}).outputs == 2 + 10 + many - 1);
    CHECK(on.effort_of(one, wire::delete_network{net("members")}).outputs == many - 1 + 45 * 2 + 3);
    CHECK(on.server->tunnel_count() == 0);
    CHECK(on.server->records().members(2).size() == 50);
}

TEST_CASE("a change of a network of 256 costs an event and few bytes a member") {
    const auto cost_of_locking = [](std::uint32_t members) {
        crowded on;
        on.network(1, "members", 1, members);
        on.open(1, members);
        return on.effort_of({1}, wire::set_access{net("members"), {}, {}, true, {}, {}});
    };
    const auto few = cost_of_locking(32);
    const auto many = cost_of_locking(256);
    CHECK(many.outputs <= 256 + 4);
    CHECK(many.bytes < 256 * 200 + 1000);
    const auto each = (many.bytes - few.bytes) / 224;
    CHECK(many.bytes - 256 * each < 1000);  // the part that is not for a member
}

TEST_CASE("a server with 10,000 networks of 16 does no more for one of them") {
    crowded on;
    constexpr std::uint32_t networks = 10'000;
    for (std::uint32_t i = 0; i < networks; ++i)
        on.network(i + 1, "net-" + std::to_string(i), 1 + 16 * i, 16);
    const node_id newcomer{16 * networks + 1};
    on.crowd.account(newcomer);
    on.open(1, 32);
    on.connect(newcomer);
    const auto sync = on.effort_of({1}, wire::ping{});
    CHECK(sync.outputs == 1);
    CHECK(on.effort_of(newcomer, wire::hello{"test", {2}, {}, {}, {}}).outputs == 4);
    CHECK(on.effort_of(newcomer, wire::join_network{net("net-0"), {}, {}}).outputs == 16 * 3 + 5);
    CHECK(on.effort_of({1}, wire::list_messages{net("net-0")}).outputs == 1);
    CHECK(on.effort_of({1}, wire::evict_member{net("net-0"), newcomer}).outputs == 16 + 5);
}
