#pragma once
// A value, or the error that explains its absence. std::expected is C++23; tl::expected is its forerunner.
#include "buri/base/errors.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace buri {

template <typename T>
using result = tl::expected<T, error>;

inline tl::unexpected<error> fail(errc code) {
    return tl::unexpected(make_error(code));
}
inline tl::unexpected<error> fail(errc code, std::string text) {
    return tl::unexpected(make_error(code, std::move(text)));
}
inline tl::unexpected<error> fail(error why) {
    return tl::unexpected(std::move(why));
}

}  // namespace buri
