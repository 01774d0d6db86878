#pragma once
// Is the server still there? A ping after 20 s without a word from it, and 10 s for any word after that. To a server that talks
// all the time, or whose own relay answers, a ping each minute, because it ends the connection of a node that says nothing for 90 s.
#include "buri/base/time_point.hpp"

#include <algorithm>

namespace buri::core {

class server_watch {
public:
    static constexpr duration silence = std::chrono::seconds(20);
    static constexpr duration silence_of_relay = std::chrono::seconds(30);  ///< an idle node asks it each 25 s
    static constexpr duration patience = std::chrono::seconds(10);
    static constexpr duration own_silence = std::chrono::seconds(60);

    enum class action { none, ping, give_up };

    /// The hello that follows asks for a word, as a ping does.
    void on_connected(time_point now) { ask(now); }
    void on_disconnected() { next_ = never; }
    void on_received(time_point now) {
        if (next_ == never) return;
        asked_ = false;
        wait(now);
    }
    /// The server's own relay answered, which says nothing of the connection.
    void on_relay_answered(time_point now) {
        relay_answered_ = now;
        if (next_ != never && !asked_) wait(now);
    }
    /// give_up comes once a connection.
    action on_deadline(time_point now) {
        if (next_ > now) return action::none;
        if (asked_) {
            next_ = never;
            return action::give_up;
        }
        ask(now);
        return action::ping;
    }
    [[nodiscard]] time_point next_deadline() const { return next_; }

private:
    void wait(time_point now) {
        const bool relay_answers = now - silence_of_relay <= relay_answered_;
        next_ = std::min(now + (relay_answers ? silence_of_relay : silence), last_asked_ + own_silence);
    }
    void ask(time_point now) {
        asked_ = true;
        last_asked_ = now;
        next_ = now + patience;
    }

    bool asked_ = false;
    time_point last_asked_ = never;
    time_point relay_answered_ = time_point::min();
    time_point next_ = never;
};

}  // namespace buri::core
