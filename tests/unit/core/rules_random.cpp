// Thousands of random operations against the rules and against a model of them, compared after every step.
#include "buri/core/key_change.hpp"
#include "buri/crypto/identity_key.hpp"
#include "tests/unit/core/rules_model.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

constexpr unsigned steps = 10'000;

std::vector<plan> small_plans() {
    auto premium = premium_plan();
    premium.max_members = 6;
    premium.max_networks = 4;
    plan free{"free", 3, 2, 0, 0, {}};
    plan wide{"wide", 0, 0, 0, 0, {permission::administrators, permission::bans, permission::approval}};
    return {free, premium, wide};
}

/// Both sorted the same way: the order of members is an invariant of its own.
picture sorted(picture out) {
    std::ranges::sort(out.members, {}, [](const auto& m) { return std::pair(m.network, m.node); });
    std::ranges::sort(out.bans, {}, [](const auto& b) { return std::pair(b.network, b.key_digest); });
    std::ranges::sort(out.licences, {}, &licence_record::id);
    return out;
}

directory_records records_of(const picture& from) {
    directory_records out{from.accounts, from.networks,      from.members, from.bans,
                          from.invites,  from.announcements, from.licences};
    std::tie(out.next_network, out.next_invite, out.next_announcement, out.next_audit) = from.next;
    return out;
}

class random_life {
public:
    random_life(std::uint64_t seed, std::string_view default_plan)
        : dice_(seed), model_(small_plans(), std::string(default_plan), world_.today) {
        world_.plans = plan_table(small_plans(), default_plan);
        for (int i = 0; i < 18; ++i)
            keys_.push_back(crypto::identity_key::generate_ed25519(dice_));
        tokens_.emplace_back(16, 0);
        licence_keys_.emplace_back("buri-licence-nonsense");
    }

    void step() {
        is_changed_ = below(32) == 0;
        if (below(12) == 0) pass_time();
        const auto kind = below(100);
        if (kind < 6) {
            enter();
        } else if (kind < 14) {
            run_operator();
        } else {
            const auto wish = choose_wish();
            ask(somebody_for(wish), wish);
        }
        if (!is_changed_) return;
        compare();
        const auto broken = broken_invariant();
        if (!broken.empty()) FAIL(what_ << ": " << broken);
    }

    [[nodiscard]] std::size_t changes() const { return changes_; }
    [[nodiscard]] const std::set<std::string>& outcomes() const { return outcomes_; }

private:
    // ---- chance

    std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
    bool likely() { return below(4) != 0; }
    const auto& one_of(const auto& from) { return from[below(static_cast<std::uint32_t>(from.size()))]; }

    node_id somebody() {
        const auto all = world_.records.accounts();
        if (all.empty() || below(30) == 0) return {0x0a000000U + below(20)};
        return one_of(all)->id;
    }
    /// Likely somebody in the network.
    node_id somebody_in(const network_name& name) {
        const auto* const network = world_.records.network(name);
        if (network == nullptr || below(4) == 0) return somebody();
        const auto waiting = world_.records.waiting(network->id);
        if (!waiting.empty() && below(2) == 0) return one_of(waiting);
        return one_of(world_.records.members(network->id));
    }
    /// Often who can do it: the owner, or an administrator.
    node_id somebody_for(const wire::request& wish) {
        const auto* const network = named(wish);
        if (network == nullptr || below(2) == 0) return somebody();
        if (below(2) == 0) return network->owner;
        for (const auto node : world_.records.members(network->id)) {
            if (!world_.records.member(network->id, node)->privileges.empty() && below(2) == 0) return node;
        }
        return somebody();
    }
    /// Sometimes one that is banned somewhere.
    const crypto::identity_key& some_key() {
        const auto& key = one_of(keys_);
        const auto digest = crypto::sha256(key.public_part().blob());
        const bool is_banned = !world_.records.bans_against({}, digest).empty();
        return is_banned || below(2) == 0 ? key : one_of(keys_);
    }
    network_name some_network() {
        static const std::array<std::string_view, 6> names{"alpha", "beta", "gamma", "delta", "ALPHA", "Beta"};
        return net(one_of(names));
    }
    std::string some_nickname() {
        static const std::array<std::string, 7> names{"ada",   "Ada", "bob",   std::string(63, 'x'),
                                                      "ada-2", "BOB", "-none-"};
        return one_of(names);
    }
    std::string some_password() {
        static const std::array<std::string, 4> words{"secret", "secret", "other", ""};
        return one_of(words);
    }
    std::string some_text() {
        static const std::array<std::string, 6> texts{"hello", "news\nand more", "", "\x1b[31m", "\xff", "bye"};
        return one_of(texts);
    }
    std::string some_plan() {
        static const std::array<std::string, 5> names{"free", "premium", "wide", "", "gold"};
        return one_of(names);
    }
    std::optional<wall_time> some_end() {
        if (below(2) == 0) return std::nullopt;
        return world_.today + std::chrono::hours(static_cast<int>(below(2'000)) - 100);
    }
    privilege_set some_privileges() { return privilege_set::from_bits(below(3) == 0 ? 63 : below(64)); }

    void pass_time() {
        static const std::array<int, 4> hours{0, 1, 30, 900};
        is_changed_ = true;
        world_.today += std::chrono::hours(one_of(hours)) + std::chrono::seconds(below(3));
        model_.now = world_.today;
    }

    // ---- operations

    void enter() {
        const auto& key = one_of(keys_).public_part().blob();
        const auto wish = likely() ? some_nickname() : std::string("ada");
        const auto* const known = world_.records.account_by_key(key);
        const auto made =
            register_account(world_.records, *parse_ip_prefix("10.0.0.0/28"), key, wish, world_.today, dice_);
        if (known != nullptr) {
            REQUIRE((made && made->id == known->id && made->change.empty()));
            return;
        }
        if (!made) {
            REQUIRE(made.error().code == errc::pool_exhausted);
            REQUIRE(world_.records.account_count() == 14);
            return;
        }
        REQUIRE(world_.records.account(made->id) == nullptr);
        world_.records.apply(made->change);
        is_changed_ = true;
        model_.registered(made->id, world_.records.account(made->id)->nickname, key);
    }

    void run_operator() {
        operator_wish wish = set_plan{somebody(), some_plan(), some_end()};
        const auto kind = below(40);
        if (kind == 0) wish = remove_account{somebody(), likely()};
        if (kind == 1) wish = remove_network{some_network()};
        if (kind > 38) wish = make_licences();
        judge(decide(world_.input(), wish), model_.operate(wish), {});
    }

    keep_licences make_licences() {
        keep_licences out;
        for (auto count = below(3); count > 0; --count) {
            licence_record made;
            made.id.resize(16);
            dice_.fill(made.id);
            made.plan = below(10) == 0 ? "gold" : below(2) == 0 ? "premium" : "wide";
            made.months = below(8) == 0 ? 0 : 1 + below(14);
            made.made = world_.today;
            if (below(3) == 0) made.only_for = somebody();
            if (made.months > 0) {
                licence_keys_.push_back(world_.licences.key_of(made));
                model_.known_keys[licence_keys_.back()] = made;
            }
            out.made.push_back(std::move(made));
        }
        return out;
    }

    const network_record* named(const wire::request& wish) {
        return std::visit(
            [&](const auto& body) -> const network_record* {
                if constexpr (requires { body.network.text(); }) return world_.records.network(body.network);
                return nullptr;
            },
            wish);
    }

    wire::request choose_wish() {
        const auto kind = below(100);
        const auto name = some_network();
        if (kind < 6) return wire::create_network{name, maybe(some_password())};
        if (kind < 26) return join(name);
        if (kind < 30) return wire::leave_network{name};
        if (kind < 31) return wire::delete_network{name};
        if (kind < 41) return settings(name);
        if (kind < 48) return wire::approve_member{name, somebody_in(name)};
        if (kind < 51) return wire::reject_member{name, somebody_in(name)};
        if (kind < 54) return wire::evict_member{name, somebody_in(name)};
        if (kind < 59) return wire::ban_node{name, somebody_in(name), some_text(), some_end()};
        if (kind < 63) return unban(name);
        if (kind < 69) return wire::grant_privileges{name, somebody_in(name), some_privileges()};
        if (kind < 72) return wire::revoke_privileges{name, somebody_in(name), some_privileges()};
        if (kind < 76) return wire::offer_transfer{name, likely() ? std::optional(somebody_in(name)) : std::nullopt};
        if (kind < 79) return accept(name);
        if (kind < 82) return wire::set_welcome{name, some_text()};
        if (kind < 86) return wire::make_announcement{name, some_text()};
        if (kind < 89) return wire::confirm_messages{name, likely(), below(30)};
        if (kind < 93) return invite(name);
        if (kind < 94) return wire::revoke_invite{name, below(40)};
        if (kind < 96) return wire::set_nickname{some_nickname()};
        if (kind < 97) return wire::install_licence{one_of(licence_keys_)};
        if (kind < 99) return wire::rotate_key{};
        return wire::delete_account{likely()};
    }

    std::optional<std::string> maybe(std::string text) {
        return likely() ? std::optional(std::move(text)) : std::nullopt;
    }

    wire::join_network join(const network_name& name) {
        wire::join_network out{name, maybe(likely() ? "secret" : some_password()), {}};
        if (below(3) == 0) out.invite = below(2) == 0 ? tokens_.back() : one_of(tokens_);
        return out;
    }

    wire::set_access settings(const network_name& name) {
        wire::set_access out{name, {}, {}, {}, {}, {}};
        const auto maybe_bool = [this] { return below(3) == 0 ? std::optional(likely()) : std::nullopt; };
        if (below(3) == 0) out.password = some_password();
        if (below(5) == 0) out.open = below(2) == 0;
        if (below(4) == 0) out.locked = below(4) == 0;
        out.approval = maybe_bool();
        out.encryption = maybe_bool();
        return out;
    }

    wire::unban_node unban(const network_name& name) {
        wire::unban_node out{name, {}, {}};
        if (below(2) == 0) {
            out.fingerprint = crypto::fingerprint(one_of(keys_).public_part().blob());
        }
        if (!out.fingerprint || below(10) == 0) out.member = somebody();
        return out;
    }

    wire::answer_transfer accept(const network_name& name) { return {name, likely()}; }

    wire::make_invite invite(const network_name& name) {
        if (likely()) {
            tokens_.emplace_back(16);
            dice_.fill(tokens_.back());
        }
        const auto digest = crypto::sha256(tokens_.back());
        return {name, {digest.begin(), digest.end()}, below(4), some_end(), below(2) == 0};
    }

    /// With both signatures, mostly right.
    wire::rotate_key rotation(node_id actor) {
        const auto& account = *world_.records.account(actor);
        const auto& next = some_key();
        const auto present =
            std::ranges::find_if(keys_, [&](const auto& key) { return key.public_part().blob() == account.key_blob; });
        const auto message = key_change_message(actor, account.key_blob, next.public_part().blob());
        wire::rotate_key out{next.public_part().blob(), present->sign(suite_id::aes, message),
                             next.sign(suite_id::aes, message)};
        const auto wrong = below(6);
        if (wrong == 0) out.by_old[below(64)] ^= 1U;
        if (wrong == 1) out.by_new[below(64)] ^= 1U;
        model_.is_well_signed = wrong > 1;
        return out;
    }

    // ---- verdicts

    void ask(node_id actor, wire::request wish) {
        if (const auto* const answer = std::get_if<wire::answer_transfer>(&wish)) {
            const auto* const network = world_.records.network(answer->network);
            if (network != nullptr && network->heir && likely()) actor = network->heir;
        }
        if (std::holds_alternative<wire::rotate_key>(wish) && world_.records.account(actor) != nullptr) {
            wish = rotation(actor);
        }
        std::visit(
            [&](const auto& body) {
                if constexpr (requires { decide(world_.input(), actor, body); }) {
                    what_ = body.kind;
                    const auto outcome = world_.ask(actor, body);
                    const auto expected = model_.ask(actor, body);
                    judge(outcome, expected, actor);
                    if (!outcome) check_refusal(actor, wish, outcome.error().code);
                }
            },
            wish);
    }

    void judge(const result<record_change>& outcome, const rules_model::verdict& expected, node_id actor) {
        const auto name_of = [](std::optional<errc> code) {
            return std::string(code ? describe(*code).name : "accepted");
        };
        const auto told = outcome ? std::nullopt : std::optional(outcome.error().code);
        if (told != expected.refused) {
            FAIL(what_ << " by " << to_string(actor) << " is " << name_of(told) << " where the model has "
                       << name_of(expected.refused) << ": " << (outcome ? "" : outcome.error().text));
        }
        outcomes_.insert(std::string(what_) + " " + name_of(told));
        if (!outcome) {
            if (outcome.error().text.empty()) FAIL(what_ << ": a refusal without a text");
            return;
        }
        if (outcome->empty() == expected.changed) FAIL(what_ << ": changed and unchanged");
        check_log(*outcome, expected.log, actor);
        world_.records.apply(*outcome);
        if (outcome->empty()) return;
        is_changed_ = true;
        ++changes_;
    }

    /// Ids that rise by one, the acts that the model names, and who did it.
    void check_log(const record_change& change, std::vector<rules_model::entry> expected, node_id actor) {
        std::vector<rules_model::entry> found;
        for (const auto& operation : change) {
            const auto* const put = std::get_if<put_audit>(&operation);
            if (put == nullptr) continue;
            const auto& entry = put->record;
            const bool is_whole = entry.id == world_.records.next_audit() + found.size() && entry.actor == actor &&
                                  entry.at == world_.today && entry.result == "ok" &&
                                  entry.network_name.empty() == (entry.network == 0);
            if (!is_whole) FAIL(what_ << ": audit record " << entry.id);
            found.emplace_back(put->record.act, put->record.network);
        }
        std::ranges::sort(found);
        std::ranges::sort(expected);
        if (found != expected) FAIL(what_ << ": " << found.size() << " audit records");
    }

    void check_refusal(node_id actor, const wire::request& wish, errc why) {
        const auto entry = refusal_record(world_.input(), actor, wish, why);
        const auto* const network = named(wish);
        const bool is_recorded = network != nullptr && model_.is_member(network->name, actor) &&
                                 !std::holds_alternative<wire::confirm_messages>(wish);
        if (entry.has_value() != is_recorded) FAIL(what_ << ": the refusal in the log");
        if (!entry) return;
        if (entry->result != describe(why).name || entry->network != network->id) FAIL(what_ << ": its refusal");
        world_.records.apply({put_audit{*entry}});
        model_.logged();
    }

    void compare() {
        const auto real = picture_of(world_.records);
        const auto here = sorted(real);
        const auto modelled = sorted(model_.portrait());
        if (here != modelled) {
            CAPTURE(what_);
            CHECK((here.accounts == modelled.accounts));
            CHECK((here.networks == modelled.networks));
            CHECK((here.members == modelled.members));
            CHECK((here.bans == modelled.bans));
            CHECK((here.invites == modelled.invites));
            CHECK((here.announcements == modelled.announcements));
            CHECK((here.licences == modelled.licences));
            CHECK((here.next == modelled.next));
            FAIL("the directory and the model differ");
        }
        // What is read at start is what was there.
        if (below(100) == 0) {
            world_.records = directory(records_of(real));
            REQUIRE((picture_of(world_.records) == real));
        }
    }

    // ---- what always holds: each gives the first thing that does not

    std::string broken_invariant() {
        const auto& records = world_.records;
        std::size_t memberships = 0;
        for (const auto* const network : records.networks()) {
            if (auto broken = broken_members(*network); !broken.empty()) return broken;
            if (auto broken = broken_lists(*network); !broken.empty()) return broken;
            memberships += records.members(network->id).size() + records.waiting(network->id).size();
        }
        for (const auto* const account : records.accounts()) {
            if (records.account_by_key(account->key_blob) != account) return "an account is not found by its key";
            memberships -= records.networks_of(account->id).size() + records.awaited_by(account->id).size();
        }
        return memberships == 0 ? "" : "the counts of members differ by node and by network";
    }

    std::string broken_lists(const network_record& network) {
        const auto& records = world_.records;
        for (const auto* const invite : records.invites(network.id)) {
            if (invite->max_uses != 0 && invite->uses > invite->max_uses) return "an invite was used too often";
            if (records.invite_by_digest(invite->token_digest) != invite) return "an invite is not found";
            if (invite->id >= records.next_invite()) return "an invite's id can come again";
        }
        const auto owned = records.owned_by(network.owner);
        if (std::ranges::count(owned, network.id) != 1) return "the owner does not own it";
        if (network.id >= records.next_network()) return "a network's id can come again";
        return is_within_limit(network) ? "" : "more members than the plan allows";
    }

    std::string broken_members(const network_record& network) {
        const auto& records = world_.records;
        if (!records.is_member(network.id, network.owner)) return "the owner is no member";
        if (!records.member(network.id, network.owner)->privileges.empty()) return "the owner has privileges";
        if (network.heir && !records.is_member(network.id, network.heir)) return "the heir is no member";
        std::set<std::string> names;
        for (const auto waits : {false, true}) {
            const auto nodes = waits ? records.waiting(network.id) : records.members(network.id);
            const auto joined = [&](node_id node) { return records.member(network.id, node)->joined; };
            if (!std::ranges::is_sorted(nodes, {}, joined)) return "members are not in the order of joining";
            for (const auto node : nodes) {
                const auto& member = *records.member(network.id, node);
                if (member.is_waiting != waits) return "a waiting one among members";
                if (waits && !member.privileges.empty()) return "a waiting administrator";
                if (!names.insert(folded(member.name)).second) return "two have one name";
                if (!parse_nickname(member.name)) return "a name is no nickname";
                const auto digest = crypto::sha256(records.account(node)->key_blob);
                if (records.ban_of(network.id, node, digest, world_.today) != nullptr) return "a banned member";
                const auto networks = waits ? records.awaited_by(node) : records.networks_of(node);
                if (!std::ranges::binary_search(networks, network.id)) return "a membership is not found by node";
            }
        }
        return "";
    }

    /// More members than the plan allows only while they were as many before: the plan shrank.
    bool is_within_limit(const network_record& network) {
        const auto present = world_.records.members(network.id).size();
        const auto limit = world_.plans.of(*world_.records.account(network.owner), world_.today).max_members;
        const auto [place, is_new] = sizes_.try_emplace(network.id, present);
        const auto before = std::exchange(place->second, present);
        return limit == 0 || present <= limit || present <= before;
    }

    seeded_random dice_;
    rules_world world_;
    rules_model model_;
    std::vector<crypto::identity_key> keys_;
    std::vector<bytes> tokens_;
    std::vector<std::string> licence_keys_;
    std::map<std::uint64_t, std::size_t> sizes_;  ///< members of networks, one step ago
    std::string_view what_ = "operator";
    bool is_changed_ = false;  ///< in this step
    std::size_t changes_ = 0;
    std::set<std::string> outcomes_;  ///< "join banned"
};

}  // namespace

TEST_CASE("the rules and their model agree under random operations, and what must hold always holds") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        INFO("seed " << seed);
        random_life life(seed, seed % 2 == 0 ? "free" : "premium");
        for (unsigned i = 0; i < steps; ++i)
            life.step();
        CHECK(life.changes() > steps / 10);
        seen.insert(life.outcomes().begin(), life.outcomes().end());
    }
    // The operations reach what they are for.
    for (const auto* const outcome : {"join accepted",
                                      "join banned",
                                      "join network_full",
                                      "join too_many_networks",
                                      "join network_locked",
                                      "join invite_invalid",
                                      "join password_wrong",
                                      "create plan_forbids",
                                      "set plan_forbids",
                                      "set accepted",
                                      "approve accepted",
                                      "approve plan_forbids",
                                      "reject accepted",
                                      "evict accepted",
                                      "evict not_privileged",
                                      "ban accepted",
                                      "ban plan_forbids",
                                      "unban accepted",
                                      "grant accepted",
                                      "grant plan_forbids",
                                      "heir accepted",
                                      "announce accepted",
                                      "seen accepted",
                                      "invite accepted",
                                      "rotate accepted",

                                      "rotate key_in_use",
                                      "rotate auth_failed",
                                      "licence accepted",
                                      "licence licence_used",
                                      "licence licence_invalid",
                                      "delete_account accepted",
                                      "delete_account owns_networks",
                                      "nick accepted",
                                      "welcome accepted"}) {
        CAPTURE(outcome);
        CHECK(seen.contains(outcome));
    }
}
