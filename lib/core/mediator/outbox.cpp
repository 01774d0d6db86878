#include "buri/core/mediator/outbox.hpp"

namespace buri::core {

void outbox::answer(connection_id to, std::uint32_t number, wire::answer what) {
    put(deliver{to, wire::numbered_answer{number, std::move(what)}});
}

void outbox::answer(connection_id to, std::uint32_t number, const result<void>& outcome) {
    if (outcome) return answer(to, number, wire::ok_answer{});
    answer(to, number, wire::error_answer{static_cast<std::uint16_t>(outcome.error().code), outcome.error().text});
}

void outbox::tell(online_node& node, const wire::event& what) {
    if (node.session == 0) return;
    const bool is_kept = backlog::keeps(what);
    const bool is_sent = node.is_listening && node.connection;
    if (!is_kept && !is_sent) return;
    ++node.sequence;
    if (is_kept) node.missed.keep(node.sequence, what);
    if (is_sent) put(deliver{*node.connection, wire::numbered_event{node.sequence, what}});
}

void outbox::resume(online_node& node, std::uint64_t sequence) {
    const auto missed = node.missed.take_after(sequence);
    node.sequence = sequence;
    // It has no number of its own: the first event after it is the next.
    put(deliver{*node.connection, wire::numbered_event{sequence, wire::resumed{}}});
    for (const auto& event : missed)
        tell(node, event);
}

std::optional<mediator_output> outbox::poll() {
    if (queue_.empty()) return std::nullopt;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    return next;
}

}  // namespace buri::core
