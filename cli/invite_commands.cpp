#include "cli/administration_views.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/network_call.hpp"
#include "cli/qr_code.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

std::string invite_remark(const wire::json& invite) {
    const auto uses = text_of(invite, "uses");
    const auto expires = text_of(invite, "expires");
    std::string out = "invite " + text_of(invite, "id") + " to " + text_of(invite, "network") + ": ";
    out += uses == "0" ? "for any number of nodes" : uses == "1" ? "for one node" : "for " + uses + " nodes";
    out += expires.empty() ? ", without end" : ", until " + expires;
    if (bool_of(invite, "approved")) out += ", without waiting for approval";
    return out + ". They use it with 'vpn join', in quotes:";
}

}  // namespace

result<int> run_invite(invocation& call) {
    const auto now = call.around().now();  // before the other reading of the clock, so that a second to come stays one
    const auto expires = call.moment("--expires");
    if (!expires) return fail(expires.error());
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    auto params = to->params();
    if (const auto uses = call.number("--uses")) params["uses"] = *uses;
    if (*expires) params["expires_s"] = (**expires - now).count();
    if (call.has("--approve")) params["approved"] = true;
    const auto invite = to->daemon.call("invite", params);
    if (!invite) return fail(while_doing("cannot make an invite to " + to->quoted(), invite.error()));
    const auto url = text_of(*invite, "url");
    call.remark(invite_remark(*invite));
    if (call.around().is_out_terminal && !call.wants_json() && !call.is_quiet()) {
        const auto code = qr_code::encode(url);
        if (code) call.around().err << code->print(call.colors()) << std::flush;
    }
    call.answer(*invite, url + "\n");
    return 0;
}

result<int> run_invites(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto answer = to->daemon.call("invites", to->params());
    if (!answer) return fail(while_doing("cannot show the invites of " + to->quoted(), answer.error()));
    const auto invites = items_of(*answer, "invites");
    if (invites.empty()) call.remark(to->name.text() + " has no invites. Make one with 'vpn invite'.");
    call.answer(invites, invites_view(invites, call.colors()));
    return 0;
}

result<int> run_uninvite(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    auto params = to->params();
    params["id"] = call.number("ID").value_or(0);
    const auto outcome = to->daemon.call("uninvite", params);
    const auto id = call.argument("ID");
    if (!outcome) return fail(while_doing("cannot take invite " + id + " back", outcome.error()));
    return answer_change(call, to->name.text(), *outcome, "invite " + id + " is not valid any more.",
                         "invite " + id + " is not valid already.");
}

}  // namespace buri::cli
