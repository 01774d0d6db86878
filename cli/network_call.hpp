#pragma once
// What commands about one network begin with.
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"
#include "cli/invocation.hpp"
#include "cli/rpc_client.hpp"

#include <string>

namespace buri::cli {

struct network_call {
    network_name name;
    rpc_client daemon;

    /// {network}
    [[nodiscard]] wire::json params() const;
    /// "'team'"
    [[nodiscard]] std::string quoted() const;
};

/// The argument NETWORK and the daemon, in the order that tells a mistake before anything is asked for.
result<network_call> prepare(const invocation& call);

/// {network, changed} and a line: `done`, or `already` if nothing had to change.
int answer_change(const invocation& call, const std::string& network, const wire::json& outcome, std::string_view done,
                  std::string_view already);

}  // namespace buri::cli
