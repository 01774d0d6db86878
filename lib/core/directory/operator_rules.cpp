// What the operator of the server decides. Actor 0 in the audit log.
#include "buri/base/overloaded.hpp"
#include "buri/base/timestamp.hpp"
#include "buri/core/directory/account_removal.hpp"
#include "buri/core/directory/plan_words.hpp"
#include "buri/core/directory/rule_parts.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr node_id the_operator{};
constexpr std::size_t max_relays = 64;

/// It is shown beside others, and typed.
bool is_relay_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, is_allowed);
}

tl::unexpected<error> unknown_account(std::string_view doing) {
    return refuse(doing, errc::account_unknown,
                  "the server has no account of this address; 'vpn server accounts' "
                  "lists them");
}

tl::unexpected<error> unknown_plan(std::string_view doing, const std::string& name) {
    return refuse(doing, errc::plan_unknown,
                  "the server has no plan '" + name + "'; 'vpn server plan list' lists them");
}

audit_record aimed_at(const rule_input& input, std::string_view act, const account_record& target) {
    auto entry = audit_of(input, the_operator, act);
    entry.target = target.id;
    entry.target_name = target.nickname;
    return entry;
}

/// The default plan has no end.
result<record_change> decide_one(const rule_input& input, const set_plan& wish) {
    const auto doing = "set the plan of " + to_string(wish.node);
    const auto* const account = input.records.account(wish.node);
    if (account == nullptr) return unknown_account(doing);
    if (!wish.plan.empty() && input.plans.find(wish.plan) == nullptr) return unknown_plan(doing, wish.plan);
    if (wish.until && *wish.until <= input.today) {
        return refuse(doing, errc::usage, "it would end in the past, on " + to_rfc3339(*wish.until));
    }
    auto changed = *account;
    changed.plan = wish.plan;
    changed.plan_until = wish.plan.empty() ? std::nullopt : wish.until;
    if (changed == *account) return record_change{};
    auto entry = aimed_at(input, "plan", *account);
    entry.before = plan_in_words(*account);
    entry.after = plan_in_words(changed);
    return record_change{put_account{std::move(changed)}, put_audit{std::move(entry)}};
}

result<record_change> decide_one(const rule_input& input, const remove_account& wish) {
    const auto doing = "remove the account " + to_string(wish.node);
    const auto* const account = input.records.account(wish.node);
    if (account == nullptr) return unknown_account(doing);
    return removal_of(input, *account, wish.with_networks, aimed_at(input, "remove_account", *account), doing);
}

result<record_change> decide_one(const rule_input& input, const remove_network& wish) {
    const auto* const network = input.records.network(wish.network);
    if (network == nullptr) return refuse("remove " + quoted(wish.network), errc::network_not_found, no_such_network);
    auto entry = audit_in(input, the_operator, *network, "remove_network", network->owner);
    entry.before = "members=" + std::to_string(input.records.members(network->id).size());
    return record_change{erase_network{network->id}, put_audit{std::move(entry)}};
}

result<void> check_licence(const rule_input& input, const licence_record& made, std::string_view doing) {
    if (input.plans.find(made.plan) == nullptr) return unknown_plan(doing, made.plan);
    if (made.months == 0 || made.months > max_licence_months) {
        return refuse(doing, errc::usage, "a licence is for 1 to " + std::to_string(max_licence_months) + " months");
    }
    if (made.only_for && input.records.account(made.only_for) == nullptr) return unknown_account(doing);
    if (made.id.size() != licence_id_size || input.records.licence(made.id) != nullptr) {
        return refuse(doing, errc::internal, "its number is not a new one; try again");
    }
    return {};
}

/// One act, however many there are; they are alike.
result<record_change> decide_one(const rule_input& input, const keep_licences& wish) {
    if (wish.made.empty()) return record_change{};
    const std::string doing = "make licences";
    record_change change;
    for (const auto& made : wish.made) {
        if (auto allowed = check_licence(input, made, doing); !allowed) return fail(allowed.error());
        change.emplace_back(put_licence{made});
    }
    const auto& first = wish.made.front();
    auto entry = audit_of(input, the_operator, "licence_make");
    entry.target = first.only_for;
    if (first.only_for) entry.target_name = name_of(input, 0, first.only_for);
    entry.after =
        "plan=" + first.plan + " months=" + std::to_string(first.months) + " count=" + std::to_string(wish.made.size());
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

std::string region_in_words(const relay_record& relay) {
    return "region=" + (relay.region.empty() ? "none" : relay.region);
}

result<record_change> decide_one(const rule_input& input, const add_relay& wish) {
    const auto doing = "add the relay '" + wish.name + "'";
    if (!is_relay_name(wish.name) || (!wish.region.empty() && !is_relay_name(wish.region))) {
        return refuse(doing, errc::usage, "a name and a region are 1 to 32 characters of a-z A-Z 0-9 - _ .");
    }
    if (folded(wish.name) == own_relay_name || input.records.relay(wish.name) != nullptr) {
        return refuse(doing, errc::name_taken, "there is a relay of this name; 'vpn server relay list' lists them");
    }
    if (input.records.relays().size() >= max_relays) {
        return refuse(doing, errc::usage, "the fleet has " + std::to_string(max_relays) + " relays already");
    }
    const auto id = static_cast<std::uint32_t>(input.records.next_relay());
    const relay_record made{id, wish.name, wish.region, wish.token_digest, input.today};
    auto entry = audit_of(input, the_operator, "relay_add");
    entry.target_name = made.name;
    entry.after = region_in_words(made);
    return record_change{put_relay{made}, put_audit{std::move(entry)}};
}

result<record_change> decide_one(const rule_input& input, const remove_relay& wish) {
    const auto doing = "remove the relay '" + wish.name + "'";
    if (folded(wish.name) == own_relay_name) {
        return refuse(doing, errc::relay_not_found,
                      "it is the server's own, which 'relay = false' in server.toml switches off");
    }
    const auto* const relay = input.records.relay(wish.name);
    if (relay == nullptr) {
        return refuse(doing, errc::relay_not_found,
                      "the server has none of this name; 'vpn server relay list' lists them");
    }
    auto entry = audit_of(input, the_operator, "relay_remove");
    entry.target_name = relay->name;
    entry.before = region_in_words(*relay);
    return record_change{erase_relay{relay->id}, put_audit{std::move(entry)}};
}

}  // namespace

std::string plan_in_words(const account_record& account) {
    if (account.plan.empty()) return "plan=default";
    return "plan=" + account.plan + (account.plan_until ? " until=" + to_rfc3339(*account.plan_until) : "");
}

result<record_change> decide(const rule_input& input, const operator_wish& wish) {
    return std::visit([&](const auto& one) { return decide_one(input, one); }, wish);
}

}  // namespace buri::core
