#include "buri/base/secret.hpp"

#include <string.h>

namespace buri {

void wipe(byte_span data) {
    explicit_bzero(data.data(), data.size());
}

}  // namespace buri
