#pragma once
// The server's accounts, networks and members in memory, indexed. A rule (rules.hpp) reads the directory and gives back a
// record_change. The driver makes the change durable, and only then apply() makes it visible.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/records.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::core {

/// A name as names are compared: in lower case.
std::string folded(std::string_view name);

class directory {
public:
    explicit directory(directory_records records = {});
    ~directory();
    directory(directory&&) noexcept;
    directory& operator=(directory&&) noexcept;

    void apply(const record_change& change);

    [[nodiscard]] const account_record* account(node_id id) const;
    [[nodiscard]] const account_record* account_by_key(byte_view key_blob) const;
    [[nodiscard]] const network_record* network(const network_name& name) const;
    [[nodiscard]] const network_record* network(std::uint64_t id) const;
    /// Members by time of joining, without those that wait for approval.
    [[nodiscard]] std::span<const node_id> members(std::uint64_t network) const;
    /// Those that wait for approval, by time of asking.
    [[nodiscard]] std::span<const node_id> waiting(std::uint64_t network) const;
    /// Of a member, or of one that waits.
    [[nodiscard]] const member_record* member(std::uint64_t network, node_id node) const;
    [[nodiscard]] bool is_member(std::uint64_t network, node_id node) const;
    /// Where the node is a member, sorted.
    [[nodiscard]] std::span<const std::uint64_t> networks_of(node_id node) const;
    /// Where it waits for approval, sorted.
    [[nodiscard]] std::span<const std::uint64_t> awaited_by(node_id node) const;
    [[nodiscard]] std::vector<std::uint64_t> owned_by(node_id node) const;
    /// Whether another member of the network, or one that waits, has this name there, without case.
    [[nodiscard]] bool is_name_taken(std::uint64_t network, std::string_view name, node_id by_other_than) const;
    [[nodiscard]] std::span<const ban_record> bans(std::uint64_t network) const;  ///< ended ones included
    /// The ban that bars this identity or key at this time.
    [[nodiscard]] const ban_record* ban_of(std::uint64_t network, node_id node, byte_view key_digest,
                                           wall_time today) const;
    /// Of this identity or key in all networks, ended ones included.
    [[nodiscard]] std::vector<const ban_record*> bans_against(node_id node, byte_view key_digest) const;
    [[nodiscard]] std::vector<const invite_record*> invites(std::uint64_t network) const;  ///< by id
    [[nodiscard]] const invite_record* invite(std::uint64_t id) const;
    [[nodiscard]] const invite_record* invite_by_digest(byte_view token_digest) const;
    [[nodiscard]] std::span<const announcement_record> announcements(std::uint64_t network) const;  ///< oldest first
    [[nodiscard]] const licence_record* licence(byte_view id) const;
    [[nodiscard]] std::vector<const licence_record*> licences() const;  ///< by the time they were made
    [[nodiscard]] const relay_record* relay(std::uint32_t id) const;
    [[nodiscard]] const relay_record* relay(std::string_view name) const;  ///< without case
    [[nodiscard]] const relay_record* relay_by_digest(byte_view token_digest) const;
    [[nodiscard]] std::vector<const relay_record*> relays() const;  ///< by id
    [[nodiscard]] std::vector<std::uint64_t> common_networks(node_id a, node_id b) const;
    [[nodiscard]] std::vector<node_id> peers_of(node_id node) const;  ///< each once, sorted
    /// Ids that nothing has or had.
    [[nodiscard]] std::uint64_t next_network() const;
    [[nodiscard]] std::uint64_t next_invite() const;
    [[nodiscard]] std::uint64_t next_announcement() const;
    [[nodiscard]] std::uint64_t next_audit() const;
    [[nodiscard]] std::uint64_t next_relay() const;
    /// Every account and network, sorted by id.
    [[nodiscard]] std::vector<const account_record*> accounts() const;
    [[nodiscard]] std::vector<const network_record*> networks() const;
    [[nodiscard]] std::size_t account_count() const;
    [[nodiscard]] std::size_t network_count() const;

private:
    struct tables;
    std::unique_ptr<tables> tables_;
};

}  // namespace buri::core
