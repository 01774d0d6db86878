#include "buri/core/node/nat_tests.hpp"

#include <algorithm>

namespace buri::core {

channel_id nat_tests::open() {
    const auto channel = next_channel_();
    out_.emplace_back(open_own_socket{channel});
    return channel;
}

void nat_tests::test_filtering(const endpoint& server, const endpoint& other, time_point now) {
    if (!next_channel_ || std::exchange(filtered_, true)) return;
    const auto channel = open();
    filter_at_ = server;
    filter_.emplace(channel, filtering_test({channel, server}, other, random_, now));
    on_deadline(now);
}

void nat_tests::sample_ports(std::span<const endpoint> servers, time_point now) {
    if (!next_channel_ || servers.empty() || std::exchange(sampled_, true)) return;
    std::vector<channel_id> channels;
    for (std::size_t i = 0; i < mapping_sampler::sockets_for(servers.size()); ++i)
        channels.push_back(open());
    sampler_.emplace(std::move(channels), servers, random_, now);
    on_deadline(now);
}

void nat_tests::test_lifetime(const endpoint& server, time_point now) {
    if (!next_channel_ || lifetime_) return;
    const auto channel = open();
    lifetime_.emplace(channel, lifetime_test({channel, server}, random_, now));
    lifetime_open_ = true;
    on_deadline(now);
}

void nat_tests::reset() {
    if (filter_) close(filter_->first);
    if (lifetime_open_) close(lifetime_->first);
    if (sampler_) std::ranges::for_each(sampler_->channels(), [this](channel_id each) { close(each); });
    filter_.reset();
    sampler_.reset();
    lifetime_.reset();
    lifetime_open_ = filtered_ = sampled_ = false;
    filtering_ = nat_filtering::unknown;
    ports_.clear();
}

bool nat_tests::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    const bool taken = (filter_ && filter_->second.on_response(from, response, now)) ||
                       (sampler_ && sampler_->on_response(from, response, now)) ||
                       (lifetime_ && lifetime_->second.on_response(from, response, now));
    if (taken) on_deadline(now);
    return taken;
}

void nat_tests::on_deadline(time_point now) {
    while (filter_) {
        auto datagram = filter_->second.take_due(now);
        if (!datagram) break;
        send({filter_->first, filter_at_}, *std::move(datagram));
    }
    while (sampler_) {
        auto due = sampler_->take_due(now);
        if (!due) break;
        send(due->first, std::move(due->second));
    }
    while (lifetime_) {
        auto due = lifetime_->second.take_due(now);
        if (!due) break;
        send(due->first, std::move(due->second));
    }
    finish();
}

void nat_tests::finish() {
    if (filter_ && filter_->second.result()) {
        filtering_ = *filter_->second.result();
        close(filter_->first);
        filter_.reset();
    }
    if (sampler_ && sampler_->is_done()) {
        ports_ = sampler_->ports();
        std::ranges::for_each(sampler_->channels(), [this](channel_id each) { close(each); });
        sampler_.reset();
    }
    if (lifetime_open_ && lifetime_->second.is_done()) {
        close(lifetime_->first);
        lifetime_open_ = false;
    }
}

time_point nat_tests::next_deadline() const {
    return std::min({filter_ ? filter_->second.next_deadline() : never, sampler_ ? sampler_->next_deadline() : never,
                     lifetime_ ? lifetime_->second.next_deadline() : never});
}

}  // namespace buri::core
