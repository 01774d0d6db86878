#pragma once
// Hands events to whoever subscribed. One thread; a handler may end any subscription, its own too, while it runs.
#include "buri/wire/json.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace buri::daemon {

using event_handler = std::function<void(const wire::json& event)>;

/// Lasts until destroyed. May outlive its source.
class subscription {
public:
    subscription() = default;
    explicit subscription(std::function<void()> end) : end_(std::move(end)) {}
    subscription(subscription&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
    subscription& operator=(subscription&& other) noexcept {
        std::swap(end_, other.end_);
        return *this;
    }
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;
    ~subscription() {
        if (end_) end_();
    }

private:
    std::function<void()> end_;
};

class event_source {
public:
    [[nodiscard]] subscription subscribe(event_handler handler);
    void publish(const wire::json& event) const;

private:
    using handlers = std::map<std::uint64_t, std::shared_ptr<event_handler>>;
    std::shared_ptr<handlers> handlers_ = std::make_shared<handlers>();
    std::uint64_t next_ = 0;
};

}  // namespace buri::daemon
