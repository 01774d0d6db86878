// Who may read what, and the audit records of acts that were refused.
#include "buri/core/directory/rule_parts.hpp"
#include "buri/crypto/identity_key.hpp"

namespace buri::core {
namespace {

constexpr std::string_view fingerprint_prefix = "SHA256:";

wire::ban_info view(const ban_record& ban) {
    wire::ban_info out;
    if (ban.node) out.node = ban.node;
    out.nickname = ban.nickname;
    out.fingerprint = std::string(fingerprint_prefix) + to_base64(ban.key_digest);
    out.reason = ban.reason;
    out.by = ban.by;
    out.since = ban.since;
    out.until = ban.until;
    return out;
}

/// Whether a refused wish belongs into the log: administrative acts and changes of membership in a network.
template <typename Wish>
constexpr bool is_recorded = requires(const Wish& wish) {
    wish.network;
}
&&!std::is_same_v<Wish, wire::list_bans> && !std::is_same_v<Wish, wire::list_messages> &&
    !std::is_same_v<Wish, wire::confirm_messages> && !std::is_same_v<Wish, wire::list_invites> &&
    !std::is_same_v<Wish, wire::read_log>;

node_id target_of(const auto& wish) {
    if constexpr (requires { node_id{wish.member.value}; }) return wish.member;
    if constexpr (requires { wish.member.value_or(node_id{}); }) return wish.member.value_or(node_id{});
    return {};
}

}  // namespace

bool has_privilege(const rule_input& input, const network_record& network, node_id actor, privilege wanted) {
    const auto* const membership = input.records.member(network.id, actor);
    if (membership == nullptr || membership->is_waiting) return false;
    return network_act{input, actor, network, *membership, {}}.need(wanted).has_value();
}

/// Those that still bar. errc as of banning, but no plan is needed.
result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_bans& wish) {
    const auto act = begin(input, actor, wish.network, "list the bans of");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::ban); !allowed) return fail(allowed.error());
    wire::ban_list out;
    for (const auto& ban : input.records.bans(act->network.id)) {
        if (!ban.until || input.today < *ban.until) out.bans.push_back(view(ban));
    }
    return out;
}

/// Any member.
result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_messages& wish) {
    const auto act = begin(input, actor, wish.network, "list the messages of");
    if (!act) return fail(act.error());
    wire::message_list out;
    out.welcome = act->network.welcome;
    for (const auto& one : input.records.announcements(act->network.id))
        out.announcements.push_back({one.id, one.author, one.author_name, one.at, one.text});
    return out;
}

result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_invites& wish) {
    const auto act = begin(input, actor, wish.network, "list the invites to");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::access); !allowed) return fail(allowed.error());
    wire::invite_list out;
    for (const auto* const one : input.records.invites(act->network.id)) {
        out.invites.push_back(
            {one->id, one->by, one->created, one->expires, one->max_uses, one->uses, one->is_approved});
    }
    return out;
}

result<std::uint64_t> readable_log(const rule_input& input, node_id actor, const wire::read_log& wish) {
    const auto act = begin(input, actor, wish.network, "read the log of");
    if (!act) return fail(act.error());
    if (auto allowed = act->need_owner(); !allowed) return fail(allowed.error());
    return act->network.id;
}

std::optional<audit_record> refusal_record(const rule_input& input, node_id actor, const wire::request& wish,
                                           errc why) {
    return std::visit(
        [&](const auto& body) -> std::optional<audit_record> {
            if constexpr (is_recorded<std::decay_t<decltype(body)>>) {
                const auto* const network = input.records.network(body.network);
                if (network == nullptr || !input.records.is_member(network->id, actor)) return std::nullopt;
                auto entry = audit_in(input, actor, *network, body.kind, target_of(body));
                entry.result = describe(why).name;
                return entry;
            }
            return std::nullopt;
        },
        wish);
}

}  // namespace buri::core
