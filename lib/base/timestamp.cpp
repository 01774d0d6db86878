#include "buri/base/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace buri {
namespace {

constexpr std::string_view form = "0000-00-00T00:00:00Z";

bool has_form(std::string_view text) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !is_digit : text[i] != form[i]) return false;
    }
    return true;
}

std::string digits(std::int64_t value, std::size_t width) {
    auto text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

int number(std::string_view text, std::size_t from, std::size_t length) {
    int out = 0;
    std::from_chars(text.data() + from, text.data() + from + length, out);
    return out;
}

}  // namespace

std::string to_rfc3339(wall_time when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    return digits(int{date.year()}, 4) + "-" + digits(static_cast<int>(unsigned{date.month()}), 2) + "-" +
           digits(static_cast<int>(unsigned{date.day()}), 2) + "T" + digits(time.hours().count(), 2) + ":" +
           digits(time.minutes().count(), 2) + ":" + digits(time.seconds().count(), 2) + "Z";
}

std::optional<wall_time> parse_rfc3339(std::string_view text) {
    if (!has_form(text)) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(number(text, 0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
    const int hours = number(text, 11, 2);
    const int minutes = number(text, 14, 2);
    const int seconds = number(text, 17, 2);
    if (!date.ok() || date.year() < std::chrono::year(1970) || hours > 23 || minutes > 59 || seconds > 59)
        return std::nullopt;
    return wall_time(std::chrono::sys_days(date)) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
}

}  // namespace buri
