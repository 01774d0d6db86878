#pragma once
// A change becomes visible: it is applied, and whoever it concerns is told. What is told follows from the records before and after,
// not from what was asked for, so that requests and the acts of the operator are one path.
#include "buri/core/mediator/deliveries.hpp"
#include "buri/core/mediator/introductions.hpp"
#include "buri/core/mediator/news.hpp"
#include "buri/core/mediator/plan_watch.hpp"

#include <map>

namespace buri::core {

class aftermath {
public:
    aftermath(const present& at, directory& records, roster& nodes, outbox& out, news& told, introductions& tunnels,
              deliveries& messages, plan_watch& plans)
        : at_(at),
          records_(records),
          nodes_(nodes),
          out_(out),
          news_(told),
          tunnels_(tunnels),
          messages_(messages),
          plans_(plans) {}

    /// Gives back the accounts that are gone; whoever asked is answered before they are disconnected.
    std::vector<node_id> make_visible(const record_change& change);
    void disconnect_gone(const std::vector<node_id>& gone);

    /// The account's plan was `had` and may be another one now: time has passed, or the operator changed the plans.
    void on_plan(const account_record& account, const plan& had);

private:
    using member_key = std::pair<std::uint64_t, node_id>;
    struct network_before {
        network_record record;
        wire::network_settings settings;
        std::vector<node_id> members;  ///< if it goes
        std::vector<node_id> waiting;
    };
    struct account_before {
        account_record record;
        plan had;
    };
    /// The records that the change touches, as they were; nothing for what is new.
    struct before {
        std::map<node_id, std::optional<account_before>> accounts;
        std::map<std::uint64_t, std::optional<network_before>> networks;
        std::map<member_key, std::optional<member_record>> members;
    };

    [[nodiscard]] before remember(const record_change& change) const;
    void remember_account(before& into, node_id node) const;
    void remember_network(before& into, std::uint64_t network, bool goes) const;

    void on_network_gone(const network_before& was, const record_change& change);
    void on_member(const member_key& which, const std::optional<member_record>& was, const record_change& change);
    void on_member_gone(const member_record& was, const record_change& change);
    void on_member_kept(const member_record& was, const member_record& is);
    void on_account(const account_before& was, const account_record& is);
    void on_network(const network_before& was, const network_record& is);
    void on_logged(const record_change& change);

    const present& at_;
    directory& records_;
    roster& nodes_;
    outbox& out_;
    news& news_;
    introductions& tunnels_;
    deliveries& messages_;
    plan_watch& plans_;
};

}  // namespace buri::core
