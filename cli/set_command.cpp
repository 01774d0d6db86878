#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/network_call.hpp"
#include "cli/passwords.hpp"

#include <vector>

namespace buri::cli {
namespace {

/// What was named, in words and as parameters.
struct wanted_settings {
    wire::json params = wire::json::object();
    std::vector<std::string> words;
    bool asks_password = false;

    void add(const char* name, wire::json value, std::string word) {
        params[name] = std::move(value);
        words.push_back(std::move(word));
    }
};

result<void> check_contradictions(const invocation& call) {
    if (call.has("--lock") && call.has("--unlock"))
        return fail(errc::usage, "--lock and --unlock exclude each other. Give one of them");
    int passwords = 0;
    for (const auto* const name : {"--password", "--password-stdin", "--password-file", "--open"})
        passwords += call.has(name) ? 1 : 0;
    if (passwords > 1) {
        return fail(errc::usage,
                    "--password, --password-stdin, --password-file and --open exclude each other. Give one of them");
    }
    return {};
}

result<wanted_settings> read_settings(const invocation& call) {
    if (const auto fits = check_contradictions(call); !fits) return fail(fits.error());
    auto password = given_password(call);
    if (!password) return fail(std::move(password.error()));
    wanted_settings out;
    if (*password) out.add("password", **password, "new password");
    if (call.has("--open")) out.add("open", true, "no password");
    if (call.has("--lock")) out.add("locked", true, "locked");
    if (call.has("--unlock")) out.add("locked", false, "unlocked");
    if (const auto how = call.value("--approve")) {
        out.add("approval", *how, *how == "manual" ? "new members wait for approval" : "new members are in at once");
    }
    if (const auto whether = call.value("--encryption")) {
        out.add("encryption", *whether,
                *whether == "on" ? "encrypted" : "NOT ENCRYPTED where every other condition allows it");
    }
    out.asks_password = call.has("--password");
    if (out.params.empty() && !out.asks_password) {
        return fail(errc::usage,
                    "nothing was named that is to be set. Use --password, --open, --lock, --unlock, --approve "
                    "or --encryption, see 'vpn help set'");
    }
    return out;
}

}  // namespace

result<int> run_set(invocation& call) {
    auto wanted = read_settings(call);
    if (!wanted) return fail(std::move(wanted.error()));
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto what = "cannot change " + to->quoted();
    if (wanted->asks_password) {
        const auto asked = asked_password(call, to->name.text(), true);
        if (!asked) return fail(while_doing(what, asked.error()));
        wanted->add("password", *asked, "new password");
    }
    wanted->params["network"] = to->name.text();
    const auto outcome = to->daemon.call("set", wanted->params);
    if (!outcome) return fail(while_doing(what, outcome.error()));
    std::string words;
    for (const auto& word : wanted->words)
        words += (words.empty() ? "" : ", ") + word;
    return answer_change(call, to->name.text(), *outcome, to->name.text() + " is now: " + words + ".",
                         to->name.text() + " is so already: " + words + ".");
}

}  // namespace buri::cli
