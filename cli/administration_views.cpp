#include "cli/administration_views.hpp"

#include "cli/json_access.hpp"
#include "cli/text_table.hpp"
#include "cli/view_parts.hpp"

#include <sstream>

namespace buri::cli {
namespace {

using color = palette::color;
using cell = text_table::cell;
using cells = std::vector<cell>;

cells request_row(const wire::json& request) {
    return {{"?", color::yellow},          {text_of(request, "network")},
            {text_of(request, "address")}, {text_of(request, "name"), color::bold},
            {text_of(request, "since")},   {text_of(request, "fingerprint")}};
}

cells ban_row(const wire::json& ban) {
    return {{or_dash(text_of(ban, "address"))},
            {text_of(ban, "nickname"), color::bold},
            {text_of(ban, "since")},
            {or_dash(text_of(ban, "until"))},
            {person_of(ban, "by")},
            {text_of(ban, "fingerprint")},
            {text_of(ban, "reason")}};
}

cells administrator_row(const wire::json& administrator) {
    return {{text_of(administrator, "address")},
            {text_of(administrator, "name"), color::bold},
            {names_text(array_of(administrator, "can"))}};
}

/// A row for each line of its text.
void add_announcement(text_table& table, const wire::json& announcement) {
    std::istringstream lines(lines_of(announcement, "text"));
    std::string line;
    std::getline(lines, line);
    table.add({{text_of(announcement, "time")}, {person_of(announcement, "author"), color::bold}, {line}});
    while (std::getline(lines, line))
        table.add({{}, {}, {line}});
}

cells invite_row(const wire::json& invite) {
    const auto uses = text_of(invite, "uses");
    const auto most = text_of(invite, "max_uses");
    return {{text_of(invite, "id")},
            {uses + (most == "0" ? "" : prefixed(" of ", most))},
            {or_dash(text_of(invite, "expires"))},
            {bool_of(invite, "approved") ? "no" : "yes"},
            {text_of(invite, "created")},
            {person_of(invite, "by")}};
}

std::string change_text(const wire::json& entry) {
    const auto before = text_of(entry, "before");
    const auto after = text_of(entry, "after");
    if (before.empty()) return after;
    return before + " -> " + or_dash(after);
}

cells log_row(const wire::json& entry) {
    const auto result = text_of(entry, "result");
    return {{text_of(entry, "time"), color::dim},
            {person_of(entry, "actor"), color::bold},
            {text_of(entry, "act")},
            {or_dash(text_of(entry, "network"))},
            {or_dash(person_of(entry, "target"))},
            {or_dash(result), result == "ok" ? color::plain : color::red},
            {change_text(entry)}};
}

}  // namespace

std::string requests_view(const wire::json& requests, const palette& colors) {
    return table_of(head({" ", "NETWORK", "ADDRESS", "NAME", "WAITING SINCE", "FINGERPRINT"}), requests, request_row,
                    colors);
}

std::string bans_view(const wire::json& bans, const palette& colors) {
    return table_of(head({"ADDRESS", "NICKNAME", "SINCE", "UNTIL", "BY", "FINGERPRINT", "REASON"}), bans, ban_row,
                    colors);
}

std::string administrators_view(const wire::json& administrators, const palette& colors) {
    return table_of(head({"ADDRESS", "NAME", "CAN"}), administrators, administrator_row, colors);
}

std::string announcements_view(const wire::json& announcements, const palette& colors) {
    if (announcements.empty()) return {};
    text_table table;
    table.add(head({"TIME", "AUTHOR", "TEXT"}));
    for (const auto& announcement : announcements)
        add_announcement(table, announcement);
    return table.print(colors);
}

std::string invites_view(const wire::json& invites, const palette& colors) {
    return table_of(head({"ID", "USED", "EXPIRES", "APPROVAL", "MADE", "BY"}), invites, invite_row, colors);
}

std::string log_view(const wire::json& entries, const palette& colors) {
    return table_of(head({"TIME", "ACTOR", "ACT", "NETWORK", "TARGET", "RESULT", "CHANGE"}), entries, log_row, colors);
}

std::string log_line(const wire::json& entry, const palette& colors) {
    text_table table;
    table.add(log_row(entry));
    return table.print(colors);
}

}  // namespace buri::cli
