#pragma once
// A mediator with a clock, a durable store that can fail, and nodes that remember what they were told. Whatever a test does,
// some things are checked with every output: who is written to, sequence numbers, both ends of each introduction, strangers.
#include "buri/core/mediator.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace buri::test {

using namespace std::chrono_literals;
using core::connection_id;

inline core::mediator_settings usual_settings() {
    core::mediator_settings settings;
    settings.pool = *parse_ip_prefix("100.64.0.0/10");
    settings.ula = *parse_ip_prefix("fd00:1:2:3::/64");
    settings.suites = {suite_id::aes, suite_id::chacha};
    return settings;
}

inline network_name net(std::string_view name) {
    return *network_name::parse(name);
}

/// What a node believes, from what it was told.
struct believing_node {
    struct tunnel {
        node_id peer;
        spi out;
        std::uint64_t order = 0;
    };
    std::map<std::string, std::set<node_id>> networks;  ///< members by the network's compared name
    std::map<node_id, wire::peer_info> peers;
    std::map<spi, tunnel> tunnels;  ///< by inbound SPI; survive the loss of the connection

    /// The newest first.
    [[nodiscard]] std::vector<wire::kept_tunnel> claims() const {
        std::map<std::uint64_t, wire::kept_tunnel, std::greater<>> by_age;
        for (const auto& [in, held] : tunnels)
            by_age[held.order] = {held.peer, in, held.out};
        std::vector<wire::kept_tunnel> out;
        for (const auto& [order, claim] : by_age)
            out.push_back(claim);
        return out;
    }
    [[nodiscard]] std::size_t tunnels_to(node_id peer) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(tunnels, [peer](const auto& entry) { return entry.second.peer == peer; }));
    }
};

class mediation {
public:
    explicit mediation(core::mediator_settings settings = usual_settings(), std::uint64_t seed = 1)
        : random(seed), settings_(std::move(settings)) {
        start_server();
    }

    // ---- the world ----------------------------------------------------------------------------------------------------

    /// Everything in memory is gone, every connection is lost; what was committed is there.
    void restart_server() {
        connections.clear();
        open_.clear();
        sequences_.clear();
        start_server();
    }

    void advance(duration by) {
        const auto until = now + by;
        while (server->next_deadline() <= until) {
            now = std::max(now, server->next_deadline());
            server->on_deadline(now);
            drain();
        }
        now = until;
    }

    node_id make_account(std::string_view nickname, std::string_view key = {}) {
        const auto ticket = ++last_ticket_;
        const auto blob = key.empty() ? "key of " + std::string(nickname) : std::string(key);
        server->register_account(ticket, as_bytes(blob), nickname, today, now);
        drain();
        REQUIRE(registrations.contains(ticket));
        REQUIRE(registrations.at(ticket).has_value());
        return *registrations.at(ticket);
    }

    connection_id connect(node_id node) {
        const auto made = ++last_connection_;
        connections[node] = made;
        open_[made] = node;
        sequences_[made] = 0;
        server->on_connected(made, node, now);
        drain();
        return made;
    }

    void disconnect(node_id node) {
        const auto connection = connections.at(node);
        connections.erase(node);
        open_.erase(connection);
        server->on_disconnected(connection, now);
        drain();
    }

    void hello(node_id node, std::vector<wire::kept_tunnel> claims = {}, std::vector<std::uint8_t> suites = {2, 3}) {
        REQUIRE(succeeds(node, wire::hello{"test", std::move(suites), std::move(claims)}));
    }

    void tell_endpoints(node_id node) {
        REQUIRE(succeeds(node, wire::endpoints{{candidate_of(node)}, wire::nat_kind::none}));
    }

    /// Connects, says hello and where it is.
    void come_online(node_id node, std::vector<wire::kept_tunnel> claims = {},
                     std::vector<std::uint8_t> suites = {2, 3}) {
        connect(node);
        hello(node, std::move(claims), std::move(suites));
        tell_endpoints(node);
    }

    /// Come back as a node does whose process went on.
    void come_back(node_id node) { come_online(node, nodes[node].claims()); }

    static wire::candidate candidate_of(node_id node) {
        return {wire::candidate_kind::mapped, {ip_address::v4(0xc6336400U | (node.value & 0xffU)), 4000}};
    }

    std::uint32_t ask(node_id node, wire::request body) {
        const auto number = ++last_number_;
        server->on_message(connections.at(node), {number, std::move(body)}, today, now);
        drain();
        return number;
    }

    /// The code of the error, or nothing for ok. The answer must have come.
    std::optional<errc> refusal(node_id node, wire::request body) {
        const auto number = ask(node, std::move(body));
        INFO("request " << number);
        REQUIRE(answers.contains(number));
        if (std::holds_alternative<wire::ok_answer>(answers.at(number))) return std::nullopt;
        last_text = std::get<wire::error_answer>(answers.at(number)).text;
        return static_cast<errc>(std::get<wire::error_answer>(answers.at(number)).code);
    }

    bool succeeds(node_id node, wire::request body) { return !refusal(node, std::move(body)); }

    /// A network with these members, the first its owner. All must listen.
    void make_network(std::string_view name, const std::vector<node_id>& members) {
        REQUIRE(succeeds(members.front(), wire::create_network{net(name), {}}));
        for (std::size_t i = 1; i < members.size(); ++i)
            REQUIRE(succeeds(members[i], wire::join_network{net(name), {}}));
    }

    // ---- what came out ------------------------------------------------------------------------------------------------

    /// Events of one kind that the node got since forget(), in order.
    template <typename Event>
    std::vector<Event> told(node_id node) const {
        std::vector<Event> out;
        for (const auto& [to, event] : events) {
            if (to == node && std::holds_alternative<Event>(event)) out.push_back(std::get<Event>(event));
        }
        return out;
    }
    std::size_t told_count(node_id node) const {
        return static_cast<std::size_t>(std::ranges::count(events, node, &std::pair<node_id, wire::event>::first));
    }
    void forget() {
        events.clear();
        disconnects.clear();
        output_count = 0;
    }

    /// Acknowledges the commit that waits, or lets it fail.
    void finish_commit(std::optional<error> why = {}) {
        REQUIRE(waiting_commit);
        const auto done = std::exchange(waiting_commit, std::nullopt);
        if (why) {
            server->on_commit_failed(done->ticket, *why, now);
        } else {
            history.push_back(done->change);
            server->on_committed(done->ticket, now);
        }
        drain();
    }

    void drain() {
        std::vector<std::pair<node_id, wire::tunnel_open>> opens;
        for (;;) {
            while (auto output = server->poll_output()) {
                ++output_count;
                std::visit([&](auto& what) { on_output(what, opens); }, *output);
            }
            if (!commits_at_once || !waiting_commit) break;
            const auto why = std::exchange(fail_next_commit, std::nullopt);
            const auto done = std::exchange(waiting_commit, std::nullopt);
            if (why) {
                server->on_commit_failed(done->ticket, *why, now);
            } else {
                history.push_back(done->change);
                server->on_committed(done->ticket, now);
            }
        }
        for (const auto& open : opens)
            check_mirror(open, opens);
    }

    seeded_random random;
    time_point now{1h};
    wall_time today{std::chrono::seconds(1'800'000'000)};
    std::unique_ptr<core::mediator> server;
    bool commits_at_once = true;
    std::optional<error> fail_next_commit;
    std::optional<core::commit> waiting_commit;

    std::map<node_id, connection_id> connections;
    std::map<node_id, believing_node> nodes;
    std::vector<record_change> history;
    std::vector<std::pair<node_id, wire::event>> events;
    std::map<std::uint32_t, wire::answer> answers;
    std::map<std::uint64_t, result<node_id>> registrations;
    std::vector<core::disconnect> disconnects;
    std::size_t output_count = 0;
    std::string last_text;

private:
    using told_opens = std::vector<std::pair<node_id, wire::tunnel_open>>;

    void start_server() {
        core::directory records;
        for (const auto& change : history)
            records.apply(change);
        server = std::make_unique<core::mediator>(settings_, std::move(records), random, logger{});
        waiting_commit.reset();
    }

    void on_output(core::deliver& what, told_opens& opens) {
        REQUIRE(open_.contains(what.to));
        const auto node = open_.at(what.to);
        if (auto* const answer = std::get_if<wire::numbered_answer>(&what.message)) {
            REQUIRE(!answers.contains(answer->number));
            answers[answer->number] = answer->body;
            return;
        }
        auto& event = std::get<wire::numbered_event>(what.message);
        REQUIRE(event.sequence == ++sequences_.at(what.to));
        if (event.sequence == 1) REQUIRE(std::holds_alternative<wire::sync>(event.body));
        if (const auto* const open = std::get_if<wire::tunnel_open>(&event.body)) opens.emplace_back(node, *open);
        std::visit([&](const auto& body) { believe(node, body); }, event.body);
        events.emplace_back(node, std::move(event.body));
    }

    void on_output(core::disconnect& what, told_opens&) {
        const auto node = open_.at(what.which);
        open_.erase(what.which);
        if (connections.contains(node) && connections.at(node) == what.which) connections.erase(node);
        disconnects.push_back(what);
    }

    void on_output(core::commit& what, told_opens&) {
        REQUIRE_FALSE(waiting_commit);
        REQUIRE_FALSE(what.change.empty());
        waiting_commit = what;
    }

    void on_output(core::registration_done& what, told_opens&) {
        REQUIRE(registrations.emplace(what.ticket, what.outcome).second);
    }

    /// Nothing is told of nodes without a network in common.
    void check_not_stranger(node_id to, node_id of) const {
        INFO("told " << to_string(to) << " of " << to_string(of));
        REQUIRE(to != of);
        REQUIRE_FALSE(server->records().common_networks(to, of).empty());
    }

    void check_mirror(const std::pair<node_id, wire::tunnel_open>& told, const told_opens& all) const {
        const auto& [node, open] = told;
        const auto matches = std::ranges::count_if(all, [&](const auto& other) {
            const auto& mirror = other.second;
            return other.first == open.peer && mirror.peer == node && mirror.in == open.out && mirror.out == open.in &&
                   mirror.suite == open.suite && mirror.punch == open.punch;
        });
        REQUIRE(matches == 1);
        REQUIRE(open.in != open.out);
        for (const auto value : {open.in.value, open.out.value})
            REQUIRE((value & 0x80000003U) == 0x80000000U);
        REQUIRE(open.punch.size() == 16);
        REQUIRE(open.key == server->records().account(open.peer)->key_blob);
    }

    void believe(node_id node, const wire::sync& told) {
        auto& self = nodes[node];
        self.networks.clear();
        self.peers.clear();
        for (const auto& network : told.networks)
            believe(node, wire::network_event{network});
        for (const auto& peer : told.peers)
            believe(node, wire::peer_event{peer});
    }
    void believe(node_id node, const wire::peer_event& told) {
        check_not_stranger(node, told.peer.id);
        nodes[node].peers[told.peer.id] = told.peer;
    }
    void believe(node_id node, const wire::network_event& told) {
        REQUIRE(server->records().is_member(server->records().network(told.network.name)->id, node));
        nodes[node].networks[told.network.name.key()] = {told.network.members.begin(), told.network.members.end()};
    }
    void believe(node_id node, const wire::member_joined& told) {
        check_not_stranger(node, told.member);
        REQUIRE(nodes[node].networks.at(told.network.key()).insert(told.member).second);
    }
    void believe(node_id node, const wire::member_left& told) {
        REQUIRE(nodes[node].networks.at(told.network.key()).erase(told.member) == 1);
    }
    void believe(node_id node, const wire::network_gone& told) {
        REQUIRE(nodes[node].networks.erase(told.network.key()) == 1);
    }
    void believe(node_id node, const wire::tunnel_open& told) {
        check_not_stranger(node, told.peer);
        REQUIRE(nodes[node].tunnels.emplace(told.in, believing_node::tunnel{told.peer, told.out, ++opened_}).second);
    }
    void believe(node_id node, const wire::tunnel_close& told) {
        const auto known = nodes[node].tunnels.find(told.in);
        if (known != nodes[node].tunnels.end() && known->second.peer == told.peer) nodes[node].tunnels.erase(known);
    }
    void believe(node_id node, const wire::peer_candidates& told) { check_not_stranger(node, told.peer); }
    void believe(node_id, const wire::notice&) {}

    core::mediator_settings settings_;
    std::map<connection_id, node_id> open_;
    std::map<connection_id, std::uint64_t> sequences_;
    connection_id last_connection_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::uint32_t last_number_ = 0;
    std::uint64_t opened_ = 0;
};

}  // namespace buri::test
