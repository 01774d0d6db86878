#include "cli/administration_views.hpp"
#include "cli/complaint.hpp"
#include "cli/given_text.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/network_call.hpp"
#include "cli/printable.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

/// The new text: of the argument, empty for --clear, nothing to only show it.
result<std::optional<std::string>> wanted_welcome(const invocation& call) {
    const auto given = call.value("TEXT");
    if (given && call.has("--clear")) return fail(errc::usage, "TEXT and --clear exclude each other. Give one of them");
    if (call.has("--clear")) return std::optional<std::string>("");
    if (!given) return std::optional<std::string>();
    auto text = given_text(call, *given, longest_message);
    if (!text) return fail(std::move(text.error()));
    return std::optional(std::move(*text));
}

result<int> show_history(const invocation& call, network_call& to) {
    const auto answer = to.daemon.call("announcements", to.params());
    if (!answer) return fail(while_doing("cannot show the announcements of " + to.quoted(), answer.error()));
    const auto announcements = items_of(*answer, "announcements");
    if (announcements.empty()) call.remark("nothing was announced in " + to.name.text() + ".");
    call.answer(announcements, announcements_view(announcements, call.colors()));
    return 0;
}

}  // namespace

result<int> run_welcome(invocation& call) {
    const auto text = wanted_welcome(call);
    if (!text) return fail(text.error());
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    auto params = to->params();
    if (*text) params["text"] = **text;
    const auto outcome = to->daemon.call("welcome", params);
    if (!outcome) {
        const std::string doing = *text ? "cannot set" : "cannot show";
        return fail(while_doing(doing + " the welcome message of " + to->quoted(), outcome.error()));
    }
    const auto now = outcome->value("text", text->value_or(""));
    const bool changed = bool_of(*outcome, "changed", text->has_value());
    if (now.empty()) {
        call.remark("new members of " + to->name.text() + " get no message" +
                    (text->has_value() && !changed ? " already." : "."));
    } else if (text->has_value()) {
        call.remark(changed ? "new members get from now on:" : "new members get this already:");
    }
    call.answer({{"network", to->name.text()}, {"text", now}, {"changed", changed}},
                now.empty() ? "" : printable_lines(now) + "\n");
    return 0;
}

result<int> run_announce(invocation& call) {
    std::optional<std::string> text;
    if (const auto given = call.value("TEXT")) {
        auto checked = given_text(call, *given, longest_message);
        if (!checked) return fail(std::move(checked.error()));
        text = std::move(*checked);
    }
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    if (!text) return show_history(call, *to);
    auto params = to->params();
    params["text"] = *text;
    const auto outcome = to->daemon.call("announce", params);
    if (!outcome) return fail(while_doing("cannot announce in " + to->quoted(), outcome.error()));
    return answer_change(call, to->name.text(), *outcome,
                         "announced in " + to->name.text() + ". Members who are offline get it when they come.",
                         "announced in " + to->name.text() + " already.");
}

}  // namespace buri::cli
