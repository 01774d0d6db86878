#include "buri/crypto/replay_window.hpp"

#include <algorithm>

namespace buri::crypto {

// The bits form a ring of blocks. The newest id's block and the 127 before it are kept, so that at least `size` ids
// behind the newest are there wherever in its block that one lies.

bool replay_window::is_fresh(std::uint32_t id) const {
    if (id > newest_) return true;
    if (id == 0 || newest_ - id > size) return false;
    return (seen_[id / block_bits % blocks] >> id % block_bits & 1U) == 0;
}

void replay_window::mark(std::uint32_t id) {
    if (id > newest_) {
        const auto passed = std::min(id / block_bits - newest_ / block_bits, blocks);
        for (std::uint32_t i = 0; i < passed; ++i)
            seen_[(id / block_bits - i) % blocks] = 0;
        newest_ = id;
    } else if (newest_ - id > size) {
        return;
    }
    seen_[id / block_bits % blocks] |= std::uint64_t{1} << id % block_bits;
}

}  // namespace buri::crypto
