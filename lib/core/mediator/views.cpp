#include "buri/core/mediator/views.hpp"

#include "buri/crypto/identity_key.hpp"

namespace buri::core {

wire::member_info view_of(const member_record& member) {
    return {member.node, member.name, member.privileges};
}

wire::log_entry entry_of(const audit_record& record) {
    wire::log_entry out;
    out.id = record.id;
    out.at = record.at;
    if (record.actor) out.actor = record.actor;
    out.actor_name = record.actor_name;
    out.act = record.act;
    out.network = record.network_name;
    if (record.target) out.target = record.target;
    out.target_name = record.target_name;
    out.before = record.before;
    out.after = record.after;
    out.result = record.result;
    return out;
}

const std::string& views::fingerprint(const account_record& account) {
    const auto known = fingerprints_.find(account.id);
    if (known != fingerprints_.end()) return known->second;
    return fingerprints_.emplace(account.id, crypto::fingerprint(account.key_blob)).first->second;
}

wire::peer_info views::peer(const account_record& account) {
    return {account.id, account.nickname, fingerprint(account), nodes_.is_visible(account.id)};
}

wire::applicant views::applicant(const member_record& waiting) {
    return {waiting.node, waiting.name, fingerprint(*at_.records.account(waiting.node)), waiting.joined};
}

wire::plan_info views::plan(const account_record& account) const {
    const auto& plans = at_.settings.plans;
    const auto& now = plans.of(account, at_.today);
    const bool has_ended = account.plan_until && at_.today >= *account.plan_until;
    const bool is_own = !has_ended && now.name == account.plan;
    return {now.name, is_own ? account.plan_until : std::nullopt, now.max_members, now.max_networks, now.permissions};
}

wire::network_settings views::settings(const network_record& network) const {
    wire::network_settings out;
    out.network = network.name;
    out.owner = network.owner;
    out.open = network.password_hash.empty();
    out.locked = network.is_locked;
    out.approval = network.needs_approval;
    out.encryption = !network.is_unencrypted;
    out.max_members = at_.settings.plans.of(*at_.records.account(network.owner), at_.today).max_members;
    if (network.heir) out.heir = network.heir;
    const auto announcements = at_.records.announcements(network.id);
    if (!announcements.empty()) {
        const auto& latest = announcements.back();
        out.latest = wire::announcement_info{latest.id, latest.author, latest.author_name, latest.at, latest.text};
    }
    return out;
}

wire::network_info views::network(const network_record& network, bool with_applicants) {
    wire::network_info out;
    out.settings = settings(network);
    const auto members = at_.records.members(network.id);
    out.members.reserve(members.size());
    for (const auto member : members)
        out.members.push_back(view_of(*at_.records.member(network.id, member)));
    if (!with_applicants) return out;
    for (const auto waiting : at_.records.waiting(network.id))
        out.applicants.push_back(applicant(*at_.records.member(network.id, waiting)));
    return out;
}

wire::network_info views::awaited(const network_record& network) {
    wire::network_info out;
    out.settings.network = network.name;
    out.settings.approval = true;
    out.settings.encryption = true;
    out.waiting = true;
    return out;
}

bool views::is_approver(const network_record& network, node_id node) const {
    return has_privilege(at_.input(), network, node, privilege::approve);
}

}  // namespace buri::core
