#include "buri/crypto/processor.hpp"

#if defined(__aarch64__) || defined(__arm__)
#include <sys/auxv.h>

#include <asm/hwcap.h>
#endif

namespace buri::crypto {

bool has_aes_instructions() {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0;
#elif defined(__aarch64__)
    constexpr unsigned long needed = HWCAP_AES | HWCAP_PMULL;
    return (getauxval(AT_HWCAP) & needed) == needed;
#elif defined(__arm__)
    constexpr unsigned long needed = HWCAP2_AES | HWCAP2_PMULL;
    return (getauxval(AT_HWCAP2) & needed) == needed;
#else
    return false;
#endif
}

}  // namespace buri::crypto
