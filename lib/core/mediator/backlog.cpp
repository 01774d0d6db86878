#include "buri/core/mediator/backlog.hpp"

#include <type_traits>

namespace buri::core {
namespace {

template <typename T>
concept has_fields = requires(const T& value) {
    T::fields(value, [](auto, const auto&) {});
};

template <typename T>
std::size_t weight_of(const T& value) {
    if constexpr (requires { value.has_value(); }) {
        return sizeof(T) + (value ? weight_of(*value) : 0);
    } else if constexpr (requires { value.text(); }) {
        return sizeof(T) + 2 * value.text().size();
    } else if constexpr (has_fields<T>) {
        std::size_t sum = 0;
        T::fields(value, [&sum](std::string_view, const auto& field) { sum += weight_of(field); });
        return sum;
    } else if constexpr (requires { value.capacity(); }) {
        auto sum = sizeof(T);
        for (const auto& element : value)
            sum += weight_of(element);
        return sum;
    } else {
        return sizeof(T);
    }
}

bool is_about(const wire::event& what, const network_name& network) {
    return std::visit(
        [&](const auto& body) {
            if constexpr (requires { body.network.settings.network; }) {
                return body.network.settings.network == network;
            } else if constexpr (requires { body.settings.network; }) {
                return body.settings.network == network;
            } else if constexpr (requires { body.entry.network; }) {
                return body.entry.network == network.text();
            } else if constexpr (requires { body.network.text(); }) {
                return body.network == network;
            }
            return false;
        },
        what);
}

}  // namespace

bool backlog::keeps(const wire::event& what) {
    return std::visit(
        []<typename Kind>(const Kind&) {
            return !std::is_same_v<Kind, wire::sync> && !std::is_same_v<Kind, wire::resumed> &&
                   !std::is_same_v<Kind, wire::tunnel_open> && !std::is_same_v<Kind, wire::tunnel_close> &&
                   !std::is_same_v<Kind, wire::peer_candidates> && !std::is_same_v<Kind, wire::welcome_event> &&
                   !std::is_same_v<Kind, wire::announcement_event> && !std::is_same_v<Kind, wire::tunnel_relays> &&
                   !std::is_same_v<Kind, wire::relay_list> && !std::is_same_v<Kind, wire::seen_event>;
        },
        what);
}

void backlog::keep(std::uint64_t sequence, const wire::event& what) {
    const auto weight = sizeof(entry) + std::visit([](const auto& body) { return weight_of(body); }, what);
    events_.push_back({sequence, weight, what});
    weight_ += weight;
    while (events_.size() > max_events || weight_ > max_bytes) {
        forgotten_ = events_.front().sequence;
        weight_ -= events_.front().weight;
        events_.pop_front();
    }
}

std::vector<wire::event> backlog::take_after(std::uint64_t sequence) {
    std::vector<wire::event> missed;
    for (auto& each : events_) {
        if (each.sequence > sequence) missed.push_back(std::move(each.what));
    }
    clear();
    forgotten_ = sequence;
    return missed;
}

void backlog::forget(const network_name& network, const std::function<bool(node_id)>& is_peer) {
    std::erase_if(events_, [&](const entry& each) {
        const auto* const known = std::get_if<wire::peer_event>(&each.what);
        const bool is_stranger = known != nullptr && !is_peer(known->peer.id);
        const bool goes = is_stranger || is_about(each.what, network);
        if (goes) weight_ -= each.weight;
        return goes;
    });
}

void backlog::clear() {
    events_.clear();
    weight_ = 0;
    forgotten_ = 0;
}

}  // namespace buri::core
