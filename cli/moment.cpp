#include "cli/moment.hpp"

#include "buri/base/timestamp.hpp"

#include <charconv>
#include <cstdint>
#include <string>

namespace buri::cli {
namespace {

using std::chrono::seconds;

constexpr std::int64_t longest = 100LL * 365 * 24 * 3600;

/// A number at the start of the text, which it is taken from.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::int64_t unit_seconds(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 24 * 3600;
        case 'w':
            return 7 * 24 * 3600;
        default:
            return 0;
    }
}

std::optional<seconds> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    while (!text.empty()) {
        const auto count = take_number(text);
        const auto unit = count && !text.empty() ? unit_seconds(text.front()) : 0;
        if (unit == 0 || *count > longest / unit) return std::nullopt;
        total += *count * unit;
        if (total > longest) return std::nullopt;
        text.remove_prefix(1);
    }
    return total > 0 ? std::optional(seconds(total)) : std::nullopt;
}

/// What "+01:30" or "Z" at the end of a time is ahead of UTC, and the text before it.
std::optional<std::pair<std::string_view, seconds>> split_offset(std::string_view text) {
    if (text.ends_with('Z') || text.ends_with('z')) return std::pair(text.substr(0, text.size() - 1), seconds(0));
    constexpr std::size_t size = 6;
    if (text.size() < size) return std::nullopt;
    auto offset = text.substr(text.size() - size);
    const char sign = offset.front();
    if ((sign != '+' && sign != '-') || offset[3] != ':') return std::nullopt;
    auto hours_text = offset.substr(1, 2);
    auto minutes_text = offset.substr(4, 2);
    const auto hours = take_number(hours_text);
    const auto minutes = take_number(minutes_text);
    if (!hours || !minutes || !hours_text.empty() || !minutes_text.empty() || *hours > 23 || *minutes > 59)
        return std::nullopt;
    const auto ahead = seconds(*hours * 3600 + *minutes * 60);
    return std::pair(text.substr(0, text.size() - size), sign == '+' ? ahead : -ahead);
}

std::optional<wall_time> parse_time(std::string_view text) {
    constexpr std::size_t size = std::string_view("2027-01-31T12:00:00").size();
    const auto split = split_offset(text);
    if (!split || split->first.size() < size) return std::nullopt;
    auto fraction = split->first.substr(size);
    if (!fraction.empty()) {
        if (fraction.front() != '.' || fraction.size() == 1) return std::nullopt;
        if (fraction.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
    }
    std::string plain(split->first.substr(0, size));
    if (plain[10] == 't' || plain[10] == ' ') plain[10] = 'T';
    const auto local = parse_rfc3339(plain + "Z");
    if (!local) return std::nullopt;
    const auto utc = *local - split->second;
    return parse_rfc3339(to_rfc3339(utc)) ? std::optional(utc) : std::nullopt;
}

}  // namespace

std::optional<wall_time> parse_moment(std::string_view text, wall_time now) {
    if (const auto day = parse_rfc3339(std::string(text) + "T00:00:00Z")) return day;
    if (const auto after = parse_duration(text)) return now + *after;
    return parse_time(text);
}

}  // namespace buri::cli
