#pragma once
// What a node keeps between runs, in node.toml. The program writes it; what a user decides is in config.toml.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace buri::store {

inline constexpr std::uint16_t default_server_port = 12975;

/// The mediation server that this node belongs to, and the key that it must prove to have.
struct pinned_server {
    std::string host;  ///< a name or an address
    std::uint16_t port = default_server_port;
    std::string fingerprint;  ///< "SHA256:…"; empty: not pinned yet
    bytes key_blob;           ///< empty until the server has shown it; its first bytes tell Ed25519 from RSA
    std::string way;          ///< "tcp", "tls" or "proxy": how it was reached last; empty: not yet
    std::string way_host;     ///< and under which name

    bool operator==(const pinned_server&) const = default;
};

struct node_state {
    std::optional<pinned_server> server;
    node_id identity;            ///< none until the server has given one
    std::string nickname;        ///< empty: the host name is used
    std::uint16_t udp_port = 0;  ///< 0: not chosen yet
    /// As the server last said, so that the interface can be up before the server is reached.
    std::optional<ip_prefix> pool;
    std::optional<ip_prefix> ula;

    bool operator==(const node_state&) const = default;
};

/// DIR/node.toml; no file reads as an empty state. errc::config with file, line and column if it is damaged. Keys of
/// other versions are ignored, and gone after the next save.
result<node_state> load_node_state(const std::filesystem::path& directory);

/// Replaces DIR/node.toml at once or not at all, with mode 0600.
result<void> save_node_state(const std::filesystem::path& directory, const node_state& state);

result<node_state> parse_node_state(std::string_view text, std::string_view file_name);
std::string to_toml(const node_state& state);

}  // namespace buri::store
