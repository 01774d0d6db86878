#pragma once
// A mediator with a clock, a durable store that can fail, and nodes that remember what they were told. Whatever a test does,
// some things are checked with every output: who is written to, sequence numbers, both ends of each introduction, strangers.
#include "buri/core/mediator.hpp"
#include "buri/crypto/system_random.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/core/mediator_secrecy.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
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

/// Everybody has a plan with every permission and these limits.
inline core::plan_table plan_of_limits(std::uint32_t members, std::uint32_t networks) {
    auto small = premium_plan();
    small.name = "small";
    small.max_members = members;
    small.max_networks = networks;
    return core::plan_table({free_plan(), premium_plan(), small}, "small");
}

inline network_name net(std::string_view name) {
    return *network_name::parse(name);
}

/// Signs licences in every test.
inline const core::licence_issuer& issuer() {
    static crypto::system_random random;
    static const auto key = crypto::identity_key::generate_ed25519(random);
    static const core::licence_issuer made(key);
    return made;
}

/// The key of the server in every test.
inline const crypto::identity_key& signing_key() {
    static crypto::system_random random;
    static const auto key = crypto::identity_key::generate_ed25519(random);
    return key;
}
inline const core::relay_token_issuer& relay_tokens() {
    static const core::relay_token_issuer made(signing_key());
    return made;
}

/// As scrypt, without its cost.
inline core::password_outcome hash(const core::password_work& work) {
    const auto made = "hash of " + work.password;
    return work.against.empty() ? core::password_outcome{made, true}
                                : core::password_outcome{work.against, work.against == made};
}

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
        start_server();
    }

    void advance(duration by) {
        const auto until = now + by;
        while (server->next_deadline() <= until) {
            move_clocks(std::max(now, server->next_deadline()));
            server->on_deadline(today, now);
            drain();
        }
        move_clocks(until);
    }

    node_id make_account(std::string_view nickname, std::string_view key = {}) {
        const auto ticket = ++last_ticket_;
        const auto blob = key.empty() ? "key of " + std::string(nickname) : std::string(key);
        server->register_account(ticket, as_bytes(blob), nickname,
                                 ip_address::v4(0xc6120000U | (++registered_ & 0xffffU)), today, now);
        drain();
        REQUIRE(registrations.contains(ticket));
        REQUIRE(registrations.at(ticket).has_value());
        return *registrations.at(ticket);
    }

    connection_id connect(node_id node) {
        const auto made = ++last_connection_;
        connections[node] = made;
        open_[made] = node;
        server->on_connected(made, node, endpoint_of_connection(node), now);
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

    void hello(node_id node, std::vector<wire::kept_tunnel> claims = {}, std::vector<std::uint8_t> suites = {2, 3},
               std::optional<wire::resume_point> resume = {}) {
        const bool allows_plain = plain_allowed.contains(node);
        wire::hello said{"test", std::move(suites), std::move(claims), {}, resume};
        if (allows_plain) said.plain = true;
        REQUIRE(succeeds(node, std::move(said)));
    }

    void tell_endpoints(node_id node) {
        REQUIRE(succeeds(node, wire::endpoints{{candidate_of(node)}, wire::nat_kind::none, {}}));
    }

    /// Connects, says hello and where it is.
    void come_online(node_id node, std::vector<wire::kept_tunnel> claims = {},
                     std::vector<std::uint8_t> suites = {2, 3}) {
        connect(node);
        hello(node, std::move(claims), std::move(suites));
        tell_endpoints(node);
    }

    /// Come back as a node does whose process went on: it resumes, or is told everything.
    void come_back(node_id node) {
        connect(node);
        hello(node, nodes[node].claims(), {2, 3}, nodes[node].resume_point());
        tell_endpoints(node);
    }

    static wire::candidate candidate_of(node_id node) {
        return {wire::candidate_kind::mapped, {ip_address::v4(0xc6336400U | (node.value & 0xffU)), 4000}};
    }

    /// By default every node has an address of its own.
    ip_address address_of_connection(node_id node) const {
        const auto known = addresses.find(node);
        return known != addresses.end() ? known->second : ip_address::v4(0xc6000000U | (node.value & 0xffffffU));
    }

    endpoint endpoint_of_connection(node_id node) const { return {address_of_connection(node), 50'000}; }

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

    /// The answer of this kind, which must be it.
    template <typename Answer>
    Answer answered(node_id node, wire::request body) {
        const auto number = ask(node, std::move(body));
        REQUIRE(std::holds_alternative<Answer>(answers.at(number)));
        return std::get<Answer>(answers.at(number));
    }

    /// Whether it changed anything, or the error.
    result<bool> operate(core::operator_wish wish) {
        const auto ticket = ++last_ticket_;
        server->operate(ticket, std::move(wish), today, now);
        drain();
        REQUIRE(operations.contains(ticket));
        return operations.at(ticket);
    }

    void configure(core::mediator_settings settings) {
        settings_ = settings;
        server->configure(std::move(settings), today, now);
        drain();
    }

    void set_plan(node_id node, std::string_view plan, std::optional<wall_time> until = {}) {
        REQUIRE(operate(core::set_plan{node, std::string(plan), until}).has_value());
    }

    /// A network with these members, the first its owner. All must listen.
    void make_network(std::string_view name, const std::vector<node_id>& members) {
        REQUIRE(succeeds(members.front(), wire::create_network{net(name), {}}));
        for (std::size_t i = 1; i < members.size(); ++i)
            REQUIRE(succeeds(members[i], wire::join_network{net(name), {}, {}}));
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
        entries.clear();
        output_count = 0;
    }

    /// What a rule would be asked with now.
    [[nodiscard]] core::rule_input rules() { return {server->records(), settings_.plans, issuer(), today, random, {}}; }

    /// What it believes, as far as it was told events, is what is so.
    [[nodiscard]] bool knows_the_truth(node_id node) {
        const auto& believed = nodes[node].networks;
        const auto truth = truth_of(rules(), node);
        return believed == truth;
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
            if (hash_next()) continue;
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
        resuming_.clear();
    }

    /// The outcome of the hash that waits longest.
    bool finish_hash() {
        if (waiting_hashes.empty()) return false;
        const auto next = waiting_hashes.front();
        waiting_hashes.pop_front();
        server->on_hashed(next.ticket, hash(next.work), today, now);
        return true;
    }

    seeded_random random;
    time_point now{1h};
    wall_time today{std::chrono::seconds(1'800'000'000)};
    std::unique_ptr<core::mediator> server;
    bool commits_at_once = true;
    bool hashes_at_once = true;
    std::optional<error> fail_next_commit;
    std::optional<core::commit> waiting_commit;

    std::deque<core::hash_wanted> waiting_hashes;
    std::set<node_id> plain_allowed;  ///< who allows tunnels without encryption
    std::map<node_id, ip_address> addresses;

    std::map<node_id, connection_id> connections;
    std::map<node_id, believing_node> nodes;
    std::vector<record_change> history;
    std::vector<std::pair<node_id, wire::event>> events;
    std::map<std::uint32_t, wire::answer> answers;
    std::map<std::uint64_t, result<node_id>> registrations;
    std::map<std::uint64_t, result<bool>> operations;
    std::vector<core::log_wanted> log_questions;
    std::vector<audit_record> entries;  ///< of the audit log, since forget()
    std::vector<core::reach_check> reach_checks;
    std::vector<core::disconnect> disconnects;
    std::size_t output_count = 0;
    std::string last_text;

private:
    using told_opens = std::vector<std::pair<node_id, wire::tunnel_open>>;

    void start_server() {
        core::directory records;
        for (const auto& change : history)
            records.apply(change);
        server =
            std::make_unique<core::mediator>(settings_, std::move(records), issuer(), relay_tokens(), random, logger{});
        waiting_commit.reset();
        waiting_hashes.clear();
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
        auto& self = nodes[node];
        check_sequence(what.to, self, event);
        if (!resuming_.contains(what.to)) secrecy(rules(), node).check(event.body);
        if (const auto* const open = std::get_if<wire::tunnel_open>(&event.body)) opens.emplace_back(node, *open);
        std::visit([&](const auto& body) { self.believe(body); }, event.body);
        events.emplace_back(node, std::move(event.body));
    }

    void check_sequence(connection_id connection, believing_node& self, const wire::numbered_event& event) {
        const bool is_first = greeted_.insert(connection).second;
        if (std::holds_alternative<wire::sync>(event.body)) {
            REQUIRE(is_first);
            REQUIRE(event.sequence == 1);
        } else if (std::holds_alternative<wire::resumed>(event.body)) {
            REQUIRE(is_first);
            REQUIRE(event.sequence == self.sequence);
            // What follows was true, and for this node to know, when it happened.
            resuming_.insert(connection);
        } else if (is_first) {
            // A relay, which is told who it is and nothing more.
            REQUIRE(std::holds_alternative<wire::relay_list>(event.body));
            REQUIRE(event.sequence == 1);
        } else {
            REQUIRE(event.sequence == self.sequence + 1);
        }
        self.sequence = event.sequence;
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

    void on_output(core::hash_wanted& what, told_opens&) { waiting_hashes.push_back(what); }
    void on_output(core::log_wanted& what, told_opens&) { log_questions.push_back(what); }
    void on_output(core::logged& what, told_opens&) { entries.push_back(what.entry); }
    void on_output(core::reach_check& what, told_opens&) { reach_checks.push_back(what); }
    void on_output(core::operator_done& what, told_opens&) {
        REQUIRE(operations.emplace(what.ticket, what.outcome).second);
    }

    bool hash_next() { return hashes_at_once && finish_hash(); }

    void move_clocks(time_point to) {
        const auto before = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
        now = to;
        today += std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) - before;
    }

    void check_mirror(const std::pair<node_id, wire::tunnel_open>& told, const told_opens& all) const {
        const auto& [node, open] = told;
        const auto matches = std::ranges::count_if(all, [&](const auto& other) {
            const auto& mirror = other.second;
            return other.first == open.peer && mirror.peer == node && mirror.in == open.out && mirror.out == open.in &&
                   mirror.suite == open.suite && mirror.punch == open.punch && mirror.plain == open.plain;
        });
        REQUIRE(matches == 1);
        REQUIRE(open.in != open.out);
        for (const auto value : {open.in.value, open.out.value})
            REQUIRE((value & 0x80000003U) == 0x80000000U);
        REQUIRE(open.punch.size() == 16);
        REQUIRE(open.key == server->records().account(open.peer)->key_blob);
    }

    core::mediator_settings settings_;
    std::map<connection_id, node_id> open_;
    std::set<connection_id> greeted_;   ///< who was told something
    std::set<connection_id> resuming_;  ///< who is being told what it missed
    connection_id last_connection_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::uint32_t registered_ = 0;
    std::uint32_t last_number_ = 0;
};

}  // namespace buri::test
