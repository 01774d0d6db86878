#pragma once
// The rules once more, over plain maps and as plainly as possible, for comparison with the real ones under random operations.
#include "tests/unit/core/rules_world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace buri::test {

class rules_model {
public:
    /// What a change should leave in the audit log: the act and the network.
    using entry = std::pair<std::string, std::uint64_t>;

    struct verdict {
        std::optional<errc> refused;
        bool changed = false;
        std::vector<entry> log;
    };

    explicit rules_model(std::vector<plan> plans, std::string by_default, wall_time start)
        : now(start), plans_(std::move(plans)), default_(std::move(by_default)) {}

    void registered(node_id id, const std::string& nickname, const bytes& key);
    verdict ask(node_id actor, const wire::request& wish);
    verdict operate(const core::operator_wish& wish);
    /// A refusal that was written to the log.
    void logged() { ++next_audit_; }
    [[nodiscard]] bool is_member(const network_name& network, node_id node) const;
    [[nodiscard]] picture portrait() const;

    wall_time now;
    bool is_well_signed = true;                        ///< the next change of a key
    std::map<std::string, licence_record> known_keys;  ///< licences by the text of their keys

private:
    struct person {
        std::string nickname;
        bytes key;
        wall_time since;
        std::string plan;
        std::optional<wall_time> until;
    };
    struct group {
        std::uint64_t id = 0;
        network_name name;
        node_id owner;
        std::optional<std::string> password;
        wall_time created;
        bool locked = false, approval = false, plain = false;
        std::string welcome;
        node_id heir;
        std::map<node_id, member_record> people;
        std::map<bytes, ban_record> bars;
        std::map<std::uint64_t, invite_record> tickets;
        std::map<std::uint64_t, announcement_record> notes;
    };
    struct refusal {
        errc code;
    };

    // Each returns whether anything changed, or throws a refusal.
    bool on(node_id actor, const wire::create_network& wish);
    bool on(node_id actor, const wire::join_network& wish);
    bool on(node_id actor, const wire::leave_network& wish);
    bool on(node_id actor, const wire::delete_network& wish);
    bool on(node_id actor, const wire::set_access& wish);
    bool on(node_id actor, const wire::approve_member& wish);
    bool on(node_id actor, const wire::reject_member& wish);
    bool on(node_id actor, const wire::evict_member& wish);
    bool on(node_id actor, const wire::ban_node& wish);
    bool on(node_id actor, const wire::unban_node& wish);
    bool on(node_id actor, const wire::grant_privileges& wish);
    bool on(node_id actor, const wire::revoke_privileges& wish);
    bool on(node_id actor, const wire::offer_transfer& wish);
    bool on(node_id actor, const wire::answer_transfer& wish);
    bool on(node_id actor, const wire::set_welcome& wish);
    bool on(node_id actor, const wire::make_announcement& wish);
    bool on(node_id actor, const wire::confirm_messages& wish);
    bool on(node_id actor, const wire::make_invite& wish);
    bool on(node_id actor, const wire::revoke_invite& wish);
    bool on(node_id actor, const wire::set_nickname& wish);
    bool on(node_id actor, const wire::install_licence& wish);
    bool on(node_id actor, const wire::rotate_key& wish);
    bool on(node_id actor, const wire::delete_account& wish);
    bool on(const core::set_plan& wish);
    bool on(const core::remove_account& wish);
    bool on(const core::remove_network& wish);
    bool on(const core::keep_licences& wish);
    bool on(const core::add_relay& wish);
    bool on(const core::remove_relay& wish);

    static void need(bool holds, errc otherwise);
    const plan& plan_of(node_id node) const;
    void need_plan(node_id node, permission wanted) const;
    group& existing(const network_name& name);
    group& entered(node_id actor, const network_name& name);
    void need_right(const group& in, node_id actor, privilege wanted) const;
    void need_power(const group& in, node_id actor, node_id target) const;
    std::size_t members(const group& in) const;
    std::size_t networks_with(node_id node) const;
    std::string free_name(const group& in, node_id node, std::string_view nickname) const;
    void arrive(group& in, node_id node, bool waits);
    static void drop(group& in, node_id node);
    bool bars(const ban_record& ban, node_id node, const bytes& key) const;
    void remove_person(node_id node, bool with_networks, const std::string& act);

    std::map<node_id, person> people_;
    std::map<std::string, group> groups_;  ///< by lower-case name
    std::map<bytes, licence_record> licences_;
    std::set<std::string> relays_;
    std::vector<plan> plans_;
    std::string default_;
    std::uint64_t next_network_ = 1, next_invite_ = 1, next_note_ = 1, next_audit_ = 1;
    std::vector<entry> log_;
};

}  // namespace buri::test
