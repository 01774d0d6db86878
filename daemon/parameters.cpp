#include "daemon/parameters.hpp"

#include "buri/base/timestamp.hpp"

#include <algorithm>

namespace buri::daemon::parameters {
namespace {

using wire::json;

constexpr double longest_seconds = 7 * 24 * 3600;

/// Nothing if it is absent or null.
const json* find(const json& params, const char* name) {
    const auto found = params.find(name);
    return found == params.end() || found->is_null() ? nullptr : &*found;
}

template <typename T>
result<T> required(result<std::optional<T>> found, const char* name) {
    if (!found) return fail(std::move(found.error()));
    if (!*found) return wrong(name, "is missing");
    return std::move(**found);
}

}  // namespace

tl::unexpected<error> wrong(std::string_view name, std::string_view what) {
    return fail(errc::malformed, "the parameter '" + std::string(name) + "' " + std::string(what));
}

result<void> only(const json& params, std::span<const std::string_view> names) {
    for (const auto& [name, value] : params.items()) {
        if (std::ranges::find(names, name) == names.end())
            return wrong(std::string_view(name).substr(0, 64), "is none of this method");
    }
    return {};
}

result<std::optional<std::string>> optional_text(const json& params, const char* name, std::size_t longest) {
    const auto* const found = find(params, name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_string()) return wrong(name, "is not a text");
    auto text = found->get<std::string>();
    if (text.size() > longest) return wrong(name, "is too long");
    return text;
}

result<std::string> text(const json& params, const char* name, std::size_t longest) {
    return required(optional_text(params, name, longest), name);
}

result<network_name> network(const json& params) {
    const auto name = text(params, "network");
    if (!name) return fail(name.error());
    return network_name::parse(*name);
}

result<std::optional<bool>> optional_flag(const json& params, const char* name) {
    const auto* const found = find(params, name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_boolean()) return wrong(name, "is neither true nor false");
    return found->get<bool>();
}

result<std::optional<std::uint64_t>> optional_number(const json& params, const char* name, std::uint64_t least,
                                                     std::uint64_t most) {
    const auto* const found = find(params, name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number_integer()) return wrong(name, "is not a whole number");
    const bool is_negative = !found->is_number_unsigned() && found->get<std::int64_t>() < 0;
    const auto value = is_negative ? 0 : found->get<std::uint64_t>();
    if (is_negative || value < least || value > most)
        return wrong(name, "is not from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

result<std::uint64_t> number(const json& params, const char* name, std::uint64_t least, std::uint64_t most) {
    return required(optional_number(params, name, least, most), name);
}

result<std::optional<wall_time>> optional_time(const json& params, const char* name) {
    const auto given = optional_text(params, name);
    if (!given) return fail(given.error());
    if (!*given) return std::nullopt;
    const auto when = parse_rfc3339(**given);
    if (!when) return wrong(name, "is not a time as 2027-01-31T12:00:00Z");
    return *when;
}

result<duration> seconds(const json& params, const char* name, double otherwise) {
    const auto* const found = find(params, name);
    if (found != nullptr && !found->is_number()) return wrong(name, "is not a number of seconds");
    const double value = found != nullptr ? found->get<double>() : otherwise;
    if (!(value >= 0 && value <= longest_seconds)) return wrong(name, "is out of range");
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(value));
}

}  // namespace buri::daemon::parameters
