#pragma once
// The server's accounts, networks and members in memory, indexed; and the rules that say how they may change. A rule reads the
// directory and gives back a record_change. The driver makes the change durable, and only then apply() makes it visible.
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace buri::core {

struct directory_limits {
    std::uint32_t members_per_network = 256;
    std::uint32_t networks_per_node = 256;
};

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
    [[nodiscard]] std::span<const node_id> members(std::uint64_t network) const;  ///< by time of joining
    [[nodiscard]] std::span<const std::uint64_t> networks_of(node_id node) const;
    [[nodiscard]] bool is_member(std::uint64_t network, node_id node) const;
    [[nodiscard]] std::vector<std::uint64_t> common_networks(node_id a, node_id b) const;
    [[nodiscard]] std::vector<node_id> peers_of(node_id node) const;  ///< each once, sorted
    /// An id that no network has or had.
    [[nodiscard]] std::uint64_t next_network() const;
    [[nodiscard]] std::size_t account_count() const;
    [[nodiscard]] std::size_t network_count() const;

private:
    struct tables;
    std::unique_ptr<tables> tables_;
};

}  // namespace buri::core
