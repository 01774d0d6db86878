#include "buri/server/documents.hpp"

#include "buri/base/timestamp.hpp"
#include "buri/core/mediator/views.hpp"
#include "buri/core/node/documents.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/wire/json.hpp"

namespace buri::server {
namespace {

using wire::json;

json time_or_null(const std::optional<wall_time>& when) {
    return when ? json(to_rfc3339(*when)) : json(nullptr);
}

json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

json address_or_null(node_id node) {
    return node ? json(to_string(node)) : json(nullptr);
}

json names_of(privilege_set values) {
    json out = json::array();
    for (const auto& row : all_privileges()) {
        if (values.contains(row.value)) out.push_back(row.name);
    }
    return out;
}

json texts_of(const std::vector<endpoint>& endpoints) {
    json out = json::array();
    for (const auto& each : endpoints)
        out.push_back(to_string(each));
    return out;
}

std::string nickname_of(const core::directory& records, node_id node) {
    const auto* const account = records.account(node);
    return account != nullptr ? account->nickname : std::string();
}

json membership(const core::directory& records, std::uint64_t id, node_id node) {
    const auto& network = *records.network(id);
    const auto& member = *records.member(id, node);
    return {{"name", network.name.text()},
            {"owner", network.owner == node},
            {"waiting", member.is_waiting},
            {"can", names_of(member.privileges)}};
}

json member_document(const document_source& from, std::uint64_t network, node_id node) {
    const auto& member = *from.records.member(network, node);
    return {{"address", to_string(node)},
            {"name", member.name},
            {"nickname", nickname_of(from.records, node)},
            {"online", from.presence.is_online(node)},
            {"waiting", member.is_waiting},
            {"can", names_of(member.privileges)},
            {"joined", to_rfc3339(member.joined)}};
}

}  // namespace

json account_summary(const document_source& from, const account_record& account) {
    const auto& has = from.plans.of(account, from.today);
    const bool is_own = has.name == account.plan;
    return {{"address", to_string(account.id)},
            {"nickname", account.nickname},
            {"fingerprint", crypto::fingerprint(account.key_blob)},
            {"created", to_rfc3339(account.created)},
            {"plan", has.name},
            {"plan_until", is_own ? time_or_null(account.plan_until) : json(nullptr)},
            {"online", from.presence.is_online(account.id)},
            {"networks", from.records.networks_of(account.id).size()},
            {"owned", from.records.owned_by(account.id).size()}};
}

json account_document(const document_source& from, const account_record& account) {
    auto out = account_summary(from, account);
    json networks = json::array();
    for (const auto id : from.records.networks_of(account.id))
        networks.push_back(membership(from.records, id, account.id));
    for (const auto id : from.records.awaited_by(account.id))
        networks.push_back(membership(from.records, id, account.id));
    out["networks"] = std::move(networks);
    out["version"] = text_or_null(from.presence.software_of(account.id));
    return out;
}

json network_summary(const document_source& from, const network_record& network) {
    return {{"name", network.name.text()},
            {"owner", {{"address", to_string(network.owner)}, {"nickname", nickname_of(from.records, network.owner)}}},
            {"members", from.records.members(network.id).size()},
            {"waiting", from.records.waiting(network.id).size()},
            {"open", network.password_hash.empty()},
            {"locked", network.is_locked},
            {"approval", network.needs_approval ? "manual" : "auto"},
            {"encryption", network.is_unencrypted ? "off" : "on"},
            {"created", to_rfc3339(network.created)}};
}

json network_document(const document_source& from, const network_record& network) {
    auto out = network_summary(from, network);
    json members = json::array();
    for (const auto node : from.records.members(network.id))
        members.push_back(member_document(from, network.id, node));
    for (const auto node : from.records.waiting(network.id))
        members.push_back(member_document(from, network.id, node));
    out["members"] = std::move(members);
    out["bans"] = from.records.bans(network.id).size();
    out["invites"] = from.records.invites(network.id).size();
    return out;
}

json plan_document(const plan& what, bool is_default) {
    json permissions = json::array();
    for (const auto& row : all_permissions()) {
        if (what.permissions.contains(row.value)) permissions.push_back(row.name);
    }
    return {{"name", what.name},
            {"default", is_default},
            {"max_members", what.max_members},
            {"max_networks", what.max_networks},
            {"relay_kbit", what.relay_kbit},
            {"proxy_bytes", what.proxy_bytes},
            {"permissions", std::move(permissions)}};
}

json licence_document(const licence_record& licence) {
    return {{"id", to_hex(licence.id)},
            {"plan", licence.plan},
            {"for", address_or_null(licence.only_for)},
            {"months", licence.months},
            {"made", to_rfc3339(licence.made)},
            {"used_by", address_or_null(licence.used_by)},
            {"used", time_or_null(licence.used)}};
}

json relay_document(const core::mediator& presence, std::uint32_t id, const relay_record* record) {
    json out{{"id", id}, {"name", own_relay_name}, {"region", nullptr}, {"created", nullptr}};
    if (record != nullptr) {
        out["name"] = record->name;
        out["region"] = text_or_null(record->region);
        out["created"] = to_rfc3339(record->created);
    }
    const auto* const here = presence.relay(id);
    const core::relay_state none;
    const auto& state = here != nullptr ? *here : none;
    const bool has_joined = here != nullptr && record != nullptr;
    out["online"] = here != nullptr;
    out["since"] = has_joined ? json(to_rfc3339(state.since)) : json(nullptr);
    out["version"] = text_or_null(state.software);
    out["bindings"] = state.bindings;
    out["kbit"] = state.kbit;
    out["full"] = state.is_full;
    out["udp"] = texts_of(state.info.udp);
    out["tcp"] = texts_of(state.info.tcp);
    out["tls"] = texts_of(state.info.tls);
    return out;
}

json log_document(const audit_record& entry) {
    return core::log_entry_json(core::entry_of(entry));
}

}  // namespace buri::server
