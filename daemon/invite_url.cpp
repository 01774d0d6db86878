#include "daemon/invite_url.hpp"

#include "buri/base/bytes.hpp"

#include <algorithm>
#include <optional>

namespace buri::daemon {
namespace {

constexpr std::size_t longest = 1024;

tl::unexpected<error> not_an_invite(std::string_view why) {
    return fail(errc::usage,
                "this is not an invite: " + std::string(why) +
                    ". One reads vpn://HOST/NETWORK?k=SHA256:…&t=…, in quotes for the shell; ask for it again");
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!byte) return std::nullopt;
        out += static_cast<char>(byte->front());
        i += 2;
    }
    return out;
}

std::string replaced(std::string text, char from, char to) {
    std::ranges::replace(text, from, to);
    return text;
}

/// The field's value, decoded; nothing if it is not there exactly once.
std::optional<std::string> field_of(std::string_view query, std::string_view name) {
    std::optional<std::string> found;
    while (!query.empty()) {
        const auto field = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), field.size() + 1));
        const auto equals = field.find('=');
        if (equals == std::string_view::npos || field.substr(0, equals) != name) continue;
        if (found) return std::nullopt;
        found = percent_decoded(field.substr(equals + 1));
        if (!found) return std::nullopt;
    }
    return found;
}

}  // namespace

result<invite_url> parse_invite_url(std::string_view text) {
    if (text.size() > longest) return not_an_invite("it is longer than 1024 characters");
    if (!text.starts_with(invite_url::scheme)) return not_an_invite("it does not begin with vpn://");
    text.remove_prefix(invite_url::scheme.size());
    const auto slash = text.find('/');
    const auto question = text.find('?');
    if (slash == std::string_view::npos || question == std::string_view::npos || question < slash)
        return not_an_invite("it is cut short");
    const auto key = field_of(text.substr(question + 1), "k");
    if (!key) return not_an_invite("it has no fingerprint of the server (k=SHA256:…)");
    const auto token = field_of(text.substr(question + 1), "t");
    const auto raw = token ? from_base64(replaced(replaced(*token, '-', '+'), '_', '/')) : std::nullopt;
    invite_url out;
    if (!raw || raw->size() != out.token.size()) return not_an_invite("it has no token (t=…) of 22 characters");
    std::ranges::copy(*raw, out.token.begin());
    auto server = parse_server_spec(std::string(text.substr(0, slash)) + "#" + *key);
    if (!server) return fail(std::move(server.error()));
    out.server = std::move(*server);
    const auto name = percent_decoded(text.substr(slash + 1, question - slash - 1));
    auto network = network_name::parse(name.value_or(""));
    if (!network) return fail(std::move(network.error()));
    out.network = std::move(*network);
    return out;
}

std::string to_string(const invite_url& invite) {
    auto server = invite.server;
    server.fingerprint.reset();
    std::string key;
    for (const char c : to_base64(invite.server.fingerprint.value_or(crypto::sha256_digest{}))) {
        if (c == '+')
            key += "%2B";
        else if (c == '/')
            key += "%2F";
        else
            key += c;
    }
    const auto token = replaced(replaced(to_base64(invite.token), '+', '-'), '/', '_');
    return std::string(invite_url::scheme) + to_string(server) + "/" + invite.network.text() + "?k=SHA256:" + key +
           "&t=" + token;
}

}  // namespace buri::daemon
