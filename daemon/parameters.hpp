#pragma once
// How a method of the local interface reads its parameters: each reader gives the value, or errc::malformed with the name of the
// parameter and what is wrong with it. null is as good as absent.
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/json.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace buri::daemon::parameters {

tl::unexpected<error> wrong(std::string_view name, std::string_view what);

/// A parameter that the method does not have is a mistake, not a wish to ignore.
result<void> only(const wire::json& params, std::span<const std::string_view> names);

/// At most this many bytes, unless a method says otherwise.
inline constexpr std::size_t longest_text = 1024;

result<std::optional<std::string>> optional_text(const wire::json& params, const char* name,
                                                 std::size_t longest = longest_text);
result<std::string> text(const wire::json& params, const char* name, std::size_t longest = longest_text);
/// The parameter `network`; errc::name_invalid.
result<network_name> network(const wire::json& params);
result<std::optional<bool>> optional_flag(const wire::json& params, const char* name);
result<std::optional<std::uint64_t>> optional_number(const wire::json& params, const char* name, std::uint64_t least,
                                                     std::uint64_t most);
result<std::uint64_t> number(const wire::json& params, const char* name, std::uint64_t least, std::uint64_t most);
/// RFC 3339 in UTC.
result<std::optional<wall_time>> optional_time(const wire::json& params, const char* name);
/// At most a week.
result<duration> seconds(const wire::json& params, const char* name, double otherwise);

}  // namespace buri::daemon::parameters
