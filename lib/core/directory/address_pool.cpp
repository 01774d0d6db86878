#include "buri/core/directory/address_pool.hpp"

namespace buri::core {
namespace {

constexpr unsigned address_bits = 32;

std::uint64_t size_of(const ip_prefix& pool) {
    return std::uint64_t{1} << (address_bits - pool.length);
}

}  // namespace

bool is_usable_address(const ip_prefix& pool, node_id address) {
    if (!pool.contains(address_of(address))) return false;
    const auto ending = address.value & 0xffU;
    if (ending == 0 || ending == 0xff) return false;
    const auto offset = address.value - pool.address.v4_value();
    return pool.length >= address_bits - 1 || (offset != 0 && offset != size_of(pool) - 1);
}

result<node_id> choose_address(const ip_prefix& pool, const std::function<bool(node_id)>& is_taken,
                               random_source& random) {
    if (pool.address.is_v4() && pool.length <= address_bits) {
        const auto size = size_of(pool);
        // The start is random in the whole pool; from there on the first free address is taken, so the search ends and
        // is exact.
        const auto start = std::uint64_t{random.u32()} % size;
        for (std::uint64_t step = 0; step < size; ++step) {
            const auto offset = static_cast<std::uint32_t>((start + step) % size);
            const node_id candidate{pool.address.v4_value() + offset};
            if (is_usable_address(pool, candidate) && !is_taken(candidate)) return candidate;
        }
    }
    return fail(errc::pool_exhausted, "cannot make an account: every address of the server's pool " + to_string(pool) +
                                          " is taken; its operator can configure a larger one");
}

}  // namespace buri::core
