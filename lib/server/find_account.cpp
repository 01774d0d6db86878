#include "buri/server/find_account.hpp"

#include <algorithm>

namespace buri::server {
namespace {

constexpr std::size_t most_listed = 5;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

tl::unexpected<error> unknown(std::string_view text) {
    return fail(errc::account_unknown, "there is no account '" + std::string(text.substr(0, 128)) +
                                           "' on this server. 'vpn server accounts' lists them.");
}

tl::unexpected<error> ambiguous(std::string_view text, const std::vector<node_id>& found) {
    std::string list;
    for (std::size_t i = 0; i < std::min(found.size(), most_listed); ++i)
        list += (i == 0 ? "" : ", ") + to_string(found[i]);
    if (found.size() > most_listed) list += " and " + std::to_string(found.size() - most_listed) + " more";
    return fail(errc::peer_ambiguous,
                "several accounts have the nickname '" + std::string(text) + "': " + list + ". Use the address.");
}

}  // namespace

result<node_id> find_account(const core::directory& records, std::string_view text) {
    if (const auto id = parse_node_id(text)) {
        if (records.account(*id) == nullptr) return unknown(text);
        return *id;
    }
    std::vector<node_id> found;
    for (const auto* const account : records.accounts()) {
        if (is_same_name(account->nickname, text)) found.push_back(account->id);
    }
    if (found.empty()) return unknown(text);
    if (found.size() > 1) return ambiguous(text, found);
    return found.front();
}

}  // namespace buri::server
