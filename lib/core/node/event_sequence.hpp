#pragma once
// Whether the server's events arrive without a gap, and where a new connection can go on. Sans-I/O.
//
//     connected --sync, or resumed where that was asked for--> counting --a number that is not the next--> broken
//
// What was complete stays complete when the connection ends: the next hello asks for the events after it. A gap that appears
// in a resumed connection would come again, so then everything is asked for.
#include "buri/base/overloaded.hpp"
#include "buri/wire/messages.hpp"

#include <optional>

namespace buri::core {

class event_sequence {
public:
    enum class verdict {
        take,
        ignore,  ///< not asked for, or of a sequence that is broken
        gap,     ///< said once a connection: make another one
    };

    /// What hello asks for; nothing: everything.
    std::optional<wire::resume_point> on_connected() {
        asked_ = state_ == state::idle && point_.session != 0;
        state_ = state::waiting;
        if (!asked_) point_ = {};
        return asked_ ? std::optional(point_) : std::nullopt;
    }

    void on_disconnected() {
        if (state_ == state::broken && resumed_) point_ = {};
        state_ = state::idle;
        resumed_ = false;
    }

    verdict on_event(const wire::numbered_event& event) {
        if (state_ == state::broken) return verdict::ignore;
        if (const auto* const all = std::get_if<wire::sync>(&event.body)) {
            point_ = {all->session, event.sequence};
            state_ = state::counting;
            return verdict::take;
        }
        if (std::holds_alternative<wire::resumed>(event.body)) {
            if (!std::exchange(asked_, false) || state_ != state::waiting) return verdict::ignore;
            resumed_ = true;
            state_ = state::counting;
            return verdict::take;
        }
        return advance(event.sequence);
    }

    /// An event of a kind that this version does not know is no gap.
    void on_unknown_event() {
        if (state_ == state::counting) ++point_.sequence;
    }

    /// The sync cannot be used: what is known is not what the server means.
    void forget() { point_ = {}; }

private:
    enum class state { idle, waiting, counting, broken };

    verdict advance(std::uint64_t sequence) {
        if (state_ != state::counting) return verdict::take;
        if (sequence == point_.sequence + 1) {
            point_.sequence = sequence;
            return verdict::take;
        }
        state_ = state::broken;
        return verdict::gap;
    }

    state state_ = state::idle;
    wire::resume_point point_;  ///< session 0: there is nothing to go on from
    bool asked_ = false;        ///< to resume, and not answered yet
    bool resumed_ = false;      ///< this connection
};

}  // namespace buri::core
