#include "buri/core/directory/network_rules.hpp"

#include "buri/crypto/password_hash.hpp"

namespace buri::core {
namespace {

tl::unexpected<error> refuse(std::string_view act, const network_name& name, errc code, std::string_view why) {
    return fail(code, "cannot " + std::string(act) + " '" + name.text() + "': " + std::string(why));
}

tl::unexpected<error> not_found(std::string_view act, const network_name& name) {
    return refuse(act, name, errc::network_not_found,
                  "there is no network of this name on the server; check the spelling");
}

tl::unexpected<error> too_many(std::string_view act, const network_name& name, const directory_limits& limits) {
    return refuse(act, name, errc::too_many_networks,
                  "this node is in " + std::to_string(limits.networks_per_node) +
                      " networks, as many as it may be in; leave one first");
}

bool is_password_of(const network_record& network, const network_password& password) {
    if (network.password_hash.empty()) return !password;
    return password && crypto::password_matches(*password, network.password_hash);
}

}  // namespace

result<record_change> create_network(const directory& records, const directory_limits& limits, node_id actor,
                                     const network_name& name, const network_password& password, wall_time today,
                                     random_source& random) {
    constexpr std::string_view act = "create";
    if (records.account(actor) == nullptr) return fail(errc::account_unknown);
    if (name.text().empty()) return fail(errc::name_invalid);
    if (password && password->empty()) {
        return refuse(act, name, errc::password_missing,
                      "the password is empty; give one, or none at all for an open network");
    }
    if (const auto* const known = records.network(name)) {
        if (known->owner != actor) {
            return refuse(act, name, errc::name_taken,
                          "a network of this name exists already; choose another name, or join it");
        }
        if (is_password_of(*known, password)) return record_change{};
        return refuse(
            act, name, errc::name_taken,
            "you own a network of this name already, with another password; delete it first or choose another name");
    }
    if (records.networks_of(actor).size() >= limits.networks_per_node) return too_many(act, name, limits);
    network_record made{records.next_network(), name, actor, {}, today};
    if (password) made.password_hash = crypto::hash_password(*password, random);
    const member_record first{made.id, actor, today};
    return record_change{put_network{std::move(made)}, put_member{first}};
}

result<record_change> join_network(const directory& records, const directory_limits& limits, node_id actor,
                                   const network_name& name, const network_password& password, wall_time today) {
    constexpr std::string_view act = "join";
    if (records.account(actor) == nullptr) return fail(errc::account_unknown);
    const auto* const network = records.network(name);
    if (network == nullptr) return not_found(act, name);
    if (records.is_member(network->id, actor)) return record_change{};
    if (records.networks_of(actor).size() >= limits.networks_per_node) return too_many(act, name, limits);
    if (!network->password_hash.empty()) {
        if (!password || password->empty()) {
            return refuse(act, name, errc::password_missing, "it has a password; give it");
        }
        if (!is_password_of(*network, password)) {
            return refuse(act, name, errc::password_wrong, "the password is wrong; its owner knows the right one");
        }
    }
    // Said last: who does not know the password does not learn how many the members are.
    if (records.members(network->id).size() >= limits.members_per_network) {
        return refuse(act, name, errc::network_full,
                      "it has " + std::to_string(limits.members_per_network) +
                          " members, as many as it may have; one of them must leave first");
    }
    return record_change{put_member{{network->id, actor, today}}};
}

result<record_change> leave_network(const directory& records, node_id actor, const network_name& name) {
    constexpr std::string_view act = "leave";
    const auto* const network = records.network(name);
    if (network == nullptr) return not_found(act, name);
    if (network->owner == actor) {
        return refuse(act, name, errc::owner_cannot_leave,
                      "you own it; delete it with 'vpn delete " + name.text() + "'");
    }
    if (!records.is_member(network->id, actor)) return record_change{};
    return record_change{erase_member{network->id, actor}};
}

result<record_change> delete_network(const directory& records, node_id actor, const network_name& name) {
    constexpr std::string_view act = "delete";
    const auto* const network = records.network(name);
    if (network == nullptr) return not_found(act, name);
    if (network->owner != actor) {
        return refuse(act, name, errc::not_owner,
                      "only its owner may do that; 'vpn leave " + name.text() + "' takes you out of it");
    }
    return record_change{erase_network{network->id}};
}

}  // namespace buri::core
