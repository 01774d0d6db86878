#pragma once
// What a process in the background says to the one that started it, and the answer to its question: JSON over a pair of
// sockets that keep messages apart. After `ready` or `failed` nothing more is said.
#include "buri/base/result.hpp"
#include "buri/wire/json.hpp"
#include "daemon/processes.hpp"

#include <chrono>
#include <utility>

namespace buri::daemon {

struct detach_message {
    enum class kind { progress, question, ready, failed, closed, nothing };  ///< nothing: none came in time

    kind what = kind::nothing;
    progress_step step;
    key_question question;
    wire::json status;
    error why;
};

class detach_channel {
public:
    static result<std::pair<detach_channel, detach_channel>> make_pair();

    detach_channel() = default;
    detach_channel(detach_channel&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    detach_channel& operator=(detach_channel&& other) noexcept;
    ~detach_channel();

    // In the background. Nothing happens if the other side is gone.
    void send_progress(const progress_step& step) const;
    void send_ready(const wire::json& status);                   ///< closes
    void send_failure(const error& why);                         ///< closes
    [[nodiscard]] bool ask(const key_question& question) const;  ///< false too if nobody answers

    // In the foreground.
    detach_message receive(std::chrono::milliseconds timeout) const;
    void reply(bool yes) const;

private:
    explicit detach_channel(int descriptor) : descriptor_(descriptor) {}
    void send(const wire::json& message) const;
    void close();

    int descriptor_ = -1;
};

}  // namespace buri::daemon
