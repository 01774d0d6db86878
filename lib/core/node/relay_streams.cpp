// Streams to relays that UDP does not reach.
#include "buri/core/node/relay_client.hpp"
#include "buri/core/node/relay_pace.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration first_gap = 1s;
constexpr duration longest_gap = 60s;

}  // namespace

void relay_client::open_stream_if_needed(known_relay& relay, time_point now) {
    const bool is_silent = relay.asking_since != never && now - relay.asking_since >= udp_patience;
    if (relay.way || relay.stream != main_channel || relay.tunnels == 0 || !is_silent) return;
    if (now < relay.stream_next || (relay.info.tls.empty() && relay.info.tcp.empty())) return;
    relay.stream = around_.next_channel();
    out_.emplace_back(open_relay_stream{relay.stream, relay.info});
}

void relay_client::close_stream(known_relay& relay) {
    if (relay.stream == main_channel) return;
    out_.emplace_back(close_own_channel{relay.stream});
    if (relay.is_by_stream()) {
        relay.way.reset();
        relay.round_trip.reset();
        relay.next_ask = relay.asked_at;
    }
    relay.stream = main_channel;
    relay.stream_remote = {};
}

void relay_client::on_channel_open(channel_id channel, const endpoint& remote, time_point now) {
    const auto found = std::ranges::find(relays_, channel, &known_relay::stream);
    if (channel == main_channel || found == relays_.end()) return;
    found->stream_remote = remote;
    ping(*found, {channel, remote}, now);
}

bool relay_client::on_channel_closed(channel_id channel, time_point now) {
    const auto found = std::ranges::find(relays_, channel, &known_relay::stream);
    if (channel == main_channel || found == relays_.end()) return false;
    auto& relay = *found;
    const bool was_way = relay.is_by_stream();
    relay.stream = main_channel;
    relay.stream_remote = {};
    relay.stream_next = was_way ? now : now + doubled(first_gap, relay.stream_failures++, longest_gap);
    if (was_way) {
        lose_way(relay, now);
        relay.asking_since = now - udp_patience;
        relay.next_ask = now;
    }
    return true;
}

}  // namespace buri::core
