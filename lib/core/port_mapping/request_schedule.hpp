#pragma once
// When one request goes out: at once, again after 250 ms, 500 ms and 1 s, and given up 2 s later; a next round no sooner
// than 30 s after the round before began.
//
//     at rest ── begin(when) ──> planned ── on_deadline ──> asking ── 4 sent, no answer ──> at rest (give_up)
//                                                             └────── on_answer ──────────> at rest
#include "buri/base/time_point.hpp"

#include <optional>

namespace buri::core {

class request_schedule {
public:
    enum class step { none, send, give_up };

    /// A round at `when`, or later if the last one is too close.
    void begin(time_point when);
    step on_deadline(time_point now);
    /// False if no answer is awaited. One that comes after giving up is.
    bool on_answer();

    [[nodiscard]] time_point next() const { return next_; }
    [[nodiscard]] bool is_asking() const { return sent_ != 0; }
    /// A request went out and was not answered: the gateway may have acted on it.
    [[nodiscard]] bool is_awaiting() const { return is_awaiting_; }
    /// The first of its round has just been sent.
    [[nodiscard]] bool is_first() const { return sent_ == 1; }

private:
    time_point next_ = never;
    std::optional<time_point> begun_;
    unsigned sent_ = 0;  ///< in this round
    bool is_awaiting_ = false;
};

}  // namespace buri::core
