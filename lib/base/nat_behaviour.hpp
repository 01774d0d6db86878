#pragma once
// What NATs do, on the two axes of RFC 4787.
#include <cstdint>

namespace buri {

/// RFC 4787 section 4.1: what a mapping depends on. `none`: the address that is seen is the host's own.
enum class nat_mapping : std::uint8_t {
    unknown,
    none,
    endpoint_independent,
    address_dependent,
    address_port_dependent
};
/// RFC 4787 section 5: from where answers are let in.
enum class nat_filtering : std::uint8_t { unknown, endpoint_independent, address_dependent, address_port_dependent };

}  // namespace buri
