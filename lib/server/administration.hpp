#pragma once
// What the operator of a server can ask and do, above the sessions: questions are answered with the JSON documents of the local
// interface, acts once they are durable.
#include "buri/base/random_source.hpp"
#include "buri/server/config_change.hpp"
#include "buri/server/documents.hpp"
#include "buri/server/sessions.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace buri::server {

struct plan_wish {
    std::string node;                ///< address or nickname
    std::string plan;                ///< empty: the default
    std::optional<wall_time> until;  ///< none: no end
};

struct licence_wish {
    static constexpr std::uint32_t most_at_once = 1000;

    std::string plan;
    std::optional<std::string> node;  ///< address or nickname; none: whoever installs it first
    std::uint32_t months = 1;
    std::uint32_t count = 1;
};

struct log_wish {
    static constexpr std::uint32_t most_entries = 1000;

    std::optional<network_name> network;  ///< none: the whole log
    std::uint64_t after = 0;              ///< entries with a higher id
    std::uint32_t limit = most_entries;   ///< at most so many, the newest of them
};

/// Where the files of a server are.
struct server_place {
    std::filesystem::path state;   ///< the directory
    std::filesystem::path config;  ///< server.toml, wherever it is
};

class administration {
public:
    /// `over` and `random` must outlive it.
    administration(asio::any_io_executor executor, sessions& over, server_place place, store::server_config config,
                   random_source& random);

    [[nodiscard]] wire::json status() const;
    [[nodiscard]] wire::json accounts() const;
    /// By address or nickname; errc::account_unknown, errc::peer_ambiguous.
    [[nodiscard]] result<wire::json> account(std::string_view node) const;
    [[nodiscard]] wire::json networks() const;
    /// errc::network_not_found.
    [[nodiscard]] result<wire::json> network(const network_name& name) const;
    [[nodiscard]] wire::json plans() const;
    [[nodiscard]] wire::json licences() const;
    /// The fleet: the server's own first, if it is one, then those that were added, here or not.
    [[nodiscard]] wire::json relays() const;
    [[nodiscard]] result<wire::json> log(const log_wish& wish) const;

    /// What the account has then, and whether that changed. errc::plan_unknown.
    asio::awaitable<result<wire::json>> async_set_plan(plan_wish wish);
    /// errc::owns_networks unless `with_networks`.
    asio::awaitable<result<wire::json>> async_remove_account(std::string node, bool with_networks);
    asio::awaitable<result<wire::json>> async_remove_network(network_name name);
    /// Keys of new licences. They are valid as soon as this returns, whatever happens to the machine.
    asio::awaitable<result<wire::json>> async_make_licences(licence_wish wish);
    /// The token that a new relay joins with; only its SHA-256 is kept. errc::name_taken, errc::usage.
    asio::awaitable<result<wire::json>> async_add_relay(std::string name, std::string region);
    /// It is disconnected. errc::relay_not_found.
    asio::awaitable<result<wire::json>> async_remove_relay(std::string name);
    /// Writes the database as it is at one moment, the host keys and server.toml into a new file, while nodes are
    /// served. errc::usage for a relative path; errc::state_unreadable if something is there already.
    asio::awaitable<result<wire::json>> async_backup(std::filesystem::path file);

    /// Is told of every entry of the audit log from now on; an empty one ends that.
    void set_log_listener(sessions::log_listener listener) { sessions_.set_log_listener(std::move(listener)); }

    /// From now on `wanted` holds, as far as it can without a restart.
    config_change reload(const store::server_config& wanted);
    [[nodiscard]] const store::server_config& config() const { return config_; }

private:
    [[nodiscard]] document_source source() const;
    asio::awaitable<result<bool>> async_operate(core::operator_wish wish);
    [[nodiscard]] result<std::vector<licence_record>> new_licences(const licence_wish& wish) const;

    asio::any_io_executor executor_;
    sessions& sessions_;
    server_place place_;
    store::server_config config_;
    random_source& random_;
    time_point started_;
};

}  // namespace buri::server
