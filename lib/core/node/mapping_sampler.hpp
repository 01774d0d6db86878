#pragma once
// Makes a few new mappings one after the other, to see which ports they get: fresh sockets that ask every server at once. Sans-I/O.
#include "buri/core/stun_query.hpp"

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace buri::core {

class mapping_sampler {
public:
    static constexpr std::size_t wanted = 5;
    static constexpr unsigned tries = 4;

    /// How many sockets are needed with so many servers.
    static std::size_t sockets_for(std::size_t servers) { return (wanted + servers - 1) / servers; }

    /// Neither may be empty.
    mapping_sampler(std::vector<channel_id> channels, std::span<const endpoint> servers, random_source& random,
                    time_point now);

    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);
    std::optional<std::pair<path_address, bytes>> take_due(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    [[nodiscard]] bool is_done() const { return next_deadline() == never; }

    [[nodiscard]] const std::vector<channel_id>& channels() const { return channels_; }
    /// In the order in which the mappings were made; those that were not answered are left out.
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

private:
    struct sample {
        stun_query query;
        std::uint16_t port = 0;
    };
    std::vector<channel_id> channels_;
    std::vector<sample> samples_;
};

}  // namespace buri::core
