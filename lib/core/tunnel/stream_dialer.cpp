#include "buri/core/tunnel/stream_dialer.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_at_once = 2;
constexpr duration dial_patience = 5s;
constexpr duration unused_life = 60s;
/// How long datagrams have to find a direct way: if both ends' get through at all, and if the peer's do not.
constexpr duration patience_for_udp = 5s;
constexpr duration patience_for_peer = 2s;

}  // namespace

void stream_dialer::on_candidates(std::vector<endpoint> told) {
    if (told == told_) return;
    told_ = std::move(told);
    next_ = 0;
    next_round_ = time_point::min();
    rounds_.reset();
}

std::optional<path_address> stream_dialer::on_open(channel_id channel, time_point now) {
    const auto found = std::ranges::find(streams_, channel, &dialled::channel);
    if (found == streams_.end()) return std::nullopt;
    found->open = true;
    found->until = now + unused_life;
    return path_address{channel, found->to};
}

void stream_dialer::on_closed(channel_id channel) {
    std::erase_if(streams_, [channel](const dialled& each) { return each.channel == channel; });
}

void stream_dialer::on_deadline(bool lacking, const std::optional<path_address>& path, time_point now) {
    if (!lacking) {
        lacking_since_ = never;
    } else if (lacking_since_ == never) {
        lacking_since_ = now;
    }
    std::erase_if(streams_, [&](dialled& each) {
        if (each.until > now) return false;
        if (path && path->channel == each.channel) {
            each.until = now + unused_life;
            return false;
        }
        outputs_.emplace_back(close_channel{each.channel});
        return true;
    });
    while (dial_due() <= now)
        dial(now);
}

time_point stream_dialer::next_deadline() const {
    auto earliest = dial_due();
    for (const auto& each : streams_)
        earliest = std::min(earliest, each.until);
    return earliest;
}

time_point stream_dialer::dial_due() const {
    if (lacking_since_ == never || told_.empty() || under_way() >= most_at_once) return never;
    auto patience = patience_for_udp;
    if (!peer_udp_works_) patience = patience_for_peer;
    if (!around_.nat.udp_works) patience = 0s;
    return std::max(lacking_since_ + patience, next_round_);
}

std::size_t stream_dialer::under_way() const {
    return static_cast<std::size_t>(std::ranges::count(streams_, false, &dialled::open));
}

void stream_dialer::dial(time_point now) {
    const auto channel = around_.next_channel();
    streams_.push_back({channel, told_[next_], false, now + dial_patience});
    outputs_.emplace_back(open_stream{channel, told_[next_], around_.stream_port});
    if (++next_ < told_.size()) return;
    next_ = 0;
    next_round_ = now + dial_patience + rounds_.next(random_);
}

}  // namespace buri::core
