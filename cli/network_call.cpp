#include "cli/network_call.hpp"

#include "cli/json_access.hpp"

namespace buri::cli {

wire::json network_call::params() const {
    return {{"network", name.text()}};
}

std::string network_call::quoted() const {
    return "'" + name.text() + "'";
}

result<network_call> prepare(const invocation& call) {
    auto name = network_name::parse(call.argument("NETWORK"));
    if (!name) return fail(std::move(name.error()));
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    return network_call{std::move(*name), std::move(*daemon)};
}

int answer_change(const invocation& call, const std::string& network, const wire::json& outcome, std::string_view done,
                  std::string_view already) {
    const bool changed = bool_of(outcome, "changed", true);
    call.answer({{"network", network}, {"changed", changed}}, std::string(changed ? done : already) + "\n");
    return 0;
}

}  // namespace buri::cli
