#pragma once
// Random bytes that a seed decides, so that a failed run can be had again.
#include "buri/base/random_source.hpp"

namespace buri::test {

/// SplitMix64. Not for keys outside tests.
class seeded_random final : public random_source {
public:
    explicit seeded_random(std::uint64_t seed) : state_(seed) {}

    void fill(byte_span out) override {
        for (auto& byte : out)
            byte = static_cast<std::uint8_t>(next() >> 56U);
    }

private:
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        auto z = state_;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
        z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
        return z ^ z >> 31U;
    }

    std::uint64_t state_;
};

}  // namespace buri::test
