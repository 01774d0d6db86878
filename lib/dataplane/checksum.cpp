#include "buri/dataplane/checksum.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A one's complement sum does not depend on the byte order of its words but for the order of the two bytes of the result, and is
// the same over words of any width once folded: so whole machine words are added, and the result is turned at the end.
namespace buri::dataplane {
namespace {

template <typename Word>
Word load(const std::uint8_t* from) {
    Word out;
    std::memcpy(&out, from, sizeof out);
    return out;
}

/// What is left of less than a word counts as padded with zeros.
std::uint64_t sum_portable(const std::uint8_t* data, std::size_t size) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    for (; size >= 8; size -= 8, data += 8) {
        const auto word = load<std::uint64_t>(data);
        low += word & 0xffff'ffffU;
        high += word >> 32U;
    }
    std::uint64_t rest = 0;
    if (size > 0) std::memcpy(&rest, data, size);
    return low + high + (rest & 0xffff'ffffU) + (rest >> 32U);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) __m256i add_halves(__m256i sum, __m256i words) {
    const auto zero = _mm256_setzero_si256();
    const auto halves = _mm256_add_epi64(_mm256_unpacklo_epi32(words, zero), _mm256_unpackhi_epi32(words, zero));
    return _mm256_add_epi64(sum, halves);
}

__attribute__((target("avx2"))) __m256i load_block(const std::uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

__attribute__((target("avx2"))) std::uint64_t sum_avx2(const std::uint8_t* data, std::size_t size) {
    auto even = _mm256_setzero_si256();
    auto odd = _mm256_setzero_si256();
    for (; size >= 64; size -= 64, data += 64) {
        even = add_halves(even, load_block(data));
        odd = add_halves(odd, load_block(data + 32));
    }
    alignas(32) std::uint64_t lanes[4];  // NOLINT(*-avoid-c-arrays)
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), _mm256_add_epi64(even, odd));
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + sum_portable(data, size);
}

using sum_function = std::uint64_t (*)(const std::uint8_t*, std::size_t);

const sum_function sum_native = __builtin_cpu_supports("avx2") != 0 ? &sum_avx2 : &sum_portable;
#else
constexpr auto sum_native = &sum_portable;
#endif

/// Below this the call costs more than the wide words gain.
constexpr std::size_t short_data = 64;

}  // namespace

std::uint16_t sum_words(byte_view data) {
    auto sum = data.size() < short_data ? sum_portable(data.data(), data.size()) : sum_native(data.data(), data.size());
    while (sum > 0xffff)
        sum = (sum & 0xffffU) + (sum >> 16U);
    const auto folded = static_cast<std::uint16_t>(sum);
    return std::endian::native == std::endian::little ? std::rotl(folded, 8) : folded;
}

}  // namespace buri::dataplane
