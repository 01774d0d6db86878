#pragma once
// Single values of a configuration file, checked: each either gives what the key means or says where and why not.
#include "buri/base/log.hpp"
#include "buri/base/suite.hpp"
#include "buri/store/toml_document.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace buri::store {

struct config_problem {
    text_position where;
    std::string why;
};

template <typename T>
using checked = tl::expected<T, config_problem>;

checked<std::string> text_in(const toml_value& value);
checked<bool> flag_in(const toml_value& value);
checked<std::int64_t> integer_in(const toml_value& value, std::int64_t min, std::int64_t max);
checked<std::vector<toml_value>> list_in(const toml_value& value, std::size_t min, std::size_t max);
/// At least one, each once.
checked<std::vector<suite_id>> suites_in(const toml_value& value);
/// Whether it is a table, whose entries come after it.
checked<void> is_table(const toml_value& value);
checked<log_level> log_level_in(const toml_value& value);

/// One of two words; true for the first.
checked<bool> first_of(const toml_value& value, std::string_view first, std::string_view second);

std::string toml_list(std::span<const suite_id> suites);
std::string toml_name(log_level level);

inline tl::unexpected<config_problem> problem_at(const toml_value& value, std::string why) {
    return tl::unexpected(config_problem{value.where, std::move(why)});
}

/// Puts what was read where it belongs.
template <typename From, typename To>
checked<void> store_in(To& to, checked<From> from) {
    if (!from) return tl::unexpected(std::move(from.error()));
    to = static_cast<To>(std::move(*from));
    return {};
}

}  // namespace buri::store
