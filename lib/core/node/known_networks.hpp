#pragma once
// What the server told this node of its networks and their members. Survives a lost connection; the next sync replaces
// it. In a network where this node waits for approval it sees nobody, whatever the server says.
#include "buri/base/endpoint.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/wire/messages.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace buri::core {

class known_networks {
public:
    using events = std::vector<node_event>;

    /// Each gives what a user may want to hear of. The first sync is silent: everything in it would be news. A sync
    /// with a bad prefix changes nothing and fails with errc::malformed. What is about a network that this node is not
    /// in changes nothing.
    result<events> on_sync(const wire::sync& all);
    events on_plan(const wire::plan_info& plan);
    events on_peer(const wire::peer_info& info);
    events on_network(wire::network_info info);
    events on_settings(wire::network_settings settings);
    events on_joined(const wire::member_joined& what);
    events on_member(const wire::member_changed& what);
    events on_left(const wire::member_left& what);
    events on_requested(const wire::member_requested& what);
    events on_request_gone(const wire::request_gone& what);
    events on_gone(const wire::network_gone& what);
    /// Keeps the newest.
    void on_announcement(const wire::announcement_event& what);

    void set_self(node_id self) { self_ = self; }
    void set_nickname(std::string nickname) { nickname_ = std::move(nickname); }

    [[nodiscard]] node_id self() const { return self_; }
    [[nodiscard]] const std::string& nickname() const { return nickname_; }
    [[nodiscard]] const ip_prefix& pool() const { return pool_; }
    [[nodiscard]] const ip_prefix& ula() const { return ula_; }
    [[nodiscard]] const wire::plan_info& plan() const { return plan_; }
    [[nodiscard]] const std::vector<wire::network_info>& networks() const { return networks_; }
    [[nodiscard]] const std::map<node_id, wire::peer_info>& peers() const { return peers_; }
    /// A member, not one that waits.
    [[nodiscard]] bool is_member_of(const network_name& name) const;
    /// The nickname of a peer, or its address as long as it has none that we know.
    [[nodiscard]] std::string name_of(node_id peer) const;
    [[nodiscard]] bool shares_network(node_id peer) const { return shared_.contains(peer); }
    [[nodiscard]] std::vector<network_name> networks_with(node_id peer) const;
    /// See node_machine.
    [[nodiscard]] result<node_id> find_peer(std::string_view text) const;
    [[nodiscard]] result<node_id> find_member(const network_name& network, std::string_view text) const;

private:
    wire::network_info* find_network(const network_name& name);
    [[nodiscard]] const wire::network_info* find_network(const network_name& name) const;
    /// Of a network that this node is a member of.
    wire::network_info* find_joined(const network_name& name);

    // known_networks.cpp: members come, go and change
    void tidy(wire::network_info& info) const;
    void add_shared(const wire::network_info& network, node_id member);
    void remove_shared(const network_name& network, node_id member);
    events compare_members(const wire::network_info& earlier, const wire::network_info& now);
    [[nodiscard]] events compare_member(const network_name& network, const wire::member_info& earlier,
                                        const wire::member_info& now) const;
    [[nodiscard]] node_event peer_news(node_id peer, std::string_view change) const;
    [[nodiscard]] node_event member_news(const wire::member_info& member, const network_name& network,
                                         std::string_view change) const;

    // find_peer.cpp
    [[nodiscard]] std::optional<node_id> by_address(std::string_view text) const;
    [[nodiscard]] std::set<node_id> members_called(std::string_view name, const network_name* within) const;
    [[nodiscard]] std::set<node_id> peers_called(std::string_view nickname, const network_name* within) const;
    [[nodiscard]] std::string describe(const std::set<node_id>& peers) const;

    bool synchronised_ = false;
    node_id self_;
    std::string nickname_;
    ip_prefix pool_;
    ip_prefix ula_;
    wire::plan_info plan_;
    std::map<node_id, wire::peer_info> peers_;
    std::vector<wire::network_info> networks_;
    std::map<node_id, std::set<network_name>> shared_;  ///< who is in which of the networks, without this node
};

}  // namespace buri::core
