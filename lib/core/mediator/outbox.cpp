#include "buri/core/mediator/outbox.hpp"

namespace buri::core {

void outbox::answer(connection_id to, std::uint32_t number, const result<void>& outcome) {
    wire::answer body = wire::ok_answer{};
    if (!outcome) body = wire::error_answer{static_cast<std::uint16_t>(outcome.error().code), outcome.error().text};
    put(deliver{to, wire::numbered_answer{number, std::move(body)}});
}

void outbox::tell(online_node& node, wire::event what) {
    if (!node.is_listening || !node.connection) return;
    put(deliver{*node.connection, wire::numbered_event{++node.sequence, std::move(what)}});
}

std::optional<mediator_output> outbox::poll() {
    if (queue_.empty()) return std::nullopt;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    return next;
}

}  // namespace buri::core
