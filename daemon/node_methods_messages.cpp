// Messages of networks, invites to them, and their log.
#include "buri/core/node/documents.hpp"
#include "daemon/invite_url.hpp"
#include "daemon/node_methods.hpp"
#include "daemon/parameters.hpp"

#include <algorithm>
#include <limits>

namespace buri::daemon {
namespace {

using wire::json;

constexpr std::size_t longest_message = 1024;
constexpr std::uint64_t longest_invite_seconds = 10ULL * 366 * 24 * 3600;
constexpr std::uint64_t longest_log_page = 1000;

/// Made here and not where question_row::tell needs it: the server never learns the token before it is used.
std::string url_of(const node_facts& facts, const network_name& network, const bytes& token) {
    invite_url invite;
    invite.server.host = facts.server.host;
    invite.server.port = facts.server.port;
    if (const auto digest = crypto::parse_fingerprint(facts.server.fingerprint)) invite.server.fingerprint = *digest;
    invite.network = network;
    std::ranges::copy(token, invite.token.begin());
    return to_string(invite);
}

template <typename Request>
result<question> read_network(const node_facts&, const json& params) {
    Request what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    what.network = *name;
    return question{std::move(what), {{"network", name->text()}}};
}

// ---- welcome and announcements ------------------------------------------------------------------------------------

/// Without a text it is read.
result<question> read_welcome(const node_facts& facts, const json& params) {
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    auto text = parameters::optional_text(params, "text", longest_message);
    if (!text) return fail(text.error());
    if (!*text) return read_network<wire::list_messages>(facts, params);
    wire::set_welcome what;
    what.network = *name;
    what.text = **text;
    return question{std::move(what), {{"network", name->text()}, {"text", **text}}};
}

json tell_welcome(const core::node_machine& machine, const wire::answer& answer, json document) {
    const auto* const messages = std::get_if<wire::message_list>(&answer);
    if (messages == nullptr) return tell_change(machine, answer, std::move(document));
    document["text"] = messages->welcome;
    document["changed"] = false;
    return document;
}

result<question> read_announce(const node_facts&, const json& params) {
    wire::make_announcement what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    auto text = parameters::text(params, "text", longest_message);
    if (!text) return fail(text.error());
    what.network = *name;
    what.text = std::move(*text);
    return question{std::move(what), {{"network", name->text()}}};
}

json tell_announcements(const core::node_machine&, const wire::answer& answer, json) {
    json out = json::array();
    const auto* const messages = std::get_if<wire::message_list>(&answer);
    if (messages == nullptr) return out;
    for (const auto& message : messages->announcements)
        out.push_back(core::announcement_json(message));
    return out;
}

// ---- invites ------------------------------------------------------------------------------------------------------

result<question> read_invite(const node_facts& facts, const json& params) {
    wire::make_invite what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto uses = parameters::optional_number(params, "uses", 0, std::numeric_limits<std::uint32_t>::max());
    if (!uses) return fail(uses.error());
    const auto lasts = parameters::optional_number(params, "expires_s", 1, longest_invite_seconds);
    if (!lasts) return fail(lasts.error());
    const auto approved = parameters::optional_flag(params, "approved");
    if (!approved) return fail(approved.error());
    bytes token(std::tuple_size_v<decltype(invite_url::token)>);
    facts.random.fill(token);
    const auto digest = crypto::sha256(token);
    what.network = *name;
    what.digest.assign(digest.begin(), digest.end());
    what.max_uses = static_cast<std::uint32_t>(uses->value_or(1));
    if (*lasts) what.expires = facts.today + std::chrono::seconds(**lasts);
    what.approved = approved->value_or(false);
    json document{{"network", name->text()},
                  {"url", url_of(facts, *name, token)},
                  {"uses", what.max_uses},
                  {"expires", core::time_json(what.expires)},
                  {"approved", what.approved}};
    return question{std::move(what), std::move(document)};
}

json tell_invite(const core::node_machine&, const wire::answer& answer, json document) {
    const auto* const made = std::get_if<wire::invite_made>(&answer);
    document["id"] = made != nullptr ? json(made->id) : json(nullptr);
    return document;
}

json tell_invites(const core::node_machine& machine, const wire::answer& answer, json) {
    json out = json::array();
    const auto* const list = std::get_if<wire::invite_list>(&answer);
    if (list == nullptr) return out;
    for (const auto& invite : list->invites) {
        out.push_back({{"id", invite.id},
                       {"by", core::named_node_json(invite.by, machine.name_of(invite.by))},
                       {"created", core::time_json(invite.created)},
                       {"expires", core::time_json(invite.expires)},
                       {"max_uses", invite.max_uses},
                       {"uses", invite.uses},
                       {"approved", invite.approved}});
    }
    return out;
}

result<question> read_uninvite(const node_facts&, const json& params) {
    wire::revoke_invite what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto id = parameters::number(params, "id", 1, std::numeric_limits<std::uint64_t>::max());
    if (!id) return fail(id.error());
    what.network = *name;
    what.id = *id;
    return question{std::move(what), {{"network", name->text()}}};
}

// ---- the log ------------------------------------------------------------------------------------------------------

result<question> read_log_page(const node_facts&, const json& params) {
    wire::read_log what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto after = parameters::optional_number(params, "after", 0, std::numeric_limits<std::int64_t>::max());
    if (!after) return fail(after.error());
    const auto limit = parameters::optional_number(params, "limit", 1, longest_log_page);
    if (!limit) return fail(limit.error());
    what.network = *name;
    what.after = after->value_or(0);
    what.limit = static_cast<std::uint32_t>(limit->value_or(longest_log_page));
    return question{std::move(what), json::object()};
}

json tell_log_page(const core::node_machine&, const wire::answer& answer, json) {
    json out = json::array();
    const auto* const page = std::get_if<wire::log_page>(&answer);
    if (page == nullptr) return out;
    for (const auto& entry : page->entries)
        out.push_back(core::log_entry_json(entry));
    return out;
}

constexpr std::array rows{
    question_row{"welcome", {"network", "text"}, read_welcome, tell_welcome},
    question_row{"announce", {"network", "text"}, read_announce, tell_change},
    question_row{"announcements", {"network"}, read_network<wire::list_messages>, tell_announcements},
    question_row{"invite", {"network", "uses", "expires_s", "approved"}, read_invite, tell_invite},
    question_row{"invites", {"network"}, read_network<wire::list_invites>, tell_invites},
    question_row{"uninvite", {"network", "id"}, read_uninvite, tell_change},
    question_row{"log", {"network", "after", "limit"}, read_log_page, tell_log_page},
};

}  // namespace

std::span<const question_row> message_questions() {
    return rows;
}

}  // namespace buri::daemon
