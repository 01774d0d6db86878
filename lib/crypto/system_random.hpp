#pragma once
// Random bytes from the operating system, through OpenSSL's generator.
#include "buri/base/random_source.hpp"

namespace buri::crypto {

class system_random final : public random_source {
public:
    /// Ends the process if the system has no randomness: nothing safe can follow.
    void fill(byte_span out) override;
};

}  // namespace buri::crypto
