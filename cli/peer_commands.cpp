#include "buri/base/ids.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"

namespace buri::cli {

result<int> run_peers(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("peers");
    if (!answer) return fail(while_doing("cannot list peers", answer.error()));
    const auto peers = items_of(*answer, "peers");
    if (peers.empty()) call.remark("no peers. They come with the networks that you create or join.");
    call.answer(peers, peers_view(peers, call.colors()));
    return 0;
}

result<int> run_show(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto peer = call.argument("PEER");
    const auto answer = daemon->call("peer", {{"peer", peer}});
    if (!answer) return fail(while_doing("cannot show '" + peer + "'", answer.error()));
    call.answer(*answer, peer_view(*answer, call.colors()));
    return 0;
}

result<int> run_nick(invocation& call) {
    wire::json params = wire::json::object();
    if (const auto name = call.value("NAME")) {
        const auto valid = parse_nickname(*name);
        if (!valid) return fail(valid.error());
        params["nickname"] = *valid;
    }
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("nick", params);
    if (!answer) return fail(while_doing("cannot change the nickname", answer.error()));
    auto nickname = text_of(*answer, "nickname");
    if (nickname.empty()) nickname = text_of(params, "nickname");
    const bool changed = bool_of(*answer, "changed", !params.empty());
    call.answer({{"nickname", nickname}, {"changed", changed}}, nickname + "\n");
    return 0;
}

}  // namespace buri::cli
