#pragma once
// The processes that `vpn` can become. The command line fills in the options and hears through the hooks what happens;
// what a process is assembled from is in node_process.cpp, server_process.cpp and relay_process.cpp.
#include "buri/base/endpoint.hpp"
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/wire/json.hpp"
#include "daemon/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace buri::daemon {

/// One line of readable progress: `key      made  SHA256:… (ed25519)`. Labels: key, server, address, online, offline,
/// stopped.
struct progress_step {
    std::string label;
    std::string text;

    bool operator==(const progress_step&) const = default;
};

/// A server whose key nobody has vouched for yet.
struct key_question {
    server_spec server;       ///< without a fingerprint
    std::string fingerprint;  ///< SHA256:… of the key that it showed
    std::string key_type;     ///< ed25519, rsa
};

/// What a process tells while it runs, always on the thread that called run_*. Empty functions are not called.
struct process_hooks {
    std::function<void(const progress_step&)> progress;
    /// True: pin this key. Without the function, or with false, run_node ends with errc::server_key_unknown; its text
    /// names the fingerprint and the line to use.
    std::function<bool(const key_question&)> confirm_key;
    /// Once: what node_process_options::ready_when asks for is so. `status` is the answer of the method `status`; for a
    /// server it may be null.
    std::function<void(const wire::json& status)> ready;
    /// An orderly stop has begun.
    std::function<void()> stopping;
};

enum class ready_when {
    address,  ///< the interface has its address, so that it can be bound
    online    ///< and the node is connected to its server
};

struct node_process_options {
    std::filesystem::path state_directory;      ///< absolute; made if missing
    std::filesystem::path config_file;          ///< absolute; empty: state_directory/config.toml if that exists
    std::filesystem::path socket;               ///< absolute; of the local interface
    std::optional<server_spec> server;          ///< none: what node.toml keeps
    std::optional<std::string> interface_name;  ///< the following override the configuration
    std::optional<std::uint16_t> port;          ///< UDP
    std::optional<std::string> nickname;        ///< valid
    std::optional<crypto::key_type> key_type;   ///< of a key that has to be made
    std::optional<log_level> level;             ///< none: what the configuration says; see log_sink.hpp
    std::filesystem::path log_file;             ///< empty: stderr
    ready_when ready = ready_when::address;
    std::optional<std::chrono::milliseconds> patience;  ///< end with errc::timed_out if not ready by then
};

/// Runs a node until SIGINT, SIGTERM or the method `down`. An error is why it could not start or had to stop.
result<void> run_node(const node_process_options& options, const process_hooks& hooks);

/// What is wrong with this machine, as far as that shows without a node that runs: the answer of the method `doctor`.
wire::json examine_host(const std::filesystem::path& state_directory);

struct server_process_options {
    std::filesystem::path state_directory;  ///< absolute
    std::filesystem::path config_file;      ///< absolute; empty: state_directory/server.toml
    std::filesystem::path socket;           ///< absolute; empty: server_socket(state_directory)
    std::optional<log_level> level;         ///< overrides the configuration, after a reload too
};

/// Where a server's local interface is unless told otherwise.
std::filesystem::path server_socket(const std::filesystem::path& state_directory);

/// Runs a mediation server until SIGINT or SIGTERM; SIGHUP does what the method `reload` does.
result<void> run_server(const server_process_options& options, const process_hooks& hooks);

struct relay_process_options {
    std::filesystem::path state_directory;  ///< absolute; made if missing
    std::optional<server_spec> server;      ///< none: what was kept
    std::string token;                      ///< of the fleet, one line, as 'vpn server relay add' printed it
    std::optional<std::uint16_t> udp_port;  ///< none: 17771
    std::optional<std::uint16_t> tcp_port;  ///< none: no streams without TLS
    std::optional<std::uint16_t> tls_port;  ///< none: 443 if that can be had
    std::vector<ip_address> addresses;      ///< where nodes reach it; none: as the server sees it
    std::uint32_t max_kbit = 0;             ///< of all nodes together; 0: unlimited
    std::optional<log_level> level;         ///< none: info
};

/// Runs a relay of a server's fleet until SIGINT or SIGTERM. An error is why it could not start, or that the server refuses it.
result<void> run_relay(const relay_process_options& options, const process_hooks& hooks);

struct init_options {
    std::filesystem::path state_directory;  ///< absolute; made if missing
    std::optional<std::string> host;    ///< the name or address under which nodes reach it; none: this machine's name
    std::optional<std::uint16_t> port;  ///< TCP; none: 12975
};

struct init_report {
    std::filesystem::path state_directory;
    bool created = true;              ///< false: there was a server here already, and nothing was changed
    server_spec server;               ///< what a node needs, with the fingerprint of the Ed25519 key
    std::string fingerprint_ed25519;  ///< SHA256:…
    std::string fingerprint_rsa;      ///< SHA256:…, for suite 1
    std::string pool;                 ///< 100.64.0.0/10
    std::string ula;                  ///< fdxx:…::/64
};

/// Makes host keys, database and server.toml; with all of them there already, reports them.
result<init_report> init_server(const init_options& options);

struct restore_options {
    std::filesystem::path file;             ///< absolute; what the method `backup` wrote
    std::filesystem::path state_directory;  ///< absolute; made if missing, refused if it has anything of a server
};

struct restore_report {
    std::filesystem::path state_directory;
    std::size_t accounts = 0;
    std::size_t networks = 0;
};

/// Makes a server's state directory from a backup: host keys, database, server.toml. All of it or nothing.
result<restore_report> restore_server(const restore_options& options);

}  // namespace buri::daemon
