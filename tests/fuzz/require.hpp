#pragma once
// What must hold for any input. A crash is not the only failure: a parser that reads back something else is one too.
#include "buri/base/bytes.hpp"

#include <cstdio>
#include <cstdlib>

namespace buri::fuzz {

inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Takes a first byte from the input; 0 if it is empty.
inline std::uint8_t take_byte(byte_view& input) {
    if (input.empty()) return 0;
    const auto first = input.front();
    input = input.subspan(1);
    return first;
}

}  // namespace buri::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
