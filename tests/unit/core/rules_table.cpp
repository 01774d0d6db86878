// Every administrative act, by every kind of actor, in every kind of network, with every combination of plans. What has to happen is said
// by the table below, row by row, and by nothing else.
#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <iostream>
#include <set>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

enum class who { owner, administrator, other_administrator, member, waiting, banned, stranger, evicted };
enum class setting { password, open, locked, approval, unencrypted };
constexpr std::array all_actors{who::owner,    who::administrator, who::other_administrator,
                                who::member,   who::waiting,       who::banned,
                                who::stranger, who::evicted};
constexpr std::array all_settings{setting::password, setting::open, setting::locked, setting::approval,
                                  setting::unencrypted};
constexpr std::array<std::string_view, 2> all_plans{"free", "premium"};

// The cast. The actor is the owner, or somebody besides these.
constexpr node_id owner{1};
constexpr node_id plain{2};      // member
constexpr node_id deputy{3};     // administrator
constexpr node_id applicant{4};  // waiting
constexpr node_id outlaw{5};     // banned
constexpr node_id outsider{6};   // of no network
constexpr node_id actor{7};
constexpr std::uint64_t the_network = 10;
constexpr std::uint64_t the_invite = 20;
const auto token = bytes(16, 0x77);

// ---- the specification

constexpr auto done = errc{0};     // changes something, or is answered
constexpr auto nothing = errc{9};  // is so already

using enum errc;

/// By actor, in the order of `who`; with plans that include everything.
using outcomes = std::array<errc, all_actors.size()>;

/// Acts of the owner alone.
constexpr outcomes owner_only{done,         not_owner,    not_owner,   not_owner, awaiting_approval,
                              not_a_member, not_a_member, not_a_member};
/// Acts that need a privilege.
constexpr outcomes privileged{done,         done,         not_privileged, not_privileged, awaiting_approval,
                              not_a_member, not_a_member, not_a_member};
constexpr outcomes any_member{done, done, done, done, awaiting_approval, not_a_member, not_a_member, not_a_member};

constexpr outcomes with(outcomes base, who first, errc first_code, who second, errc second_code) {
    base[static_cast<std::size_t>(first)] = first_code;
    base[static_cast<std::size_t>(second)] = second_code;
    return base;
}

/// What is different in one kind of network: instead of `done`.
struct exception {
    setting in;
    errc code;
};

struct row {
    std::string_view name;
    wire::request wish;
    privilege_set needs;                   ///< that the administrator has, and the other one has all but
    outcomes by;                           ///< if the plans allow it
    std::optional<buri::permission> plan;  ///< of the owner, for whoever may do it
    std::vector<exception> except = {};    ///< of `done`; `nothing` needs no plan
    std::optional<setting> plan_only_in = {};
};

std::vector<row> specification() {
    const auto n = net("team");
    const auto later = wall_time(std::chrono::seconds(1'900'000'000));
    using enum setting;
    using p = privilege;
    using m = buri::permission;
    const auto set = [&](auto field, auto value) {
        wire::set_access out{n, {}, {}, {}, {}, {}};
        out.*field = value;
        return out;
    };
    const auto on_owner = with(privileged, who::owner, usage, who::administrator, owner_protected);
    const auto on_deputy = with(privileged, who::owner, done, who::administrator, not_privileged);
    return {
        {"password", set(&wire::set_access::password, "new"), {p::password}, privileged, {}},
        {"open", set(&wire::set_access::open, true), {p::password}, privileged, m::open_networks, {{open, nothing}}},
        {"close",
         set(&wire::set_access::open, false),
         {p::password},
         privileged,
         {},
         {{setting::password, nothing},
          {locked, nothing},
          {approval, nothing},
          {unencrypted, nothing},
          {open, password_missing}}},
        {"lock", set(&wire::set_access::locked, true), {p::access}, privileged, m::lock, {{locked, nothing}}},
        {"unlock",
         set(&wire::set_access::locked, false),
         {p::access},
         privileged,
         {},
         {{setting::password, nothing}, {open, nothing}, {approval, nothing}, {unencrypted, nothing}}},
        {"ask for approval",
         set(&wire::set_access::approval, true),
         {p::access},
         privileged,
         m::approval,
         {{approval, nothing}}},
        {"stop asking for approval",
         set(&wire::set_access::approval, false),
         {p::access},
         privileged,
         {},
         {{setting::password, nothing}, {open, nothing}, {locked, nothing}, {unencrypted, nothing}}},
        {"encryption off",
         set(&wire::set_access::encryption, false),
         {},
         owner_only,
         m::no_encryption,
         {{unencrypted, nothing}}},
        {"encryption on",
         set(&wire::set_access::encryption, true),
         {},
         owner_only,
         {},
         {{setting::password, nothing}, {open, nothing}, {locked, nothing}, {approval, nothing}}},
        {"approve", wire::approve_member{n, applicant}, {p::approve}, privileged, m::approval, {}, approval},
        {"approve a member",
         wire::approve_member{n, plain},
         {p::approve},
         with(privileged, who::owner, nothing, who::administrator, nothing),
         {}},
        {"approve an outsider",
         wire::approve_member{n, outsider},
         {p::approve},
         with(privileged, who::owner, not_awaiting, who::administrator, not_awaiting),
         {}},
        {"reject", wire::reject_member{n, applicant}, {p::approve}, privileged, {}},
        {"reject a member",
         wire::reject_member{n, plain},
         {p::approve},
         with(privileged, who::owner, not_awaiting, who::administrator, not_awaiting),
         {}},
        {"evict", wire::evict_member{n, plain}, {p::evict}, privileged, {}},
        {"evict an administrator", wire::evict_member{n, deputy}, {p::evict}, on_deputy, {}},
        {"evict the owner", wire::evict_member{n, owner}, {p::evict}, on_owner, {}},
        {"evict an applicant",
         wire::evict_member{n, applicant},
         {p::evict},
         with(privileged, who::owner, awaiting_approval, who::administrator, awaiting_approval),
         {}},
        {"evict an outsider",
         wire::evict_member{n, outsider},
         {p::evict},
         with(privileged, who::owner, nothing, who::administrator, nothing),
         {}},
        {"evict nobody",
         wire::evict_member{n, {99}},
         {p::evict},
         with(privileged, who::owner, peer_not_found, who::administrator, peer_not_found),
         {}},
        {"ban", wire::ban_node{n, plain, "spam", later}, {p::ban}, privileged, m::bans},
        {"ban an applicant", wire::ban_node{n, applicant, "", {}}, {p::ban}, privileged, m::bans},
        {"ban an outsider", wire::ban_node{n, outsider, "", {}}, {p::ban}, privileged, m::bans},
        {"ban an administrator", wire::ban_node{n, deputy, "", {}}, {p::ban}, on_deputy, m::bans},
        {"ban the owner", wire::ban_node{n, owner, "", {}}, {p::ban}, on_owner, m::bans},
        {"ban again",
         wire::ban_node{n, outlaw, "", {}},
         {p::ban},
         with(privileged, who::owner, nothing, who::administrator, nothing),
         {}},
        {"ban longer", wire::ban_node{n, outlaw, "", later}, {p::ban}, privileged, m::bans},
        {"unban", wire::unban_node{n, outlaw, {}}, {p::ban}, privileged, {}},
        {"unban who is not",
         wire::unban_node{n, outsider, {}},
         {p::ban},
         with(privileged, who::owner, ban_not_found, who::administrator, ban_not_found),
         {}},
        {"bans", wire::list_bans{n}, {p::ban}, privileged, {}},
        {"grant", wire::grant_privileges{n, plain, {p::ban}}, {}, owner_only, m::administrators},
        {"grant what he has",
         wire::grant_privileges{n, deputy, {p::message}},
         {},
         with(owner_only, who::owner, nothing, who::member, not_owner),
         {}},
        {"grant to an applicant",
         wire::grant_privileges{n, applicant, {p::ban}},
         {},
         with(owner_only, who::owner, awaiting_approval, who::member, not_owner),
         {}},
        {"revoke", wire::revoke_privileges{n, deputy, {p::message}}, {}, owner_only, {}},
        {"revoke what he has not",
         wire::revoke_privileges{n, deputy, {p::evict}},
         {},
         with(owner_only, who::owner, nothing, who::member, not_owner),
         {}},
        {"transfer", wire::offer_transfer{n, plain}, {}, owner_only, {}},
        {"transfer to an outsider",
         wire::offer_transfer{n, outsider},
         {},
         with(owner_only, who::owner, not_a_member, who::member, not_owner),
         {}},
        {"withdraw", wire::offer_transfer{n, {}}, {}, owner_only, {}},
        {"accept",
         wire::answer_transfer{n, true},
         {},
         {transfer_not_offered, transfer_not_offered, transfer_not_offered, transfer_not_offered, awaiting_approval,
          not_a_member, not_a_member, not_a_member},
         {}},
        {"welcome", wire::set_welcome{n, "hello"}, {p::message}, privileged, m::messages},
        {"no welcome", wire::set_welcome{n, ""}, {p::message}, privileged, {}},
        {"announce", wire::make_announcement{n, "news"}, {p::message}, privileged, m::messages},
        {"messages", wire::list_messages{n}, {}, any_member, {}},
        {"confirm",
         wire::confirm_messages{n, true, 0},
         {},
         {nothing, nothing, nothing, nothing, awaiting_approval, not_a_member, not_a_member, not_a_member},
         {}},
        {"invite", wire::make_invite{n, bytes(32, 1), 1, later, false}, {p::access}, privileged, {}},
        {"invite approved", wire::make_invite{n, bytes(32, 1), 0, {}, true}, {p::access, p::approve}, privileged, {}},
        {"invites", wire::list_invites{n}, {p::access}, privileged, {}},
        {"uninvite", wire::revoke_invite{n, the_invite}, {p::access}, privileged, {}},
        {"uninvite another",
         wire::revoke_invite{n, 404},
         {p::access},
         with(privileged, who::owner, invite_not_found, who::administrator, invite_not_found),
         {}},
        {"log", wire::read_log{n, 0, 10}, {}, owner_only, {}},
        {"leave",
         wire::leave_network{n},
         {},
         {owner_cannot_leave, done, done, done, done, nothing, nothing, nothing},
         {}},
        {"delete",
         wire::delete_network{n},
         {},
         {done, not_owner, not_owner, not_owner, not_owner, not_owner, not_owner, not_owner},
         {}},
        {"create",
         wire::create_network{n, "other"},
         {},
         {name_taken, name_taken, name_taken, name_taken, name_taken, name_taken, name_taken, name_taken},
         {}},
        {"join",
         wire::join_network{n, "secret", {}},
         {},
         {nothing, nothing, nothing, nothing, nothing, banned, done, done},
         {},
         {{locked, network_locked}}},
        {"join with an invite",
         wire::join_network{n, {}, token},
         {},
         {nothing, nothing, nothing, nothing, nothing, banned, done, done},
         {},
         {{locked, network_locked}}},
        {"join with a wrong password",
         wire::join_network{n, "wrong", {}},
         {},
         {nothing, nothing, nothing, nothing, nothing, banned, done, done},
         {},
         {{locked, network_locked},
          {setting::password, password_wrong},
          {approval, password_wrong},
          {unencrypted, password_wrong}}},
    };
}

// ---- the cells

struct cell {
    const row& what;
    who by;
    setting in;
    std::string_view owner_plan;
    std::string_view actor_plan;

    [[nodiscard]] node_id actor_id() const { return by == who::owner ? owner : actor; }
};

struct expectation {
    errc code;
    std::string_view plan_of;  ///< whose plan refuses
};

expectation expected(const cell& at) {
    const auto code = at.what.by[static_cast<std::size_t>(at.by)];
    if (at.by == who::administrator && !at.what.needs.empty()) {
        if (at.owner_plan == "free") return {plan_forbids, "its owner"};
        if (at.actor_plan == "free") return {plan_forbids, "this node"};
    }
    if (code != done) return {code, ""};
    for (const auto& [in, instead] : at.what.except) {
        if (in == at.in) return {instead, ""};
    }
    const bool counts = !at.what.plan_only_in || at.what.plan_only_in == at.in;
    if (at.what.plan && counts && at.owner_plan == "free") return {plan_forbids, "its owner"};
    return {done, ""};
}

privilege_set everything() {
    privilege_set out;
    for (const auto& info : all_privileges())
        out.insert(info.value);
    return out;
}

/// What the acting administrator has: exactly what it takes, or all but that. For what no privilege is enough, all.
privilege_set privileges_of(const cell& at) {
    auto all = everything();
    if (at.by == who::administrator) return at.what.needs.empty() ? all : at.what.needs;
    if (at.by != who::other_administrator) return {};
    all.erase(at.what.needs);
    return all.empty() ? everything() : all;
}

directory_records start_of(const cell& at, wall_time today) {
    directory_records out;
    for (std::uint32_t id = 1; id <= 7; ++id) {
        account_record made{{id}, "node-" + std::to_string(id), some_key("key " + std::to_string(id)), today, "premium",
                            {}};
        if (made.id == owner) made.plan = at.owner_plan;
        if (made.id == at.actor_id()) made.plan = at.actor_plan;
        out.accounts.push_back(made);
    }
    network_record network;
    network.id = the_network;
    network.name = net("team");
    network.owner = owner;
    if (at.in != setting::open) network.password_hash = rules_world::hash_of("secret");
    network.is_locked = at.in == setting::locked;
    network.needs_approval = at.in == setting::approval;
    network.is_unencrypted = at.in == setting::unencrypted;
    network.welcome = "welcome!";
    network.heir = deputy;
    out.networks.push_back(network);
    const auto add = [&](node_id node, privilege_set can, bool waits) {
        out.members.push_back({the_network, node, today, "node-" + std::to_string(node.value), waits, can, true, 0});
    };
    add(owner, {}, false);
    add(plain, {}, false);
    add(deputy, {privilege::message}, false);
    add(applicant, {}, true);
    if (at.by == who::administrator || at.by == who::other_administrator || at.by == who::member ||
        at.by == who::waiting) {
        add(actor, privileges_of(at), at.by == who::waiting);
    }
    const auto ban = [&](node_id node, std::string_view key) {
        const auto digest = crypto::sha256(as_bytes(key));
        out.bans.push_back({the_network, node, {digest.begin(), digest.end()}, "node", "", owner, today, {}});
    };
    ban(outlaw, "key 5");
    if (at.by == who::banned) ban(actor, "key 7");
    const auto digest = crypto::sha256(token);
    out.invites.push_back({the_invite, the_network, {digest.begin(), digest.end()}, owner, today, {}, 0, 0, false});
    return out;
}

template <typename Wish>
concept question = std::is_same_v<Wish, wire::list_bans> || std::is_same_v<Wish, wire::list_messages> ||
    std::is_same_v<Wish, wire::list_invites>;

/// `done` with nothing changed is `nothing`, but for questions.
std::pair<errc, std::string> perform(rules_world& world, node_id by, const wire::request& wish) {
    return std::visit(
        [&](const auto& body) -> std::pair<errc, std::string> {
            using kind = std::decay_t<decltype(body)>;
            const auto in = world.input();
            if constexpr (question<kind>) {
                const auto told = answer(in, by, body);
                return told ? std::pair(done, "") : std::pair(told.error().code, told.error().text);
            } else if constexpr (std::is_same_v<kind, wire::read_log>) {
                const auto told = readable_log(in, by, body);
                return told ? std::pair(done, "") : std::pair(told.error().code, told.error().text);
            } else if constexpr (requires { decide(in, by, body); }) {
                const auto change = world.ask(by, body);
                if (!change) return {change.error().code, change.error().text};
                return {change->empty() ? nothing : done, ""};
            } else {
                return {internal, "no administrative act"};
            }
        },
        wish);
}

std::string label(const cell& at) {
    return std::string(at.what.name) + " by " + std::to_string(static_cast<int>(at.by)) + " in " +
           std::to_string(static_cast<int>(at.in)) + ", plans " + std::string(at.owner_plan) + " and " +
           std::string(at.actor_plan);
}

/// Empty if the cell is as specified.
std::string problem(const cell& at) {
    rules_world world;
    world.records = directory(start_of(at, world.today));
    const auto before = picture_of(world.records);
    const auto wanted = expected(at);
    const auto [code, text] = perform(world, at.actor_id(), at.what.wish);
    const auto whole = label(at) + ": '" + text + "' (" + std::string(describe(code).name) + ") ";
    if (code != wanted.code) return whole + "instead of " + std::string(describe(wanted.code).name);
    if (picture_of(world.records) != before) return whole + "changed the directory";
    if (code == done || code == nothing) return "";
    if (!text.starts_with("cannot ") || text.find("'team'") == std::string::npos) return whole + "says too little";
    if (code != plan_forbids) return "";
    const auto reason = "the plan 'free' of " + std::string(wanted.plan_of) + " does not include ";
    if (describe(code).exit_code != 7 || text.find(reason) == std::string::npos ||
        !text.ends_with(" Ask the operator of the server for another plan, or install a licence with "
                        "'vpn licence install'.")) {
        return whole + "does not blame the plan of " + std::string(wanted.plan_of);
    }
    return "";
}

/// The kinds of requests that rules decide or answer, and that name a network.
template <typename... Wishes>
std::set<std::string_view> kinds_with_a_network(const std::variant<Wishes...>*) {
    std::set<std::string_view> out;
    const auto add = [&]<typename Wish>() {
        if constexpr (requires(const Wish& wish) { wish.network; }) out.insert(Wish::kind);
    };
    (add.template operator()<Wishes>(), ...);
    return out;
}

}  // namespace

TEST_CASE("every act by every actor in every network under every plan does what the specification says") {
    const auto rows = specification();
    std::set<std::string> covered;
    for (const auto& what : rows) {
        for (const auto by : all_actors) {
            for (const auto in : all_settings) {
                for (const auto owner_plan : all_plans) {
                    for (const auto actor_plan : all_plans) {
                        if (by == who::owner && owner_plan != actor_plan) continue;  // the same account
                        const cell at{what, by, in, owner_plan, actor_plan};
                        REQUIRE(problem(at) == "");
                        covered.insert(label(at));
                    }
                }
            }
        }
    }
    const std::size_t actors_and_plans = (all_actors.size() - 1) * 4 + 2;
    const auto cells = rows.size() * actors_and_plans * all_settings.size();
    std::cout << "cells of the table of rules: " << covered.size() << '\n';
    CHECK(covered.size() == cells);
    CHECK(cells > 5'000);
}

TEST_CASE("the specification has a row for every request about a network, and for every privilege and permission") {
    std::set<std::string_view> rows;
    privilege_set privileges;
    permission_set permissions;
    for (const auto& what : specification()) {
        rows.insert(std::visit([](const auto& body) { return body.kind; }, what.wish));
        privileges.insert(what.needs);
        if (what.plan) permissions.insert(*what.plan);
    }
    CHECK(rows == kinds_with_a_network(static_cast<const wire::request*>(nullptr)));
    CHECK(privileges == everything());
    for (const auto& info : all_permissions()) {
        if (info.value == buri::permission::network_chat || info.value == buri::permission::offline_messages) continue;
        CHECK(permissions.contains(info.value));
    }
}
