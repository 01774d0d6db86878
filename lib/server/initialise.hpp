#pragma once
// A mediation server's state directory: host keys, configuration, database.
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/core/control/control_server.hpp"
#include "buri/store/server_config.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace buri::server {

struct init_settings {
    std::filesystem::path state;
    std::optional<std::string> name;  ///< public host name or address; none: this machine's name
    std::optional<ip_prefix> pool;
    std::optional<std::uint16_t> port;
};

struct init_report {
    bool made = false;            ///< false: there was a server already, and it was left as it is
    std::string fingerprint;      ///< of the Ed25519 host key
    std::string rsa_fingerprint;  ///< what nodes that use suite 1 name instead
    ip_prefix pool;
    ip_prefix ula;
    std::string server_line;  ///< "HOST[:PORT]#SHA256:…", for `vpn up --server`
};

/// Makes what is missing; the configuration comes last, so that an interrupted start over goes on where it ended.
result<init_report> initialise(const init_settings& settings, random_source& random);

/// errc::not_initialised if there are none.
result<core::server_host_keys> load_host_keys(const std::filesystem::path& state);

}  // namespace buri::server
