#include "buri/core/mediator/aftermath.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/base/timestamp.hpp"

#include <algorithm>

namespace buri::core {
namespace {

template <typename Operation>
const Operation* find_operation(const record_change& change, auto&& is_meant) {
    for (const auto& operation : change) {
        const auto* const found = std::get_if<Operation>(&operation);
        if (found != nullptr && is_meant(*found)) return found;
    }
    return nullptr;
}

/// Why somebody is in a network no more: in one word, as in wire::network_gone, and in words.
struct departure {
    std::string_view reason;
    std::string text;
};

std::string text_of(const ban_record& ban) {
    auto out = ban.reason;
    if (!ban.until) return out;
    if (!out.empty()) out += "; ";
    return out + "until " + to_rfc3339(*ban.until);
}

departure departure_of(const member_record& was, const record_change& change) {
    const auto is_account = [&](const erase_account& each) { return each.id == was.node; };
    if (find_operation<erase_account>(change, is_account) != nullptr) return {"account_deleted", {}};
    const auto is_ban = [&](const put_ban& each) {
        return each.record.network == was.network && each.record.node == was.node;
    };
    if (const auto* const ban = find_operation<put_ban>(change, is_ban)) return {"banned", text_of(ban->record)};
    const auto is_own_act = [&](const put_audit& each) { return each.record.actor == was.node; };
    if (find_operation<put_audit>(change, is_own_act) != nullptr) return {"left", {}};
    if (was.is_waiting) return {"rejected", {}};
    return {"evicted", {}};
}

}  // namespace

// ---- before -------------------------------------------------------------------------------------------------------------

void aftermath::remember_account(before& into, node_id node) const {
    auto& entry = into.accounts[node];
    const auto* const known = records_.account(node);
    if (known != nullptr && !entry) entry = account_before{*known, at_.settings.plans.of(*known, at_.today)};
}

void aftermath::remember_network(before& into, std::uint64_t network, bool goes) const {
    auto& entry = into.networks[network];
    const auto* const known = records_.network(network);
    if (known == nullptr) return;
    if (!entry) entry = network_before{*known, news_.settings(*known), {}, {}};
    if (!goes) return;
    const auto members = records_.members(network);
    const auto waiting = records_.waiting(network);
    entry->members.assign(members.begin(), members.end());
    entry->waiting.assign(waiting.begin(), waiting.end());
}

aftermath::before aftermath::remember(const record_change& change) const {
    before out;
    const auto remember_member = [&](std::uint64_t network, node_id node) {
        const auto* const known = records_.member(network, node);
        out.members[{network, node}] = known != nullptr ? std::optional(*known) : std::nullopt;
    };
    const auto cases = overloaded{
        [&](const put_account& each) { remember_account(out, each.record.id); },
        [&](const erase_account& each) { remember_account(out, each.id); },
        [&](const put_network& each) { remember_network(out, each.record.id, false); },
        [&](const erase_network& each) { remember_network(out, each.id, true); },
        [&](const put_announcement& each) { remember_network(out, each.record.network, false); },
        [&](const put_member& each) { remember_member(each.record.network, each.record.node); },
        [&](const erase_member& each) { remember_member(each.network, each.node); },
        [](const auto&) {},
    };
    for (const auto& operation : change)
        std::visit(cases, operation);
    return out;
}

// ---- after --------------------------------------------------------------------------------------------------------------

std::vector<node_id> aftermath::make_visible(const record_change& change) {
    const auto was = remember(change);
    records_.apply(change);
    std::vector<node_id> gone;
    // What ends comes first: nothing is said about a record that is not there any more.
    for (const auto& [id, network] : was.networks) {
        if (network && records_.network(id) == nullptr) on_network_gone(*network, change);
    }
    for (const auto& [which, member] : was.members) {
        if (records_.network(which.first) != nullptr) on_member(which, member, change);
    }
    for (const auto& [id, account] : was.accounts) {
        const auto* const is = records_.account(id);
        if (account && is != nullptr) on_account(*account, *is);
        if (account && is == nullptr) gone.push_back(id);
        plans_.on_account(id);
    }
    for (const auto& [id, network] : was.networks) {
        const auto* const is = records_.network(id);
        if (network && is != nullptr) on_network(*network, *is);
    }
    on_logged(change);
    return gone;
}

void aftermath::disconnect_gone(const std::vector<node_id>& gone) {
    for (const auto id : gone) {
        news_.on_key_gone(id);
        auto* const node = nodes_.find(id);
        if (node == nullptr) continue;
        if (node->connection) {
            out_.put(disconnect{*node->connection, make_error(errc::account_unknown, "the account was deleted")});
        }
        tunnels_.on_offline(*node);
        nodes_.erase(id);
    }
}

void aftermath::on_network_gone(const network_before& was, const record_change& change) {
    const auto is_by_operator = [](const put_audit& each) { return !each.record.actor; };
    const bool by_operator = find_operation<put_audit>(change, is_by_operator) != nullptr;
    const wire::network_gone what{was.record.name, "deleted",
                                  by_operator ? "the operator of the server removed it" : ""};
    for (const auto member : was.members)
        news_.on_gone(member, was.record.id, what);
    for (const auto member : was.waiting)
        news_.on_gone(member, was.record.id, what);
    tunnels_.on_deleted(was.members);
}

void aftermath::on_member(const member_key& which, const std::optional<member_record>& was,
                          const record_change& change) {
    const auto* const is = records_.member(which.first, which.second);
    if (was && is == nullptr) return on_member_gone(*was, change);
    if (is == nullptr) return;
    if (is->is_waiting) {
        if (!was) return news_.on_requested(*is);
        if (was->name != is->name) news_.on_request_changed(*is);
    } else if (was && !was->is_waiting) {
        on_member_kept(*was, *is);
    } else {
        news_.on_joined(*is);
        tunnels_.on_joined(is->node, is->network);
        messages_.deliver(is->network, is->node);
    }
}

void aftermath::on_member_gone(const member_record& was, const record_change& change) {
    const auto why = departure_of(was, change);
    if (was.is_waiting) {
        news_.on_request_gone(was.network, was.node, why.reason);
    } else {
        news_.on_left(was.network, was.node, why.reason);
        tunnels_.on_left(was.node, was.network);
    }
    news_.on_gone(was.node, was.network, {records_.network(was.network)->name, std::string(why.reason), why.text});
}

void aftermath::on_member_kept(const member_record& was, const member_record& is) {
    if (was.name != is.name || was.privileges != is.privileges) news_.on_member_changed(is);
    if (was.privileges != is.privileges) news_.review_approver(*records_.network(is.network), is.node);
    if (was.is_welcomed != is.is_welcomed || was.last_announcement != is.last_announcement) {
        messages_.deliver(is.network, is.node);
    }
}

void aftermath::on_account(const account_before& was, const account_record& is) {
    const bool has_new_key = was.record.key_blob != is.key_blob;
    if (has_new_key) {
        news_.on_key_gone(is.id);
        tunnels_.on_key_changed(is.id);
        for (const auto network : records_.awaited_by(is.id))
            news_.on_request_changed(*records_.member(network, is.id));
    }
    if (has_new_key || was.record.nickname != is.nickname) news_.on_peer_changed(is.id);
    on_plan(is, was.had);
}

void aftermath::on_plan(const account_record& account, const plan& had) {
    news_.on_plan(account);
    const auto& now = at_.settings.plans.of(account, at_.today);
    if (now.relay_kbit != had.relay_kbit) tunnels_.on_relay_rate(account.id);
    const auto has_changed = [&](permission which) {
        return had.permissions.contains(which) != now.permissions.contains(which);
    };
    const bool is_about_administrators = has_changed(permission::administrators);
    const bool is_about_encryption = has_changed(permission::no_encryption);
    if (now.max_members == had.max_members && !is_about_administrators && !is_about_encryption) return;
    for (const auto owned : records_.owned_by(account.id)) {
        const auto& network = *records_.network(owned);
        if (now.max_members != had.max_members) news_.on_settings(network);
        if (is_about_administrators) news_.review_approvers(network);
        if (is_about_encryption && network.is_unencrypted) tunnels_.review_network(owned);
    }
    if (is_about_administrators) {
        for (const auto network : records_.networks_of(account.id))
            news_.review_approver(*records_.network(network), account.id);
    }
    if (is_about_encryption) tunnels_.review(account.id);
}

void aftermath::on_network(const network_before& was, const network_record& is) {
    const auto settings = news_.settings(is);
    if (settings != was.settings) news_.on_settings(is);
    if (is.owner != was.record.owner) news_.review_approvers(is);
    if (is.owner != was.record.owner || is.is_unencrypted != was.record.is_unencrypted) tunnels_.review_network(is.id);
    const bool has_new_message = settings.latest != was.settings.latest;
    if (has_new_message || is.welcome != was.record.welcome) messages_.deliver_to_all(is.id);
}

void aftermath::on_logged(const record_change& change) {
    for (const auto& operation : change) {
        const auto* const act = std::get_if<put_audit>(&operation);
        if (act == nullptr) continue;
        news_.on_logged(act->record);
        out_.put(logged{act->record});
    }
}

}  // namespace buri::core
