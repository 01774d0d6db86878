#pragma once
// The user's settings of a node: config.toml.
#include "buri/base/host_port.hpp"
#include "buri/base/log.hpp"
#include "buri/base/proxy_settings.hpp"
#include "buri/base/result.hpp"
#include "buri/base/suite.hpp"
#include "buri/store/config_key.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::store {

enum class identity_key_type { ed25519, rsa };

struct node_config {
    std::vector<suite_id>
        suites;  ///< in order of preference, each once; none: aes and chacha, as the processor likes them
    std::string interface = "vpn0";
    std::uint16_t mtu = 1380;
    std::uint16_t port = 0;  ///< UDP; 0: chosen once and kept in node.toml
    identity_key_type key_type = identity_key_type::ed25519;
    std::optional<std::string> nickname;  ///< a valid nickname
    bool allow_unencrypted = false;       ///< tunnels without encryption, where a network asks for it
    std::vector<host_port> servers;       ///< further names of the mediation server; port 0: the usual one
    std::uint16_t tls_port = 443;         ///< of the server, where TCP is blocked; 0: never
    std::optional<proxy_settings> proxy;
    bool environment_proxy = true;  ///< without `proxy`, the environment's
    bool port_mapping = true;       ///< asks the gateway to forward the tunnels' port
    bool spray = true;              ///< many probes to a peer whose NAT gives out random ports
    bool direct_tcp = true;         ///< takes TCP connections of peers on the tunnels' port
    buri::log_level log_level = buri::log_level::info;

    bool operator==(const node_config&) const = default;
};

/// The table of keys.
std::span<const config_key> node_config_keys();

/// Every key with its reason, commented out at its default.
std::string node_config_template();

/// errc::config, "FILE:LINE:COLUMN: …", for the first mistake in the file.
result<node_config> parse_node_config(std::string_view text, std::string_view file_name);

/// DIR/config.toml where no file was named: it may be missing, and everything has its default.
result<node_config> load_default_node_config(const std::filesystem::path& file);
/// A file that the user named: it must be there.
result<node_config> load_named_node_config(const std::filesystem::path& file);

}  // namespace buri::store
