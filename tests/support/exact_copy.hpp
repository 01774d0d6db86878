#pragma once
// Bytes on the heap in a block of exactly their size, so that AddressSanitizer sees one byte read too far.
#include "buri/base/bytes.hpp"

#include <algorithm>
#include <memory>

namespace buri::test {

class exact_copy {
public:
    explicit exact_copy(byte_view from) : data_(std::make_unique<std::uint8_t[]>(from.size())), size_(from.size()) {
        std::ranges::copy(from, data_.get());
    }

    [[nodiscard]] byte_view view() const { return {data_.get(), size_}; }

private:
    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_;
};

}  // namespace buri::test
