#include "daemon/event_source.hpp"

#include <vector>

namespace buri::daemon {

subscription event_source::subscribe(event_handler handler) {
    const auto number = next_++;
    handlers_->emplace(number, std::make_shared<event_handler>(std::move(handler)));
    return subscription([weak = std::weak_ptr(handlers_), number] {
        if (const auto all = weak.lock()) all->erase(number);
    });
}

void event_source::publish(const wire::json& event) const {
    const auto all = handlers_;
    std::vector<std::uint64_t> numbers;
    numbers.reserve(all->size());
    for (const auto& [number, handler] : *all)
        numbers.push_back(number);
    for (const auto number : numbers) {
        const auto found = all->find(number);
        if (found == all->end()) continue;
        const auto handler = found->second;  // keeps it alive if it ends its own subscription
        (*handler)(event);
    }
}

}  // namespace buri::daemon
