#pragma once
// What the server told this node of its networks and their members. Survives a lost connection; the next sync replaces
// it.
#include "buri/base/endpoint.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/wire/messages.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace buri::core {

class known_networks {
public:
    using events = std::vector<node_event>;

    /// Each gives what a user may want to hear of. The first sync is silent: everything in it would be news. A sync
    /// with a bad prefix changes nothing and fails with errc::malformed.
    result<events> on_sync(const wire::sync& all);
    events on_peer(const wire::peer_info& info);
    events on_network(const wire::network_info& info);
    events on_joined(const wire::member_joined& what);
    events on_left(const wire::member_left& what);
    events on_gone(const wire::network_gone& what);

    void set_self(node_id self) { self_ = self; }
    void set_nickname(std::string nickname) { nickname_ = std::move(nickname); }

    [[nodiscard]] node_id self() const { return self_; }
    [[nodiscard]] const std::string& nickname() const { return nickname_; }
    [[nodiscard]] const ip_prefix& pool() const { return pool_; }
    [[nodiscard]] const ip_prefix& ula() const { return ula_; }
    [[nodiscard]] const std::vector<wire::network_info>& networks() const { return networks_; }
    [[nodiscard]] const std::map<node_id, wire::peer_info>& peers() const { return peers_; }
    /// The nickname of a peer, or its address as long as it has none that we know.
    [[nodiscard]] std::string name_of(node_id peer) const;
    [[nodiscard]] bool shares_network(node_id peer) const;
    [[nodiscard]] std::vector<network_name> networks_with(node_id peer) const;
    /// See node_machine::find_peer.
    [[nodiscard]] result<node_id> find_peer(std::string_view text) const;

private:
    wire::network_info* find_network(const network_name& name);
    [[nodiscard]] std::vector<node_id> peers_called(std::string_view nickname, const network_name* within) const;
    [[nodiscard]] node_event peer_news(node_id peer, std::string_view change) const;
    [[nodiscard]] node_event member_news(node_id peer, const network_name& network, std::string_view change) const;
    void forget_if_stranger(node_id peer);

    bool synchronised_ = false;
    node_id self_;
    std::string nickname_;
    ip_prefix pool_;
    ip_prefix ula_;
    std::map<node_id, wire::peer_info> peers_;
    std::vector<wire::network_info> networks_;
};

}  // namespace buri::core
