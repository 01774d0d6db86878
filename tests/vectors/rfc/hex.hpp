#pragma once
// Vectors are written in hexadecimal, as their documents print them.
#include "buri/base/bytes.hpp"

#include <span>

namespace buri::test::vectors {

inline bytes hex(std::string_view text) {
    return from_hex(text).value();
}

template <std::size_t N>
std::span<const std::uint8_t, N> sized(const bytes& value) {
    return std::span<const std::uint8_t>(value).first<N>();
}

}  // namespace buri::test::vectors
