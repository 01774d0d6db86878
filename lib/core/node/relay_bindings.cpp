// What a node has bound at its relays.
#include "buri/core/node/relay_client.hpp"
#include "buri/core/node/relay_pace.hpp"
#include "buri/core/tunnel/jitter.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration first_gap = 250ms;
constexpr duration longest_gap = 30s;

}  // namespace

void relay_client::bind_all(const known_relay& relay, time_point now) {
    for (auto& [in, list] : bindings_) {
        for (auto& each : list) {
            if (each.relay != relay.info.id) continue;
            each.tries = 0;
            each.next_try = now;
        }
    }
}

void relay_client::bind_due(time_point now) {
    for (auto& [in, list] : bindings_) {
        for (auto& each : list) {
            if (each.next_try > now) continue;
            const auto* const relay = find(each.relay);
            if (relay == nullptr || !relay->way) {
                each.next_try = never;
                continue;
            }
            out_.emplace_back(
                send_plain{*relay->way, encode(wire::relay_message{wire::relay_bind{relay->cookie, each.token}})});
            if (each.tries == 0 && told_[in].empty()) out_.emplace_back(tunnel_binding{in, *relay->way});
            each.next_try = now + jittered(doubled(first_gap, each.tries++, longest_gap), random_);
        }
    }
}

void relay_client::tell(spi in) {
    const auto found = bindings_.find(in);
    if (found == bindings_.end()) return;
    std::vector<relay_path> paths;
    for (const auto& each : found->second) {
        const auto* const relay = find(each.relay);
        if (each.is_bound && relay != nullptr && relay->way) paths.push_back({each.relay, *relay->way});
    }
    auto& told = told_[in];
    if (told == paths) return;
    told = paths;
    out_.emplace_back(tunnel_bound{in, std::move(paths)});
}

void relay_client::forget_bindings(std::uint32_t id) {
    for (auto& [in, list] : bindings_) {
        for (auto& each : list) {
            if (each.relay == id) each.is_bound = false;
        }
        tell(in);
    }
    count_bindings();
}

}  // namespace buri::core
