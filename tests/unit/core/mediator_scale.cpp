#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

constexpr std::uint32_t crowd = 1000;
constexpr std::uint32_t strangers = 50;

core::mediator_settings roomy() {
    auto settings = usual_settings();
    settings.limits.members_per_network = 2 * crowd;
    return settings;
}

/// A thousand members online in one network and some strangers in another. Time stands still, so nobody is introduced who did
/// not tell its endpoints.
struct crowded : mediation {
    crowded() : mediation(roomy()) {
        record_change change;
        for (std::uint32_t id = 1; id <= crowd + strangers + 1; ++id) {
            const auto key = std::to_string(id);
            change.push_back(put_account{{{id}, "n" + key, bytes(key.begin(), key.end()), today}});
        }
        change.push_back(put_network{{1, net("members"), {1}, "", today}});
        change.push_back(put_network{{2, net("strangers"), {crowd + 1}, "", today}});
        for (std::uint32_t id = 1; id <= crowd; ++id) {
            change.push_back(put_member{{1, {id}, today}});
        }
        for (std::uint32_t id = crowd + 1; id <= crowd + strangers; ++id) {
            change.push_back(put_member{{2, {id}, today}});
        }
        history.push_back(std::move(change));
        restart_server();
        for (std::uint32_t id = 1; id <= crowd + strangers; ++id) {
            connect({id});
            server->on_message(connections.at({id}), {0, wire::hello{"test", {2}, {}}}, today, now);
            while (server->poll_output()) {
            }
        }
    }

    /// Outputs by kind of what an act makes the server do.
    std::size_t outputs_of(node_id node, const wire::request& body) {
        std::size_t count = 0;
        server->on_message(connections.at(node), {0, body}, today, now);
        const auto count_all = [&] {
            std::optional<core::commit> waiting;
            while (auto output = server->poll_output()) {
                ++count;
                if (auto* const made = std::get_if<core::commit>(&*output)) waiting = std::move(*made);
            }
            return waiting;
        };
        if (const auto waiting = count_all()) {
            server->on_committed(waiting->ticket, now);
            count_all();
        }
        return count;
    }
};

}  // namespace

TEST_CASE("a change in a network of 1,000 makes a few outputs a member, and none for strangers") {
    crowded on;
    CHECK(on.server->online_count() == crowd + strangers);
    const node_id one{1};
    const node_id another{crowd};
    const node_id newcomer{crowd + strangers + 1};
    CHECK(on.outputs_of(one, wire::set_nickname{"renamed"}) == crowd - 1 + 2);
    CHECK(on.outputs_of(another, wire::leave_network{net("members")}) == crowd - 1 + 3);
    on.connect(newcomer);
    CHECK(on.outputs_of(newcomer, wire::hello{"test", {2}, {}}) == 2);
    CHECK(on.outputs_of(newcomer, wire::join_network{net("members"), {}}) == 3 * (crowd - 1) + 3);
    CHECK(on.outputs_of(newcomer, wire::ping{}) == 1);
    // Whoever comes last is introduced to those who are ready, and to nobody else.
    for (std::uint32_t id = 1; id <= 10; ++id)
        on.outputs_of({id}, wire::endpoints{});
    CHECK(on.server->tunnel_count() == 45);
    CHECK(on.outputs_of(newcomer, wire::endpoints{}) == 1 + 2 * 10);
    CHECK(on.outputs_of(newcomer, wire::bye{}) == 2 + 10 + crowd - 1);
    CHECK(on.outputs_of(one, wire::delete_network{net("members")}) == crowd - 1 + 45 * 2 + 2);
    CHECK(on.server->tunnel_count() == 0);
    CHECK(on.server->records().members(2).size() == strangers);
}
