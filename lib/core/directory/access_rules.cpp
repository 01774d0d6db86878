// The settings that decide who gets into a network, and whether its traffic is encrypted.
#include "buri/core/directory/rule_parts.hpp"

namespace buri::core {
namespace {

/// What becomes of a network, and the same in words.
struct edit {
    network_record next;
    std::string before;
    std::string after;

    void note(std::string_view setting, std::string_view was, std::string_view is) {
        const auto add = [setting](std::string& to, std::string_view value) {
            to += (to.empty() ? "" : " ") + std::string(setting) + "=" + std::string(value);
        };
        add(before, was);
        add(after, is);
    }
};

/// A setting that is off at first, and that the owner's plan has to include to be turned on, not to be turned off.
struct switch_row {
    bool network_record::*field;
    std::string_view name;
    std::string_view off, on;            ///< its values in words
    std::string_view turn_off, turn_on;  ///< in a refusal, before the network's name
    permission needed;
    std::optional<privilege> enough;  ///< none: the owner only
};

constexpr switch_row lock_row{&network_record::is_locked, "locked",         "false", "true", "unlock", "lock",
                              permission::lock,           privilege::access};
constexpr switch_row approval_row{
    &network_record::needs_approval, "approval",           "auto",           "manual", "turn off approval in",
    "turn on approval in",           permission::approval, privilege::access};
constexpr switch_row plain_row{
    &network_record::is_unencrypted, "encryption", "on", "off", "turn on encryption in", "turn off encryption in",
    permission::no_encryption,       std::nullopt};

result<void> turn(network_act& act, edit& made, const switch_row& row, bool wanted) {
    act.doing = std::string(wanted ? row.turn_on : row.turn_off) + " " + quoted(act.network.name);
    if (auto allowed = row.enough ? act.need(*row.enough) : act.need_owner(); !allowed) return allowed;
    if (act.network.*row.field == wanted) return {};
    if (wanted) {
        if (auto included = act.need(row.needed); !included) return included;
    }
    made.next.*row.field = wanted;
    made.note(row.name, wanted ? row.off : row.on, wanted ? row.on : row.off);
    return {};
}

result<void> open(network_act& act, edit& made) {
    if (act.network.password_hash.empty()) return {};
    if (auto included = act.need(permission::open_networks); !included) return included;
    made.next.password_hash.clear();
    made.note("password", "set", "none");
    return {};
}

/// A new password is always a change: nobody can tell from its hash that it is the old one.
result<void> set_password(network_act& act, edit& made, const wire::set_access& wish) {
    if (!wish.password && !wish.open) return {};
    const bool opens = wish.open == true;
    act.doing = std::string(opens ? "open" : "set the password of") + " " + quoted(act.network.name);
    if (auto allowed = act.need(privilege::password); !allowed) return allowed;
    if (opens && wish.password) {
        return act.refuse(errc::usage, "an open network has no password; ask for one or the other");
    }
    if (opens) return open(act, made);
    const bool has_password = !act.network.password_hash.empty();
    if (!wish.password && has_password) return {};
    if (!wish.password || wish.password->empty()) {
        return act.refuse(errc::password_missing, "the password is empty; give one, or open the network");
    }
    if (!is_new_hash(act.input.password)) return act.refuse(errc::internal, not_hashed);
    made.next.password_hash = act.input.password->hash;
    made.note("password", has_password ? "set" : "none", "set");
    return {};
}

/// In the order in which refusals are told; all or nothing.
result<void> apply(network_act& act, edit& made, const wire::set_access& wish) {
    result<void> done;
    if (wish.locked) done = turn(act, made, lock_row, *wish.locked);
    if (done && wish.approval) done = turn(act, made, approval_row, *wish.approval);
    if (done && wish.encryption) done = turn(act, made, plain_row, !*wish.encryption);
    if (done) done = set_password(act, made, wish);
    return done;
}

}  // namespace

/// Turning approval off lets nobody in who waits already: they are approved or rejected, or ask again.
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_access& wish) {
    auto act = begin(input, actor, wish.network, "change");
    if (!act) return fail(act.error());
    edit made{act->network, {}, {}};
    if (auto done = apply(*act, made, wish); !done) return fail(done.error());
    if (made.next == act->network) return record_change{};
    auto entry = act->audit(wish.kind);
    entry.before = std::move(made.before);
    entry.after = std::move(made.after);
    return record_change{put_network{std::move(made.next)}, put_audit{std::move(entry)}};
}

}  // namespace buri::core
