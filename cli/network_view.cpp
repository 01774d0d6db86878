#include "cli/display_width.hpp"
#include "cli/json_access.hpp"
#include "cli/peer_row.hpp"
#include "cli/view_parts.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

using color = palette::color;

std::string owner_text(const wire::json& network) {
    const auto& owner = object_of(network, "owner");
    const auto name = bool_of(owner, "you") ? "you" : person_text(owner);
    return "owner: " + (name.empty() ? "unknown" : name);
}

/// "3 of 256 members", "3 members"
std::string count_text(const wire::json& network) {
    const auto count = text_of(network, "member_count");
    if (count.empty()) return {};
    const auto most = text_of(network, "max_members");
    if (!most.empty() && most != "0") return ", " + count + " of " + most + " members";
    return ", " + count + (count == "1" ? " member" : " members");
}

/// The member with the address as the others know it, or the address.
std::string name_of(const std::string& address, const wire::json& network, const wire::json& status) {
    if (address == text_of(status, "address")) return "you, see 'vpn transfer'";
    for (const auto& peer : array_of(network, "peers")) {
        if (text_of(peer, "address") == address) return person_text(peer);
    }
    return address;
}

std::string title(const wire::json& network, const wire::json& status, const palette& colors) {
    std::string facts;
    if (bool_of(network, "waiting")) {
        facts = colors.paint(color::yellow, "waiting for approval");
    } else {
        facts = owner_text(network) + count_text(network);
        if (bool_of(network, "open")) facts += ", open";
        if (bool_of(network, "locked")) facts += ", locked";
        if (text_of(network, "approval") == "manual") facts += ", approval: manual";
        const auto heir = text_of(network, "heir");
        if (!heir.empty()) facts += ", offered to " + name_of(heir, network, status);
    }
    if (text_of(network, "encryption") == "off") facts += ", " + colors.paint(color::red, "NOT ENCRYPTED");
    return colors.paint(color::bold, text_of(network, "name")) + "  (" + facts + ")\n";
}

/// The newest announcement on a line, or on two if it is long: the whole of it is in the history.
std::string announcement_lines(const wire::json& network, const palette& colors) {
    constexpr std::size_t most_columns = 76;
    const auto& newest = object_of(network, "announcement");
    const auto text = text_of(newest, "text");
    if (text.empty()) return {};
    const auto from = joined({person_of(newest, "author"), text_of(newest, "time")});
    if (display_width(text) + display_width(from) + 4 <= most_columns)
        return "  " + text + "  " + colors.paint(color::dim, "(" + from + ")") + "\n";
    const auto seen = shortened(text, most_columns);
    const auto more = seen == text ? "" : "; 'vpn announce " + text_of(network, "name") + "' shows all of it";
    return "  " + seen + "\n  " + colors.paint(color::dim, "(" + from + more + ")") + "\n";
}

std::vector<text_table::cell> applicant_row(const wire::json& applicant) {
    return {{"?", color::yellow},
            {text_of(applicant, "address")},
            {person_text(applicant), color::bold},
            {prefixed("waiting since ", text_of(applicant, "since")), color::yellow}};
}

text_table members(const wire::json& network, const wire::json& status) {
    text_table table("  ");
    const bool waiting = bool_of(network, "waiting");
    const auto self = text_of(status, "address");
    if (!self.empty()) {
        const auto& you = object_of(network, "you");
        const auto name = text_of(you, "name");
        const auto can = names_text(array_of(you, "can"));
        table.add({{waiting ? "?" : " ", color::yellow},
                   {self},
                   {name.empty() ? text_of(status, "nickname") : name, color::bold},
                   {waiting ? "you, waiting for approval" : "you"},
                   {can.empty() ? "" : "can " + can, color::dim}});
    }
    for (const auto& peer : array_of(network, "peers")) {
        auto row = peer_row(peer, person_text(peer));
        const auto can = names_text(array_of(peer, "can"));
        if (!can.empty()) row.insert(row.end() - 1, {"can " + can, color::dim});
        table.add(std::move(row));
    }
    for (const auto& applicant : array_of(network, "applicants"))
        table.add(applicant_row(applicant));
    return table;
}

}  // namespace

std::string networks_view(const wire::json& networks, const wire::json& status, const palette& colors) {
    std::string out;
    for (const auto& network : networks) {
        if (!out.empty()) out += '\n';
        out += title(network, status, colors) + announcement_lines(network, colors);
        out += members(network, status).print(colors);
    }
    return out;
}

}  // namespace buri::cli
