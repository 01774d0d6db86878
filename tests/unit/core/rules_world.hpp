#pragma once
// A directory with a day, plans and an issuer of licences, for tests of the rules.
#include "buri/core/directory/rules.hpp"
#include "tests/support/seeded_random.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace buri::test {

inline network_name net(std::string_view text) {
    return *network_name::parse(text);
}

inline bytes some_key(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

inline const crypto::identity_key& host_key() {
    static const auto key = [] {
        seeded_random random(99);
        return crypto::identity_key::generate_ed25519(random);
    }();
    return key;
}

/// Everything in a directory, comparable. The members of networks in their order.
struct picture {
    std::vector<account_record> accounts;
    std::vector<network_record> networks;
    std::vector<member_record> members;
    std::vector<ban_record> bans;
    std::vector<invite_record> invites;
    std::vector<announcement_record> announcements;
    std::vector<licence_record> licences;
    std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t> next;

    bool operator==(const picture&) const = default;
};

inline picture picture_of(const core::directory& records) {
    picture out;
    for (const auto* const account : records.accounts())
        out.accounts.push_back(*account);
    for (const auto* const network : records.networks()) {
        out.networks.push_back(*network);
        for (const auto& nodes : {records.members(network->id), records.waiting(network->id)}) {
            for (const auto node : nodes)
                out.members.push_back(*records.member(network->id, node));
        }
        for (const auto& ban : records.bans(network->id))
            out.bans.push_back(ban);
        for (const auto* const invite : records.invites(network->id))
            out.invites.push_back(*invite);
        for (const auto& announcement : records.announcements(network->id))
            out.announcements.push_back(announcement);
    }
    for (const auto* const licence : records.licences())
        out.licences.push_back(*licence);
    out.next = {records.next_network(), records.next_invite(), records.next_announcement(), records.next_audit()};
    return out;
}

struct rules_world {
    /// Hashing as tests have it: the password itself, marked.
    static std::string hash_of(std::string_view password) { return "hash:" + std::string(password); }

    explicit rules_world(directory_records start = {}) : records(std::move(start)) {}

    core::rule_input input() { return {records, plans, licences, today, random, {}}; }

    /// What a driver does: hash as often as the rules want, then decide.
    template <typename Wish>
    result<record_change> ask(node_id actor, const Wish& wish) {
        auto in = input();
        while (const auto work = core::work_for(in, actor, wish)) {
            const auto fresh = hash_of(work->password);
            in.password = work->against.empty() ? core::password_outcome{fresh, true}
                                                : core::password_outcome{work->against, work->against == fresh};
        }
        return core::decide(in, actor, wish);
    }

    /// Asks, and makes visible what came of it. The error's code, or nothing.
    template <typename Wish>
    std::optional<errc> act(node_id actor, const Wish& wish) {
        return make(ask(actor, wish));
    }
    std::optional<errc> operate(const core::operator_wish& wish) { return make(core::decide(input(), wish)); }

    std::optional<errc> make(const result<record_change>& outcome) {
        text.clear();
        last.clear();
        if (!outcome) {
            text = outcome.error().text;
            return outcome.error().code;
        }
        last = *outcome;
        records.apply(last);
        return std::nullopt;
    }

    node_id account(std::uint32_t id, std::string_view nickname, std::string_view plan = "") {
        records.apply({put_account{{{id},
                                    std::string(nickname),
                                    some_key("key of " + std::to_string(id)),
                                    today,
                                    std::string(plan),
                                    std::nullopt}}});
        return {id};
    }

    const network_record& network(std::string_view name) { return *records.network(net(name)); }
    const member_record* member(std::string_view name, node_id node) { return records.member(network(name).id, node); }
    /// The audit records of the last change.
    std::vector<audit_record> audits() const {
        std::vector<audit_record> out;
        for (const auto& operation : last) {
            if (const auto* const put = std::get_if<put_audit>(&operation)) out.push_back(put->record);
        }
        return out;
    }

    seeded_random random{1};
    core::licence_issuer licences{host_key()};
    core::plan_table plans;
    wall_time today{std::chrono::seconds(1'800'000'000)};
    core::directory records;
    record_change last;  ///< what act() made
    std::string text;    ///< why act() was refused
};

}  // namespace buri::test
