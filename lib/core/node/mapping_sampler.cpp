#include "buri/core/node/mapping_sampler.hpp"

#include <algorithm>

namespace buri::core {

mapping_sampler::mapping_sampler(std::vector<channel_id> channels, std::span<const endpoint> servers,
                                 random_source& random, time_point now)
    : channels_(std::move(channels)) {
    for (const auto channel : channels_) {
        for (const auto& server : servers)
            samples_.push_back({stun_query({channel, server})});
    }
    for (auto& each : samples_)
        each.query.start(random, now, tries);
}

bool mapping_sampler::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    const auto answered =
        std::ranges::find_if(samples_, [&](sample& each) { return each.query.on_response(from, response, now); });
    if (answered == samples_.end()) return false;
    answered->port = response.mapped.port;
    return true;
}

std::optional<std::pair<path_address, bytes>> mapping_sampler::take_due(time_point now) {
    for (auto& each : samples_) {
        if (auto datagram = each.query.take_due(now)) return std::pair(each.query.to(), *std::move(datagram));
        each.query.has_given_up(now);
    }
    return std::nullopt;
}

time_point mapping_sampler::next_deadline() const {
    auto first = never;
    for (const auto& each : samples_)
        first = std::min(first, each.query.next_deadline());
    return first;
}

std::vector<std::uint16_t> mapping_sampler::ports() const {
    std::vector<std::uint16_t> found;
    for (const auto& each : samples_) {
        // Two ports of one server share a mapping where that depends on the address alone.
        if (each.port != 0 && (found.empty() || found.back() != each.port)) found.push_back(each.port);
    }
    return found;
}

}  // namespace buri::core
