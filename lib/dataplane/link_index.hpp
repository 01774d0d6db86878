#pragma once
// From a number to a tunnel, in one or two cache lines: open addressing with linear probing, at most half full.
#include "buri/dataplane/peer_link.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

namespace buri::dataplane {

class link_index {
public:
    /// The first link that is given for a key stays.
    void insert(std::uint32_t key, const peer_link* link) {
        if (2 * (size_ + 1) > slots_.size()) grow();
        auto& found = slot_of(key);
        if (found.link != nullptr) return;
        found = {key, link};
        ++size_;
    }

    [[nodiscard]] const peer_link* find(std::uint32_t key) const {
        if (slots_.empty()) return nullptr;
        for (auto at = start_of(key);; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at].key == key || slots_[at].link == nullptr) return slots_[at].link;
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct slot {
        std::uint32_t key = 0;
        const peer_link* link = nullptr;  ///< null: empty
    };

    /// Fibonacci hashing: neighbouring addresses come to lie apart, so runs stay short.
    [[nodiscard]] std::size_t start_of(std::uint32_t key) const {
        return (std::uint64_t{key} * 0x9e37'79b9'7f4a'7c15U) >> shift_;
    }
    slot& slot_of(std::uint32_t key) {
        auto at = start_of(key);
        while (slots_[at].link != nullptr && slots_[at].key != key)
            at = (at + 1) & (slots_.size() - 1);
        return slots_[at];
    }
    void grow() {
        const auto before = std::exchange(slots_, std::vector<slot>(std::max<std::size_t>(8, 2 * slots_.size())));
        shift_ = 64 - std::countr_zero(slots_.size());
        for (const auto& one : before) {
            if (one.link != nullptr) slot_of(one.key) = one;
        }
    }

    std::vector<slot> slots_;  ///< a power of two of them
    std::size_t size_ = 0;
    int shift_ = 64;
};

}  // namespace buri::dataplane
