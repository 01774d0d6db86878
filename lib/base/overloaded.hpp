#pragma once
// One lambda an alternative, for std::visit.

namespace buri {

template <typename... Handlers>
struct overloaded : Handlers... {
    using Handlers::operator()...;
};

template <typename... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;  // clang before 17 does not deduce aggregates

}  // namespace buri
