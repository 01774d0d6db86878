// Counts what sealing and opening take from the heap, inside OpenSSL too. Only a build with AddressSanitizer can count.
#include "buri/crypto/sealing.hpp"
#include "tests/support/sealing_modes.hpp"

#include <catch2/catch.hpp>

#ifdef __SANITIZE_ADDRESS__
/// Of the sanitizer's run-time library, whose header Debian's g++ does not ship.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                                         void (*on_free)(const volatile void*));

namespace buri::test {
namespace {

std::size_t allocations = 0;

void on_allocation(const volatile void*, std::size_t) {
    ++allocations;
}
void on_release(const volatile void*) {}

}  // namespace

TEST_CASE("a sealed and opened message takes nothing from the heap") {
    REQUIRE(__sanitizer_install_malloc_and_free_hooks(on_allocation, on_release) != 0);
    bytes payload(1500);
    std::array<std::uint8_t, crypto::sealed_header_size> header{};
    for (const auto [suite, kept, library] : sealing_modes()) {
        crypto::sealer sealer(suite, {}, kept, library);
        crypto::opener opener(suite, {}, kept, library);
        bool all_opened = true;
        const auto before = allocations;
        for (; header.back() < 100; ++header.back()) {
            const auto size = sealer.seal(header, byte_span(payload).first(1400), payload);
            all_opened = all_opened && opener.open(header, byte_span(payload).first(size)).has_value();
        }
        const auto taken = allocations - before;
        CHECK(all_opened);
        CHECK(taken == 0);
        header.back() = 0;
    }
}

}  // namespace buri::test
#endif
