#include "buri/core/directory/account_removal.hpp"

namespace buri::core {
namespace {

tl::unexpected<error> refuse_owner(const rule_input& input, std::span<const std::uint64_t> owned, bool by_operator,
                                   std::string_view doing) {
    constexpr std::size_t max_listed = 5;
    std::string list;
    for (const auto id : owned.first(std::min(owned.size(), max_listed)))
        list += (list.empty() ? "" : ", ") + quoted(input.records.network(id)->name);
    if (owned.size() > max_listed) list += " and " + std::to_string(owned.size() - max_listed) + " more";
    const std::string them = owned.size() == 1 ? "it" : "them";
    return refuse(
        doing, errc::owns_networks,
        "it still owns " + list + "; " +
            (by_operator ? "its node can transfer or delete " + them + " first"
                         : "transfer " + them + " with 'vpn transfer' or delete " + them + " with 'vpn delete' first") +
            ", or delete " + them + " with the account by --with-networks");
}

/// Writes one audit record after another, each with its own id.
class removal {
public:
    removal(const rule_input& input, const account_record& account, const audit_record& entry)
        : input_(input), account_(account), entry_(entry) {
        note(nullptr, "", "");
    }

    void delete_network(const network_record& network) {
        change_.emplace_back(erase_network{network.id});
        const auto members = input_.records.members(network.id).size();
        note(&network, "members=" + std::to_string(members), "deleted");
    }

    void leave(const network_record& network) {
        const auto is_waiting = input_.records.member(network.id, account_.id)->is_waiting;
        note(&network, is_waiting ? "waiting" : "member", "");
        remove_member(change_, network, account_.id);
    }

    void forget_bans() {
        for (const auto* const ban : input_.records.bans_against(account_.id, key_digest_of(account_))) {
            if (ban->node != account_.id) continue;
            auto kept = *ban;
            kept.node = {};
            change_.emplace_back(put_ban{std::move(kept)});
        }
    }

    record_change finish() {
        change_.emplace_back(erase_account{account_.id});
        return std::move(change_);
    }

private:
    void note(const network_record* network, std::string before, std::string after) {
        auto entry = entry_;
        if (network != nullptr) {
            entry.network = network->id;
            entry.network_name = network->name.text();
        }
        entry.before = std::move(before);
        entry.after = std::move(after);
        change_.emplace_back(put_audit{std::move(entry)});
        ++entry_.id;
    }

    const rule_input& input_;
    const account_record& account_;
    audit_record entry_;
    record_change change_;
};

}  // namespace

result<record_change> removal_of(const rule_input& input, const account_record& account, bool with_networks,
                                 const audit_record& entry, std::string_view doing) {
    const auto owned = input.records.owned_by(account.id);
    if (!owned.empty() && !with_networks) return refuse_owner(input, owned, !entry.actor, doing);
    removal out(input, account, entry);
    for (const auto id : owned)
        out.delete_network(*input.records.network(id));
    for (const auto& networks : {input.records.networks_of(account.id), input.records.awaited_by(account.id)}) {
        for (const auto id : networks) {
            const auto& network = *input.records.network(id);
            if (network.owner != account.id) out.leave(network);
        }
    }
    out.forget_bans();
    return out.finish();
}

}  // namespace buri::core
