#pragma once
// Tells from a gateway's clock whether it has lost its mappings, as after a restart (RFC 6887 section 8.5, RFC 6886
// section 3.6).
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <optional>

namespace buri::core {

class gateway_epoch {
public:
    /// False if the gateway lost its state since the answer before: its seconds went back, or are too far from this
    /// host's clock. The new ones count from then on.
    bool on_answer(std::uint32_t epoch, time_point now);
    void forget() { last_.reset(); }

private:
    struct sample {
        std::chrono::seconds theirs;
        time_point ours;
    };
    std::optional<sample> last_;
};

}  // namespace buri::core
