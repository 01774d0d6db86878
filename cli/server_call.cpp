#include "cli/server_call.hpp"

#include "cli/complaint.hpp"
#include "cli/rpc_client.hpp"

namespace buri::cli {

result<wire::json> ask_server(const invocation& call, std::string_view method, const wire::json& params,
                              std::string_view what) {
    auto server = rpc_client::connect(call.server_socket(), rpc_client::kind::server);
    if (!server) return fail(std::move(server.error()));
    auto answer = server->call(method, params);
    if (!answer) return fail(while_doing(what, std::move(answer.error())));
    return answer;
}

}  // namespace buri::cli
