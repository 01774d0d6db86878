#pragma once
// The operator's settings of a mediation server: server.toml, written by `vpn server init`.
#include "buri/base/endpoint.hpp"
#include "buri/base/log.hpp"
#include "buri/base/plan.hpp"
#include "buri/base/result.hpp"
#include "buri/base/suite.hpp"
#include "buri/store/config_key.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::store {

struct server_config {
    std::uint16_t listen_tcp = 12975;
    std::uint16_t listen_tls = 443;  ///< 0: none
    std::array<std::uint16_t, 2> listen_stun{17771, 17772};
    std::vector<ip_address> bind{ip_address::v4(0), ip_address::v6({})};
    std::optional<ip_address> other_address;         ///< a second public address, for RFC 5780
    bool relay = true;                               ///< it carries traffic of nodes that cannot reach each other
    ip_prefix pool{ip_address::v4(0x64400000), 10};  ///< 100.64.0.0/10, RFC 6598
    ip_prefix ula;                                   ///< a /64 of fd00::/8, RFC 4193; has no default: made at init
    std::vector<suite_id> suites{suite_id::aes, suite_id::chacha};  ///< in order of preference, each once
    std::vector<buri::plan> plans{free_plan(), premium_plan()};     ///< these two are always there
    std::string default_plan = "premium";                           ///< one of them
    std::chrono::days audit_days{365};                              ///< 0: no limit
    std::uint64_t audit_entries = 1'000'000;                        ///< 0: no limit
    bool registration_open = true;
    std::optional<std::string> name;  ///< public host name or address, for the line that init prints
    buri::log_level log_level = buri::log_level::info;

    bool operator==(const server_config&) const = default;
};

/// The table of keys.
std::span<const config_key> server_config_keys();

/// server.toml: every key with its reason; what differs from the default is set, the rest is commented out.
std::string to_toml(const server_config& config);

/// errc::config, "FILE:LINE:COLUMN: …", for the first mistake in the file.
result<server_config> parse_server_config(std::string_view text, std::string_view file_name);

/// errc::not_initialised if there is no such file.
result<server_config> load_server_config(const std::filesystem::path& file);

}  // namespace buri::store
