#pragma once
// One lambda an alternative, for std::visit.

namespace buri {

template <typename... Handlers>
struct overloaded : Handlers... {
    using Handlers::operator()...;
};

}  // namespace buri
