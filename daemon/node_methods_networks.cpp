// Networks as a whole: being in them, and what holds for them.
#include "buri/core/node/documents.hpp"
#include "daemon/invite_url.hpp"
#include "daemon/node_methods.hpp"
#include "daemon/parameters.hpp"

#include <algorithm>

namespace buri::daemon {
namespace {

using wire::json;

constexpr std::size_t longest_password = 256;
constexpr std::size_t longest_licence = 512;

json about(const network_name& network) {
    return {{"network", network.text()}};
}

template <typename Request>
result<question> read_network(const node_facts&, const json& params) {
    Request what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    what.network = *name;
    return question{std::move(what), about(*name)};
}

result<question> read_create(const node_facts&, const json& params) {
    wire::create_network what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    auto password = parameters::optional_text(params, "password", longest_password);
    if (!password) return fail(password.error());
    what.network = *name;
    what.password = std::move(*password);
    return question{std::move(what), about(*name)};
}

error other_server(const store::pinned_server& own, const server_spec& other) {
    const auto named = to_string(other);
    if (own.host == other.host && own.port == other.port) {
        return make_error(
            errc::daemon_running,
            "the invite names another key of the server '" + own.host + "' than " + own.fingerprint +
                ", which it has. Ask for an invite from this server, or compare the keys with its operator.");
    }
    return make_error(errc::daemon_running, "the invite is to a network of the server '" + other.host +
                                                "', and the daemon here belongs to '" + own.host +
                                                "'. Run another one for it: 'vpn up --state DIR --server " + named +
                                                "'.");
}

result<question> read_join_by_invite(const node_facts& facts, const json& params, const std::string& text) {
    for (const auto* const other : {"network", "password"}) {
        if (params.contains(other) && !params.at(other).is_null())
            return parameters::wrong(other, "and an invite exclude each other");
    }
    const auto invite = parse_invite_url(text);
    if (!invite) return fail(invite.error());
    const auto pinned = crypto::parse_fingerprint(facts.server.fingerprint);
    if (!pinned || invite->server.fingerprint != *pinned) return fail(other_server(facts.server, invite->server));
    wire::join_network what;
    what.network = invite->network;
    what.invite = bytes(invite->token.begin(), invite->token.end());
    return question{std::move(what), about(invite->network)};
}

result<question> read_join(const node_facts& facts, const json& params) {
    const auto invite = parameters::optional_text(params, "invite");
    if (!invite) return fail(invite.error());
    if (*invite) return read_join_by_invite(facts, params, **invite);
    wire::join_network what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    auto password = parameters::optional_text(params, "password", longest_password);
    if (!password) return fail(password.error());
    what.network = *name;
    what.password = std::move(*password);
    return question{std::move(what), about(*name)};
}

json tell_join(const core::node_machine& machine, const wire::answer& answer, json document) {
    const auto name = network_name::parse(document.at("network").get<std::string>());
    const auto* const network = find_network(machine, *name);
    document["waiting"] = network != nullptr && network->waiting;
    return tell_change(machine, answer, std::move(document));
}

/// True for the first of two words.
result<std::optional<bool>> optional_choice(const json& params, const char* name, std::string_view first,
                                            std::string_view second) {
    const auto text = parameters::optional_text(params, name);
    if (!text) return fail(text.error());
    if (!*text) return std::nullopt;
    if (**text != first && **text != second) {
        return parameters::wrong(name, "is neither '" + std::string(first) + "' nor '" + std::string(second) + "'");
    }
    return **text == first;
}

result<question> read_set(const node_facts&, const json& params) {
    wire::set_access what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    auto password = parameters::optional_text(params, "password", longest_password);
    if (!password) return fail(password.error());
    const auto open = parameters::optional_flag(params, "open");
    if (!open) return fail(open.error());
    const auto locked = parameters::optional_flag(params, "locked");
    if (!locked) return fail(locked.error());
    const auto approval = optional_choice(params, "approval", "manual", "auto");
    if (!approval) return fail(approval.error());
    const auto encryption = optional_choice(params, "encryption", "on", "off");
    if (!encryption) return fail(encryption.error());
    if (*open && !**open) return parameters::wrong("open", "can only be true; a network is closed by its password");
    if (*open && *password) return parameters::wrong("open", "and a password exclude each other");
    what.network = *name;
    what.password = std::move(*password);
    what.open = *open;
    what.locked = *locked;
    what.approval = *approval;
    what.encryption = *encryption;
    if (!what.password && !what.open && !what.locked && !what.approval && !what.encryption) {
        return fail(errc::malformed,
                    "nothing is named that is to be set: password, open, locked, approval or encryption");
    }
    return question{std::move(what), about(*name)};
}

result<question> read_transfer(const node_facts& facts, const json& params) {
    wire::offer_transfer what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto peer = parameters::optional_text(params, "peer");
    if (!peer) return fail(peer.error());
    if (*peer) {
        const auto member = facts.machine.find_member(*name, **peer);
        if (!member) return fail(member.error());
        what.member = *member;
    }
    what.network = *name;
    return question{std::move(what), about(*name)};
}

json tell_transfer(const core::node_machine& machine, const wire::answer& answer, json document) {
    const auto name = network_name::parse(document.at("network").get<std::string>());
    const auto* const network = find_network(machine, *name);
    document["heir"] = network == nullptr ? json(nullptr) : core::address_json(network->settings.heir);
    return tell_change(machine, answer, std::move(document));
}

result<question> read_heir(const node_facts&, const json& params) {
    wire::answer_transfer what;
    auto name = parameters::network(params);
    if (!name) return fail(name.error());
    const auto accept = parameters::optional_flag(params, "accept");
    if (!accept) return fail(accept.error());
    if (!*accept) return parameters::wrong("accept", "is missing");
    what.network = *name;
    what.accept = **accept;
    return question{std::move(what), about(*name)};
}

result<question> read_licence(const node_facts&, const json& params) {
    wire::install_licence what;
    auto key = parameters::text(params, "key", longest_licence);
    if (!key) return fail(key.error());
    what.key = std::move(*key);
    return question{std::move(what), json::object()};
}

json tell_licence(const core::node_machine& machine, const wire::answer& answer, json document) {
    document["plan"] = machine.plan().name;
    document["until"] = core::time_json(machine.plan().until);
    return tell_change(machine, answer, std::move(document));
}

constexpr std::array rows{
    question_row{"create", {"network", "password"}, read_create, tell_change},
    question_row{"join", {"network", "password", "invite"}, read_join, tell_join},
    question_row{"leave", {"network"}, read_network<wire::leave_network>, tell_change},
    question_row{"delete", {"network"}, read_network<wire::delete_network>, tell_change},
    question_row{"set", {"network", "password", "open", "locked", "approval", "encryption"}, read_set, tell_change},
    question_row{"transfer", {"network", "peer"}, read_transfer, tell_transfer},
    question_row{"heir", {"network", "accept"}, read_heir, tell_change},
    question_row{"licence", {"key"}, read_licence, tell_licence},
};

}  // namespace

std::span<const question_row> network_questions() {
    return rows;
}

const wire::network_info* find_network(const core::node_machine& machine, const network_name& name) {
    const auto& all = machine.networks();
    const auto found = std::ranges::find_if(all, [&](const auto& each) { return each.settings.network == name; });
    return found == all.end() ? nullptr : &*found;
}

json tell_change(const core::node_machine&, const wire::answer& answer, json document) {
    const auto* const ok = std::get_if<wire::ok_answer>(&answer);
    document["changed"] = ok == nullptr || ok->changed;
    return document;
}

}  // namespace buri::daemon
