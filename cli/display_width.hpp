#pragma once
// How many columns of a terminal a text takes.
#include <cstddef>
#include <string>
#include <string_view>

namespace buri::cli {

/// Of UTF-8 without control characters: combining marks take none, East Asian wide characters and emoji two. What is not UTF-8
/// counts a column a byte.
std::size_t display_width(std::string_view text);
/// The text, or its beginning and an ellipsis if it takes more columns than that.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace buri::cli
