// One CBOR map: within its limits, and read back as it was written.
#include "buri/wire/cbor.hpp"
#include "buri/wire/json.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

namespace {

std::size_t depth_of(const wire::json& value) {
    std::size_t deepest = 0;
    if (!value.is_structured()) return 0;
    for (const auto& inner : value)
        deepest = std::max(deepest, depth_of(inner));
    return deepest + 1;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto map = wire::parse_cbor_map({data, size});
    if (!map) return 0;
    require(map->is_object(), "only a map is accepted");
    require(depth_of(*map) <= wire::max_cbor_depth, "nesting keeps to the limit");
    const auto again = wire::encode_cbor(*map);
    require(again.size() <= size, "the shortest form is not longer");
    require(wire::parse_cbor_map(again) == map, "a map reads back as it was written");
    (void)map->dump();  // throws for text that is not UTF-8
    return 0;
}
