#pragma once
// What somebody may have meant.
#include <span>
#include <string_view>

namespace buri::cli {

/// The known word nearest to `word`: one that begins with it, or at most two letters away. Empty if none is near.
std::string_view suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace buri::cli
