#pragma once
// The relays that are here: the server's own, and those that joined. Every node is told which they are, a moment after that has
// changed.
#include "buri/core/mediator/outbox.hpp"

#include <map>

namespace buri::core {

class fleet {
public:
    static constexpr auto silence = std::chrono::seconds(30);      ///< a relay that says nothing for so long is gone
    static constexpr auto batch = std::chrono::milliseconds(200);  ///< changes in this time are told together
    static constexpr std::size_t max_endpoints = 8;                ///< of a relay, of each kind

    fleet(const present& at, roster& nodes, outbox& out, const logger& log);

    /// The settings may be others now.
    void on_settings();
    /// A relay may have been removed.
    void on_records();

    /// The connection becomes a relay, or is told why not, and ended.
    void join(connection_id connection, const endpoint& from, std::uint32_t number, const wire::relay_hello& said);
    [[nodiscard]] bool has(connection_id connection) const { return connections_.contains(connection); }
    void on_request(connection_id connection, const wire::numbered_request& message);
    void on_disconnected(connection_id connection);
    void on_own_load(const wire::relay_load& load);

    /// All that are here, for a node on its connection.
    void tell(online_node& node);
    /// Nothing if it is not here.
    [[nodiscard]] const relay_state* find(std::uint32_t relay) const;
    [[nodiscard]] const std::map<std::uint32_t, relay_state>& all() const { return relays_; }

    /// True if everybody was told of changes.
    bool on_deadline();
    [[nodiscard]] time_point next_deadline() const;

private:
    struct joined {
        std::uint32_t relay = 0;
        time_point heard;
    };

    void refuse(connection_id connection, std::uint32_t number, error why);
    void take_load(relay_state& of, const wire::relay_load& load);
    void end(connection_id connection, error why);
    void lose(connection_id connection, std::string_view why);
    void change();
    [[nodiscard]] wire::relay_info own() const;
    [[nodiscard]] std::vector<endpoint> reachable(std::span<const endpoint> told, const ip_address& from) const;

    const present& at_;
    roster& nodes_;
    outbox& out_;
    const logger& log_;
    std::map<std::uint32_t, relay_state> relays_;
    std::map<connection_id, joined> connections_;
    time_point tells_at_ = never;
};

}  // namespace buri::core
