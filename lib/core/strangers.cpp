#include "buri/core/strangers.hpp"

#include "buri/core/mediator/request_limits.hpp"

#include <utility>

namespace buri::core {

struct strangers::guest::counts {
    std::size_t all = 0;
    std::map<std::uint64_t, std::size_t> by_address;
};

strangers::guest& strangers::guest::operator=(guest&& other) noexcept {
    std::swap(counts_, other.counts_);
    std::swap(from_, other.from_);
    return *this;
}

strangers::guest::~guest() {
    if (!counts_) return;
    --counts_->all;
    const auto same = counts_->by_address.find(from_);
    if (--same->second == 0) counts_->by_address.erase(same);
}

strangers::strangers(limits most) : most_(most), counts_(std::make_shared<guest::counts>()) {}

std::optional<strangers::guest> strangers::admit(const ip_address& from) {
    const auto host = address_key(from);
    const auto same = counts_->by_address.find(host);
    const auto from_there = same != counts_->by_address.end() ? same->second : 0;
    if (counts_->all >= most_.all || from_there >= most_.from_address) return std::nullopt;
    ++counts_->all;
    ++counts_->by_address[host];
    return guest(counts_, host);
}

std::size_t strangers::count() const {
    return counts_->all;
}

}  // namespace buri::core
