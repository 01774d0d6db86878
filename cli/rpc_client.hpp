#pragma once
// The other end of the local interface: one blocking connection with deadlines.
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"
#include "daemon/rpc_protocol.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace buri::cli {

class rpc_client {
public:
    using patience = std::optional<std::chrono::milliseconds>;  ///< none: for ever

    static constexpr std::chrono::milliseconds usual_patience{30'000};

    enum class kind { node, server };

    /// errc::daemon_not_running, errc::permission, each told of what the socket is of.
    static result<rpc_client> connect(const std::filesystem::path& socket, kind of = kind::node);
    rpc_client(rpc_client&& other) noexcept;
    rpc_client& operator=(rpc_client&& other) noexcept;
    ~rpc_client();

    /// The result, or the error that the daemon gave; errc::timed_out, or errc::cancelled if the daemon went away.
    result<wire::json> call(std::string_view method, const wire::json& params = wire::json::object(),
                            patience limit = usual_patience);
    /// The next event after a successful call of `events`; errc::timed_out, errc::cancelled.
    result<wire::json> next_event(patience limit);

    /// Until the daemon's process has ended, or the time is over.
    bool wait_for_exit(std::chrono::milliseconds limit) const;

private:
    rpc_client(int descriptor, kind of);
    [[nodiscard]] error gone() const;
    result<std::string> read_line(patience limit);

    int descriptor_ = -1;
    kind kind_ = kind::node;
    int process_ = -1;  ///< a pidfd of the daemon, or -1
    std::uint32_t next_id_ = 1;
    std::string input_;
};

}  // namespace buri::cli
