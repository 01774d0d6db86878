#include "buri/base/secret.hpp"

#include <string.h>

namespace buri {

void wipe(byte_span data) {
    if (!data.empty()) explicit_bzero(data.data(), data.size());
}

}  // namespace buri
