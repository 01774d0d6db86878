#pragma once
// Records of many accounts, networks and members, made without asking a mediator.
#include "buri/base/records.hpp"

#include <string>

namespace buri::test {

struct crowd_builder {
    explicit crowd_builder(wall_time on_day) : today(on_day) {}

    static std::string nickname_of(node_id id) { return "n" + std::to_string(id.value); }

    void account(node_id id) {
        account_record made;
        made.id = id;
        made.nickname = nickname_of(id);
        const auto key = as_bytes(made.nickname);
        made.key_blob.assign(key.begin(), key.end());
        made.created = today;
        change.push_back(put_account{std::move(made)});
    }
    /// With its owner, who has an account, as the first member.
    void network(std::uint64_t id, const std::string& name, node_id owner) {
        network_record made;
        made.id = id;
        made.name = *network_name::parse(name);
        made.owner = owner;
        made.created = today;
        change.push_back(put_network{std::move(made)});
        member(id, owner);
    }
    void member(std::uint64_t network, node_id node) {
        member_record made;
        made.network = network;
        made.node = node;
        made.joined = today;
        made.name = nickname_of(node);
        made.is_welcomed = true;
        change.push_back(put_member{std::move(made)});
    }

    wall_time today;
    record_change change;
};

}  // namespace buri::test
